// CANCEL in every state: RFC 3261 §9, §16.10.
#include "test/unit/transaction/mini_proxy.h"

namespace junctor::transaction::test
{
namespace
{

RequestText cancel()
{
    RequestText request;
    request.method = "CANCEL";
    request.headers = "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n";
    return request;
}

}  // namespace

TEST_CASE("CANCEL of a forwarded INVITE", "[transaction]")
{
    MiniProxy proxy;
    proxy.from_alice({});
    const std::string invite = proxy.take(bob);

    SECTION("while it rings: answered 200, passed on, and the 487 goes upstream")
    {
        proxy.from(bob, answer(invite, 180));
        proxy.lines(alice);
        proxy.from_alice(cancel());
        CHECK(proxy.lines(alice) == Lines{"200"});
        const std::string ours = proxy.take(bob);
        CHECK(ours.starts_with("CANCEL sip:bob@203.0.113.1 SIP/2.0\r\n"));
        CHECK(parsed(ours)->top_via()->branch == parsed(invite)->top_via()->branch);
        CHECK(parsed(ours)->vias().size() == 1);
        CHECK(parsed(ours)->first("Reason") != nullptr);  // RFC 3326

        proxy.from(bob, answer(ours, 200));
        proxy.from(bob, answer(invite, 487));
        CHECK(proxy.lines(alice) == Lines{"487"});
        CHECK(proxy.lines(bob) == Lines{"ACK sip:bob@203.0.113.1"});
        // The CANCEL's own transaction ends with its 200; the INVITE's goes on.
        CHECK(proxy.log == Lines{"response 180 on 0", "relayed 180", "local 200", "ended", "cancelled",
                                 "response 487 on 0", "failure 487", "relayed 487"});
    }
    SECTION("before anybody answered: it goes out when the first provisional response comes")
    {
        proxy.from_alice(cancel());
        CHECK(proxy.lines(alice) == Lines{"200"});
        CHECK(proxy.lines(bob).empty());
        proxy.pass(600ms);
        CHECK(proxy.lines(bob) ==
              Lines{"INVITE sip:bob@203.0.113.1"});  // the provisional one may have been lost
        proxy.from(bob, answer(invite, 100));
        CHECK(proxy.lines(bob) == Lines{"CANCEL sip:bob@203.0.113.1"});
        proxy.from(bob, answer(invite, 487));
        CHECK(proxy.lines(alice) == Lines{"487"});
    }
    SECTION("nobody ever answers: 487 after Timer B")
    {
        proxy.from_alice(cancel());
        proxy.pass(33s);
        CHECK(proxy.take(alice).starts_with("SIP/2.0 200"));
        CHECK(proxy.take(alice).starts_with("SIP/2.0 487"));
        CHECK(proxy.invite->last_status() == 487);
    }
    SECTION("our CANCEL is repeated until it is answered, but not after the INVITE's final response")
    {
        proxy.from(bob, answer(invite, 180));
        proxy.from_alice(cancel());
        proxy.pass(1s);
        CHECK(proxy.lines(bob) == Lines{"CANCEL sip:bob@203.0.113.1", "CANCEL sip:bob@203.0.113.1"});
        proxy.from(bob, answer(invite, 487));
        proxy.lines(bob);
        proxy.pass(10s);
        CHECK(proxy.lines(bob).empty());
    }
    SECTION("cancelled and never answered: 64*T1 later the caller gets 487 (§9.1)")
    {
        proxy.from(bob, answer(invite, 180));
        proxy.from_alice(cancel());
        proxy.lines(alice);
        proxy.pass(31s);
        CHECK(proxy.lines(alice).empty());
        proxy.pass(2s);
        CHECK(proxy.lines(alice).front() == "487");
    }
    SECTION("a 2xx that was faster wins")
    {
        proxy.from(bob, answer(invite, 180));
        proxy.from_alice(cancel());
        proxy.from(bob, answer(invite, 200));
        CHECK(proxy.lines(alice) == Lines{"180", "200", "200"});
    }
    SECTION("after the final response nothing is left to cancel")
    {
        proxy.from(bob, answer(invite, 200));
        proxy.from_alice(cancel());
        CHECK(proxy.lines(alice) == Lines{"200", "200"});  // the INVITE's and the CANCEL's
        CHECK(proxy.lines(bob).empty());
        CHECK_FALSE(proxy.invite->is_cancelled());
    }
    SECTION("a retransmitted CANCEL gets its 200 again")
    {
        proxy.from(bob, answer(invite, 180));
        proxy.from_alice(cancel());
        proxy.from_alice(cancel());
        CHECK(proxy.lines(alice) == Lines{"180", "200", "200"});
        CHECK(proxy.lines(bob) == Lines{"CANCEL sip:bob@203.0.113.1"});
    }
    SECTION("with another branch it means another transaction")
    {
        RequestText other = cancel();
        other.branch = "z9hG4bKother";
        proxy.from_alice(other);
        CHECK(proxy.lines(alice) == Lines{"481"});
    }
    SECTION("in the failure that follows nobody may fork anew")
    {
        std::string forked;
        proxy.from(bob, answer(invite, 180));
        proxy.from_alice(cancel());
        CHECK_FALSE(proxy.invite->may_fork());
    }
}

TEST_CASE("CANCEL of an INVITE that has no branch yet is answered for it", "[transaction]")
{
    MiniProxy proxy;
    const auto usual = proxy.on_request;
    proxy.on_request = [&](const sip::MessagePtr& message, const transport::Flow& from) {
        if (message->method_id() == sip::Method::Invite)
            proxy.create(message, from);
        else
            usual(message, from);
    };
    proxy.from_alice({});
    proxy.from_alice(cancel());
    CHECK(proxy.lines(alice) == Lines{"200", "487"});
}

TEST_CASE("CANCEL of an INVITE whose script is suspended before it made a transaction", "[transaction]")
{
    MiniProxy proxy;
    const auto usual = proxy.on_request;
    Layer::InProgress progress;
    sip::MessagePtr suspended;
    transport::Flow suspended_from;
    proxy.on_request = [&](const sip::MessagePtr& message, const transport::Flow& from) {
        if (message->method_id() != sip::Method::Invite) return usual(message, from);
        progress = proxy.layer->in_progress(*message);
        suspended = message;
        suspended_from = from;
    };
    proxy.from_alice({});
    REQUIRE(suspended);

    SECTION("retransmissions are absorbed meanwhile")
    {
        proxy.from_alice({});
        CHECK(proxy.layer->statistics().absorbed_requests.value() == 1);
    }
    SECTION("the CANCEL waits for the transaction, then takes effect")
    {
        proxy.from_alice(cancel());
        proxy.from_alice(cancel());
        CHECK(proxy.lines(alice).empty());
        proxy.relay(suspended, suspended_from, proxy.targets);
        progress = {};
        proxy.network.settle();
        CHECK(proxy.lines(alice) == Lines{"200"});
        const std::string invite = proxy.take(bob);
        proxy.from(bob, answer(invite, 180));
        CHECK(proxy.lines(bob) == Lines{"CANCEL sip:bob@203.0.113.1"});
    }
    SECTION("the CANCEL goes to the script if the INVITE never gets a transaction")
    {
        proxy.from_alice(cancel());
        progress = {};
        proxy.network.settle();
        CHECK(proxy.log.front() == "waiting CANCEL");
        CHECK(proxy.lines(alice) == Lines{"481"});
    }
    SECTION("afterwards a retransmission is a request like any other")
    {
        progress = {};
        suspended = nullptr;
        proxy.from_alice({});
        CHECK(suspended != nullptr);
    }
}

}  // namespace junctor::transaction::test
