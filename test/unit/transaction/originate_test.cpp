// Requests of our own: what they look like, how they end, and the ACK to a 2xx.
#include "test/unit/transaction/mini_proxy.h"

namespace junctor::transaction::test
{
namespace
{

OriginatedRequest message_to(const std::string& uri, const std::string& method = "MESSAGE")
{
    OriginatedRequest request;
    request.method = method;
    request.uri = uri;
    request.from = "<sip:server@example.test>";
    request.to = "<sip:bob@example.test>";
    request.headers = "Content-Type: text/plain\r\n";
    request.body = "hello";
    return request;
}

struct Outcomes {
    OriginateCallbacks callbacks()
    {
        return {[this](const Outcome& outcome) { provisional.push_back(outcome.status); },
                [this](const Outcome& outcome) { final.push_back(outcome); }};
    }
    std::vector<int> provisional;
    std::vector<Outcome> final;
};

}  // namespace

TEST_CASE("a request of our own is complete", "[transaction]")
{
    MiniProxy proxy;
    LayerSettings settings;
    settings.user_agent_line = "User-Agent: Junctor";
    proxy.layer->configure(settings);
    Outcomes outcomes;
    REQUIRE(proxy.layer->originate(message_to("sip:bob@203.0.113.1"), outcomes.callbacks()));
    proxy.network.settle();
    const std::string text = proxy.take(bob);
    const auto sent = parsed(text);
    CHECK(text.starts_with(
        "MESSAGE sip:bob@203.0.113.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK.jn0."));
    CHECK_FALSE(sent->from()->tag().empty());
    CHECK(sent->to()->whole == "<sip:bob@example.test>");
    CHECK(sent->cseq()->number == 10);
    CHECK(sent->call_id().find("@192.0.2.1") != std::string_view::npos);
    CHECK(sent->max_forwards() == 70U);
    CHECK(sent->content_length() == 5U);
    CHECK(sent->body() == "hello");
    CHECK(text.find("User-Agent: Junctor\r\n") != std::string::npos);

    SECTION("its final response is reported once")
    {
        proxy.from(bob, answer(text, 200));
        proxy.from(bob, answer(text, 200));
        REQUIRE(outcomes.final.size() == 1);
        CHECK(outcomes.final[0].status == 200);
        CHECK(outcomes.final[0].response->status() == 200);
        proxy.pass(6s);
        CHECK(proxy.layer->size() == 0);
    }
    SECTION("a failure, too, and provisional responses")
    {
        proxy.from(bob, answer(text, 183));
        proxy.from(bob, answer(text, 404));
        CHECK(outcomes.provisional == std::vector<int>{183});
        REQUIRE(outcomes.final.size() == 1);
        CHECK(outcomes.final[0].status == 404);
        CHECK(outcomes.final[0].reason == "Not Found");
    }
    SECTION("silence is 408")
    {
        proxy.pass(33s);
        REQUIRE(outcomes.final.size() == 1);
        CHECK(outcomes.final[0].status == 408);
        CHECK(outcomes.final[0].response == nullptr);
        CHECK(proxy.layer->size() == 0);
    }
    SECTION("it counts as UAC transaction and sends nothing upstream")
    {
        CHECK(proxy.layer->statistics().uac_transactions.value() == 1);
        CHECK(proxy.layer->statistics().uas_transactions.value() == 0);
    }
}

TEST_CASE("what was given is kept", "[transaction]")
{
    MiniProxy proxy;
    OriginatedRequest request = message_to("sip:bob@203.0.113.1");
    request.from = "<sip:server@example.test>;tag=mine";
    request.to = "<sip:bob@example.test>;tag=his";
    request.call_id = "given@here";
    request.cseq = 77;
    request.headers = "Contact: <sip:!!>\r\n";
    request.address_mark = "!!";
    request.routes = {"<sip:203.0.113.2;lr>", "<sip:203.0.113.3;lr>"};
    REQUIRE(proxy.layer->originate(std::move(request), {}));
    proxy.network.settle();
    const auto sent = parsed(proxy.take(carol));  // the first route
    CHECK(sent->request_uri() == "sip:bob@203.0.113.1");
    CHECK(sent->from()->tag() == "mine");
    CHECK(sent->to()->tag() == "his");
    CHECK(sent->call_id() == "given@here");
    CHECK(sent->cseq()->number == 77);
    CHECK(sent->first(sip::HeaderType::Contact)->value == "<sip:192.0.2.1:5060>");
    CHECK(sent->count(sip::HeaderType::Route) == 2);
}

TEST_CASE("where a request of our own goes", "[transaction]")
{
    MiniProxy proxy;
    OriginatedRequest request = message_to("sip:bob@203.0.113.1");
    SECTION("the next hop wins")
    {
        request.next_hop = "sip:203.0.113.3";
        request.routes = {"<sip:203.0.113.2;lr>"};
        REQUIRE(proxy.layer->originate(std::move(request), {}));
        proxy.network.settle();
        CHECK(proxy.lines(dave) == Lines{"MESSAGE sip:bob@203.0.113.1"});
    }
    SECTION("a strict router becomes the Request-URI (§12.2.1.1)")
    {
        request.routes = {"<sip:203.0.113.2>", "<sip:203.0.113.3;lr>"};
        REQUIRE(proxy.layer->originate(std::move(request), {}));
        proxy.network.settle();
        const auto sent = parsed(proxy.take(carol));
        CHECK(sent->request_uri() == "sip:203.0.113.2");
        CHECK(sent->first(sip::HeaderType::Route)->value == "<sip:203.0.113.3;lr>");
        CHECK(sent->next(*sent->first(sip::HeaderType::Route))->value == "<sip:bob@203.0.113.1>");
    }
    SECTION("a name that cannot be resolved is 478")
    {
        Outcomes outcomes;
        request.uri = "sip:bob@nowhere.test";
        REQUIRE(proxy.layer->originate(std::move(request), outcomes.callbacks()));
        proxy.network.settle();
        REQUIRE(outcomes.final.size() == 1);
        CHECK(outcomes.final[0].status == 478);
        proxy.pass(10ms);
        CHECK(proxy.layer->size() == 0);
    }
    SECTION("several destinations are tried in order")
    {
        Outcomes outcomes;
        proxy.dns.add_srv("_sip._udp.example.test", {1, 0, 5060, "one.example.test"});
        proxy.dns.add_srv("_sip._udp.example.test", {2, 0, 5060, "two.example.test"});
        proxy.dns.add_address("one.example.test", "203.0.113.1");
        proxy.dns.add_address("two.example.test", "203.0.113.2");
        request.uri = "sip:bob@example.test";
        REQUIRE(proxy.layer->originate(std::move(request), outcomes.callbacks()));
        proxy.network.settle();
        proxy.from(bob, answer(proxy.take(bob), 503));
        proxy.from(carol, answer(proxy.take(carol), 200));
        REQUIRE(outcomes.final.size() == 1);
        CHECK(outcomes.final[0].status == 200);
    }
}

TEST_CASE("what cannot be sent is refused at once", "[transaction]")
{
    MiniProxy proxy;
    OriginatedRequest request = message_to("sip:bob@203.0.113.1");
    switch (GENERATE(range(0, 5))) {
        case 0: request.method = "BAD METHOD"; break;
        case 1: request.from = "<<"; break;
        case 2: request.to = ""; break;
        case 3: request.uri = "not a uri"; break;
        default: request.routes = {"<>"}; break;
    }
    const auto made = proxy.layer->originate(std::move(request), {});
    REQUIRE_FALSE(made);
    CHECK(made.error().status == 400);
    CHECK(proxy.layer->size() == 0);
}

TEST_CASE("an INVITE of our own", "[transaction]")
{
    MiniProxy proxy;
    Outcomes outcomes;
    const auto call =
        proxy.layer->originate(message_to("sip:bob@203.0.113.1", "INVITE"), outcomes.callbacks());
    REQUIRE(call);
    proxy.network.settle();
    const std::string invite = proxy.take(bob);
    const std::string dialog =
        "Record-Route: <sip:203.0.113.3;lr>, <sip:203.0.113.2;lr>\r\nContact: <sip:bob@203.0.113.1:5099>\r\n";

    SECTION("a 2xx is acknowledged along the route set that it established (§13.2.2.4)")
    {
        proxy.from(bob, answer(invite, 200, "callee", dialog));
        const std::string text = proxy.take(carol);
        const auto ack = parsed(text);
        CHECK(text.starts_with("ACK sip:bob@203.0.113.1:5099 SIP/2.0\r\n"));
        CHECK(ack->to()->tag() == "callee");
        CHECK(ack->cseq()->number == 10);
        CHECK(ack->top_via()->branch != parsed(invite)->top_via()->branch);
        CHECK(ack->first(sip::HeaderType::Route)->value == "<sip:203.0.113.2;lr>");
        REQUIRE(outcomes.final.size() == 1);

        SECTION("again when it is repeated, and reported once")
        {
            proxy.from(bob, answer(invite, 200, "callee", dialog));
            CHECK(proxy.lines(carol) == Lines{"ACK sip:bob@203.0.113.1:5099"});
            CHECK(outcomes.final.size() == 1);
        }
        SECTION("that of another fork, too")
        {
            proxy.from(bob, answer(invite, 200, "other", dialog));
            CHECK(parsed(proxy.take(carol))->to()->tag() == "other");
        }
    }
    SECTION("a failure is acknowledged on its branch")
    {
        proxy.from(bob, answer(invite, 486));
        CHECK(proxy.lines(bob) == Lines{"ACK sip:bob@203.0.113.1"});
        REQUIRE(outcomes.final.size() == 1);
        CHECK(outcomes.final[0].status == 486);
    }
    SECTION("it can be cancelled")
    {
        proxy.from(bob, answer(invite, 180));
        (*call)->cancel_branches();
        proxy.network.settle();
        CHECK(proxy.lines(bob) == Lines{"CANCEL sip:bob@203.0.113.1"});
        proxy.from(bob, answer(invite, 487));
        CHECK(outcomes.final.at(0).status == 487);
    }
    SECTION("the ACK can be left to the caller")
    {
        OriginatedRequest request = message_to("sip:bob@203.0.113.2", "INVITE");
        request.acknowledge = false;
        REQUIRE(proxy.layer->originate(std::move(request), {}));
        proxy.network.settle();
        proxy.from(carol, answer(proxy.take(carol), 200));
        CHECK(proxy.lines(carol).empty());
        CHECK(proxy.lines(bob).empty());
    }
}

TEST_CASE("an outcome can be awaited", "[transaction]")
{
    MiniProxy proxy;
    int status = 0;
    const auto ping = [](Layer& layer, int& status) -> Task<bool> {
        OriginatedRequest request = message_to("sip:bob@203.0.113.1", "OPTIONS");
        request.timings = Timings{};
        request.timings->final_response = 2s;
        const Outcome outcome = co_await layer.originate(std::move(request));
        status = outcome.status;
        co_return true;
    };
    proxy.tasks.start(ping(*proxy.layer, status));
    proxy.network.settle();
    SECTION("answered")
    {
        proxy.from(bob, answer(proxy.take(bob), 200));
        CHECK(status == 200);
    }
    SECTION("with times of its own")
    {
        proxy.pass(1900ms);
        CHECK(status == 0);
        proxy.pass(200ms);
        CHECK(status == 408);
    }
}

}  // namespace junctor::transaction::test
