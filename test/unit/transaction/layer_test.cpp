// Which message belongs to which transaction, in which order a transaction's user is told, and what is
// refused.
#include "test/unit/transaction/mini_proxy.h"

namespace junctor::transaction::test
{

TEST_CASE("events of one transaction wait while its user is suspended, and keep their order", "[transaction]")
{
    MiniProxy proxy;
    OneShot<Verdict> first;
    int asked = 0;
    proxy.response_hook = [&](Transaction&, Branch&, Response&) -> Task<Verdict> {
        if (++asked > 1) return {};
        return [](OneShot<Verdict>& wait) -> Task<Verdict> { co_return co_await wait; }(first);
    };
    proxy.from_alice({});
    const std::string invite = proxy.take(bob);
    proxy.from(bob, answer(invite, 180));
    proxy.from(bob, answer(invite, 183));
    proxy.from(bob, answer(invite, 200));
    CHECK(proxy.lines(alice).empty());
    CHECK(asked == 1);

    SECTION("relayed in order")
    {
        first.resolver().resolve(Verdict::Relay);
        proxy.network.settle();
        CHECK(proxy.lines(alice) == Lines{"180", "183", "200"});
    }
    SECTION("a provisional response may be dropped")
    {
        first.resolver().resolve(Verdict::Drop);
        proxy.network.settle();
        CHECK(proxy.lines(alice) == Lines{"183", "200"});
    }
    SECTION("other transactions go on")
    {
        RequestText other;
        other.method = "OPTIONS";
        other.branch = "z9hG4bKother";
        proxy.from_alice(other);
        proxy.from(bob, answer(proxy.take(bob), 200));
        CHECK(proxy.lines(alice) == Lines{"200"});
    }
    SECTION("of a flood only final responses are kept")
    {
        for (int i = 0; i < 200; ++i) proxy.from(bob, answer(invite, 200));
        first.resolver().resolve(Verdict::Relay);
        proxy.network.settle();
        CHECK(proxy.lines(alice).size() <= max_events + 1);
        CHECK(proxy.layer->statistics().refused.value() >= 130);
    }
    SECTION("a layer that goes takes the suspended user along")
    {
        proxy.layer.reset();
        first.resolver().resolve(Verdict::Relay);  // nobody waits any more
        CHECK(proxy.invite->user() == nullptr);
    }
}

TEST_CASE("a final response cannot be dropped, only edited", "[transaction]")
{
    MiniProxy proxy;
    proxy.response_hook = [](Transaction&, Branch&, Response& response) -> Task<Verdict> {
        response.edits.append_header(*response.message, "X-Seen: yes\r\n");
        return [](Verdict verdict) -> Task<Verdict> { co_return verdict; }(Verdict::Drop);
    };
    proxy.from_alice({});
    const int status = GENERATE(200, 486);
    proxy.from(bob, answer(proxy.take(bob), status));
    const std::string relayed = proxy.take(alice);
    CHECK(relayed.find("X-Seen: yes\r\n") != std::string::npos);
}

TEST_CASE("requests are told apart by branch, sent-by and method (RFC 3261 §17.2.3)", "[transaction]")
{
    MiniProxy proxy;
    RequestText request;
    request.method = "OPTIONS";
    proxy.from_alice(request);
    REQUIRE(proxy.lines(bob).size() == 1);

    SECTION("the same three: a retransmission")
    {
        CHECK((proxy.from_alice(request), proxy.layer->size()) == 1);
    }
    SECTION("the host of sent-by ignores case")
    {
        request.via_host = "Phone.example.test";
        proxy.from_alice(request);
        request.via_host = "phone.EXAMPLE.test";
        proxy.from_alice(request);
        CHECK(proxy.layer->size() == 2);
    }
    SECTION("another branch")
    {
        request.branch = "z9hG4bKnext";
        proxy.from_alice(request);
        CHECK(proxy.layer->size() == 2);
    }
    SECTION("another sender that happened to choose the same branch")
    {
        request.via_host = "198.51.100.8";
        proxy.from_alice(request);
        CHECK(proxy.layer->size() == 2);
    }
    SECTION("another method")
    {
        request.method = "MESSAGE";
        proxy.from_alice(request);
        CHECK(proxy.layer->size() == 2);
    }
}

TEST_CASE("requests without the cookie are known by their parts (RFC 2543)", "[transaction]")
{
    MiniProxy proxy;
    RequestText request;
    request.branch = "1";
    proxy.from_alice(request);
    const std::string invite = proxy.take(bob);
    REQUIRE(proxy.layer->size() == 1);

    SECTION("a retransmission")
    {
        proxy.from_alice(request);
        CHECK(proxy.lines(bob).empty());
        CHECK(proxy.layer->size() == 1);
    }
    SECTION("another Request-URI, another CSeq, another From tag, another Call-ID, another Via")
    {
        switch (GENERATE(0, 1, 2, 3, 4)) {
            case 0: request.uri = "sip:carol@example.test"; break;
            case 1: request.cseq = 2; break;
            case 2: request.from_tag = "other"; break;
            case 3: request.call_id = "other"; break;
            default: request.via_host = "198.51.100.9"; break;
        }
        proxy.from_alice(request);
        CHECK(proxy.layer->size() == 2);
    }
    SECTION("the operator may leave Request-URI and Via out of it")
    {
        LayerSettings settings;
        settings.match_uri = settings.match_via = false;
        proxy.layer->configure(settings);
        request.uri = "sip:carol@example.test";
        request.via_host = "198.51.100.9";
        proxy.from_alice(request);
        CHECK(proxy.layer->size() == 1);
    }
    SECTION("the ACK to a failure")
    {
        proxy.from(bob, answer(invite, 486));
        request.method = "ACK";
        request.to_tag = "callee";
        proxy.on_request = [](const sip::MessagePtr&, const transport::Flow&) {
            FAIL("the script saw the ACK");
        };
        proxy.from_alice(request);
    }
    SECTION("the CANCEL")
    {
        proxy.from(bob, answer(invite, 180));
        request.method = "CANCEL";
        proxy.from_alice(request);
        CHECK(proxy.lines(bob) == Lines{"CANCEL sip:bob@203.0.113.1"});
    }
}

TEST_CASE("a merged request is seen (RFC 3261 §8.2.2.2)", "[transaction]")
{
    MiniProxy proxy;
    RequestText request;
    proxy.from_alice(request);
    request.branch = "z9hG4bKby-another-way";
    CHECK(proxy.layer->is_merged(*parsed(request.text())));
    SECTION("not the request itself")
    {
        request.branch = "z9hG4bKalice1";
        CHECK_FALSE(proxy.layer->is_merged(*parsed(request.text())));
    }
    SECTION("not one of a dialog")
    {
        request.to_tag = "callee";
        CHECK_FALSE(proxy.layer->is_merged(*parsed(request.text())));
    }
    SECTION("not the next one")
    {
        request.cseq = 2;
        CHECK_FALSE(proxy.layer->is_merged(*parsed(request.text())));
    }
}

TEST_CASE("loops are answered 482, spirals pass (RFC 3261 §16.3 step 4, RFC 5393)", "[transaction]")
{
    MiniProxy proxy;
    proxy.from_alice({});
    const std::string forwarded = proxy.take(bob);
    // Bob is a proxy that sends it back to us, one Via richer.
    const auto through_bob = [](std::string text, const std::string& branch, const std::string& uri) {
        text.insert(text.find("Via:"), "Via: SIP/2.0/UDP 203.0.113.1;branch=" + branch + "\r\n");
        return text.replace(0, text.find(" SIP/2.0"), "INVITE " + uri);
    };
    const std::string received = "sip:bob@example.test";

    SECTION("a request that comes back twice as it came the first time is a loop")
    {
        proxy.from(bob, through_bob(forwarded, "z9hG4bKbob1", received));
        CHECK(proxy.layer->size() == 2);  // an application server may do that: it came from elsewhere
        const std::string again = proxy.take(bob);
        proxy.from(bob, through_bob(again, "z9hG4bKbob2", received));
        CHECK(proxy.lines(bob) == Lines{"482"});
        CHECK(proxy.layer->statistics().loops.value() == 1);
        CHECK(proxy.layer->size() == 2);
    }
    SECTION("with another Request-URI each time it is a spiral")
    {
        proxy.from(bob, through_bob(forwarded, "z9hG4bKbob1", "sip:bob@one.test"));
        proxy.from(bob, through_bob(proxy.take(bob), "z9hG4bKbob2", "sip:bob@two.test"));
        CHECK(proxy.layer->size() == 3);
    }
    SECTION("a loop is let through if the operator wants it")
    {
        LayerSettings settings;
        settings.detect_loops = false;
        proxy.layer->configure(settings);
        proxy.from(bob, through_bob(forwarded, "z9hG4bKbob1", received));
        proxy.from(bob, through_bob(proxy.take(bob), "z9hG4bKbob2", received));
        CHECK(proxy.layer->size() == 3);
    }
}

TEST_CASE("limits of the transaction layer", "[transaction]")
{
    SECTION("transactions")
    {
        MiniProxy proxy({{1, 2}, 2, 1 << 24, 10});
        std::vector<int> refused;
        proxy.on_request = [&](const sip::MessagePtr& message, const transport::Flow& from) {
            const auto made = proxy.layer->create({message, from, false, {}, false, {}, {}, 0}, nullptr);
            if (!made) refused.push_back(made.error().status);
        };
        for (const char* branch : {"z9hG4bK1", "z9hG4bK2", "z9hG4bK3"}) {
            RequestText request;
            request.branch = branch;
            proxy.from_alice(request);
        }
        CHECK(refused == std::vector<int>{503});
        CHECK(proxy.layer->size() == 2);
    }
    SECTION("kept bytes")
    {
        MiniProxy proxy({{1, 2}, 100, 100, 10});
        proxy.from_alice({});
        CHECK(proxy.layer->bytes() > 100);
        CHECK(proxy.forwarded == "477");
    }
    SECTION("requests in progress")
    {
        MiniProxy proxy({{1, 2}, 100, 1 << 20, 1});
        RequestText one, two;
        two.branch = "z9hG4bKtwo";
        const auto first = proxy.layer->in_progress(*parsed(one.text()));
        const auto second = proxy.layer->in_progress(*parsed(two.text()));
        CHECK(proxy.layer->absorb_request(parsed(one.text()), {}));
        CHECK_FALSE(proxy.layer->absorb_request(parsed(two.text()), {}));
    }
    SECTION("a request without a key")
    {
        MiniProxy proxy;
        const auto made = proxy.layer->create(
            {parsed("OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\n\r\n"), {}, false, {}, false, {}, {}, 0},
            nullptr);
        REQUIRE_FALSE(made);
        CHECK(made.error().status == 400);
    }
}

TEST_CASE("transactions are found by id and by call", "[transaction]")
{
    MiniProxy proxy;
    proxy.from_alice({});
    const auto transaction = proxy.invite;
    CHECK(proxy.layer->find(transaction->hash_index(), transaction->short_label()) == transaction);
    CHECK(proxy.layer->find(transaction->hash_index() ^ 1, transaction->short_label()) == nullptr);
    CHECK(proxy.layer->find_by_call("call-1", 1) == transaction);
    CHECK(proxy.layer->find_by_call("call-1", 2) == nullptr);
    CHECK(proxy.layer->find(*transaction->request()) == transaction);
}

TEST_CASE("a silent transaction forwards and tells no one (t_replicate)", "[transaction]")
{
    MiniProxy proxy;
    RequestText request;
    request.method = "REGISTER";
    proxy.on_request = [&](const sip::MessagePtr& message, const transport::Flow& from) {
        const auto transaction = proxy.create(message, from);
        transaction->make_silent();
        proxy.tasks.start(proxy.fork(transaction, proxy.targets));
    };
    proxy.from_alice(request);
    const std::string copy = proxy.take(bob);
    SECTION("an answer ends here")
    {
        proxy.from(bob, answer(copy, GENERATE(200, 404)));
        CHECK(proxy.lines(alice).empty());
    }
    SECTION("silence, too")
    {
        proxy.pass(33s);
        CHECK(proxy.lines(alice).empty());
    }
    proxy.pass(70s);
    CHECK(proxy.layer->size() == 0);
}

TEST_CASE("of a finished non-INVITE transaction the reply stays until Timer J (RFC 3261 §17.2.2)",
          "[transaction]")
{
    MiniProxy proxy;
    RequestText request;
    request.method = "MESSAGE";
    proxy.from_alice(request);
    const std::string forwarded = proxy.take(bob);
    proxy.from(bob, answer(forwarded, 200));
    const std::string reply = proxy.take(alice);
    REQUIRE(proxy.layer->under_way() == 0);
    CHECK(proxy.layer->size() == 1);
    CHECK(proxy.layer->statistics().in_use.value() == 1);
    const std::size_t kept = proxy.layer->bytes();
    CHECK(kept > reply.size());
    CHECK(kept < 2 * reply.size() + 500);

    SECTION("a retransmission is answered with it, and nobody else hears of it")
    {
        proxy.from_alice(request);
        CHECK(proxy.take(alice) == reply);
        CHECK(proxy.lines(bob).empty());
        CHECK(proxy.layer->statistics().absorbed_requests.value() == 1);
    }
    SECTION("a response that comes again ends here")
    {
        proxy.from(bob, answer(forwarded, 200));
        CHECK(proxy.lines(alice).empty());
        CHECK(proxy.unmatched == 0);
    }
    SECTION("the same request by another way is merged (§8.2.2.2), a new one with its branch is not it")
    {
        request.branch = "z9hG4bKother";
        CHECK(proxy.layer->is_merged(*parsed(request.text())));
        request.cseq = 2;
        CHECK_FALSE(proxy.layer->is_merged(*parsed(request.text())));
    }
    SECTION("then it is forgotten")
    {
        proxy.pass(std::chrono::seconds(33));
        CHECK(proxy.layer->size() == 0);
        CHECK(proxy.layer->bytes() == 0);
        CHECK(proxy.layer->statistics().in_use.value() == 0);
        proxy.from_alice(request);
        CHECK(proxy.lines(bob).size() == 1);
    }
}

TEST_CASE("of an INVITE whose 2xx was relayed only the way back stays (RFC 6026 §7.1)", "[transaction]")
{
    MiniProxy proxy;
    proxy.users_follow = false;
    proxy.from_alice({});
    const std::string forwarded = proxy.take(bob);
    proxy.from(bob, answer(forwarded, 180));
    CHECK(proxy.layer->under_way() == 1);
    proxy.from(bob, answer(forwarded, 200));
    CHECK(proxy.lines(alice) == Lines{"180", "200"});
    CHECK(proxy.log.back() == "ended");
    REQUIRE(proxy.layer->under_way() == 0);
    CHECK(proxy.layer->size() == 1);
    CHECK(proxy.layer->bytes() < 500);
    RequestText later;
    later.method = "CANCEL";
    CHECK(proxy.layer->has_answered(*parsed(later.text())));

    SECTION("a repeated 2xx is relayed, any other response ends here")
    {
        proxy.from(bob, answer(forwarded, 200));
        proxy.from(bob, answer(forwarded, 486));
        proxy.from(bob, answer(forwarded, 180));
        CHECK(proxy.lines(alice) == Lines{"200"});
        CHECK(proxy.unmatched == 0);
        CHECK(proxy.layer->statistics().replies_2xx.value() == 1);
    }
    SECTION("the INVITE is absorbed, also after its CANCEL, which came too late")
    {
        proxy.from_alice({});
        CHECK(proxy.lines(alice).empty());
        proxy.from_alice(later);
        CHECK(proxy.lines(alice) == Lines{"481"});  // of this test's own making
        proxy.from_alice({});
        proxy.from_alice(later);
        CHECK(proxy.lines(alice) == Lines{"481"});
        CHECK(proxy.lines(bob).empty());
        CHECK(proxy.layer->size() == 2);
    }
    SECTION("its ACK is known, that of another call is not")
    {
        RequestText ack;
        ack.method = "ACK";
        ack.branch = "z9hG4bKack";
        ack.to_tag = "callee";
        CHECK(proxy.layer->has_answered(*parsed(ack.text())));
        proxy.from_alice(later);
        CHECK(proxy.layer->has_answered(*parsed(ack.text())));
        ack.call_id = "other";
        CHECK_FALSE(proxy.layer->has_answered(*parsed(ack.text())));
    }
    SECTION("the same INVITE by another way is merged (§8.2.2.2)")
    {
        RequestText other;
        other.branch = "z9hG4bKother";
        CHECK(proxy.layer->is_merged(*parsed(other.text())));
    }
    SECTION("then it is forgotten")
    {
        proxy.pass(std::chrono::seconds(33));
        CHECK(proxy.layer->size() == 0);
        CHECK(proxy.layer->bytes() == 0);
        CHECK(proxy.layer->statistics().in_use.value() == 0);
    }
}

TEST_CASE("an answered INVITE stays whole while more can come of it", "[transaction]")
{
    MiniProxy proxy;
    proxy.users_follow = GENERATE(true, false);
    if (proxy.users_follow) {
        proxy.from_alice({});
        proxy.from(bob, answer(proxy.take(bob), 200));
        RequestText ack;
        ack.method = "ACK";
        ack.branch = "z9hG4bKack";
        proxy.from_alice(ack);
        CHECK(proxy.log.back() == "ack");
    } else {
        proxy.targets = {"sip:bob@203.0.113.1", "sip:carol@203.0.113.2"};
        proxy.from_alice({});
        const std::string to_carol = proxy.take(carol);
        proxy.from(bob, answer(proxy.take(bob), 200));
        proxy.from(carol, answer(to_carol, 200));
        CHECK(proxy.lines(alice) == Lines{"200", "200"});
    }
    CHECK(proxy.layer->under_way() == 1);
}

}  // namespace junctor::transaction::test
