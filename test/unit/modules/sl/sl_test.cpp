// Replies without a transaction, as the script asks for them.
#include "modules/sl/sl.h"

#include "core/transport/resolver.h"
#include "modules/sl/to_tags.h"
#include "test/unit/support/module_under_test.h"

namespace junctor::sl
{
class Sl;
}

using namespace junctor;

namespace
{

struct Fixture {
    Fixture() { REQUIRE(sl.start()); }

    const std::string& sent() const
    {
        REQUIRE(env.transport.sent.size() == 1);
        return env.transport.sent.front().bytes;
    }
    std::uint64_t statistic(std::string_view name) const
    {
        for (const Statistic& statistic : sl.loaded().statistics)
            if (statistic.name == name) return statistic.value();
        FAIL("no statistic " << name);
        return 0;
    }
    bool passes_before_script(script::Message& message)
    {
        for (const auto& hook : sl.context.registry().before_script())
            if (!hook(message)) return false;
        return true;
    }
    static std::string to_tag(const std::string& reply)
    {
        const auto message = sip::Message::parse(reply);
        REQUIRE(message);
        return std::string((*message)->to()->tag());
    }

    test::TestEnvironment env;
    test::ModuleUnderTest<sl::Sl> sl{env};
    std::unique_ptr<Message> request = env.request();
};

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "sl_send_reply answers to where the request came from", "[sl]")
{
    CHECK(sl.call(*request, "sl_send_reply", {"404", "Not Found"}) == 1);
    CHECK(sent().starts_with("SIP/2.0 404 Not Found\r\n"));
    CHECK(env.transport.sent.front().to.remote.ip == test::TestEnvironment::peer.ip);
    CHECK_FALSE(to_tag(sent()).empty());
    CHECK(contains(sent(), "Content-Length: 0\r\n"));
}

TEST_CASE_METHOD(Fixture, "code and reason may have pseudo-variables", "[sl]")
{
    request->avps().add({std::string("code")}, std::int64_t{486});
    CHECK(sl.call(*request, "sl_send_reply", {"$avp(s:code)", "No $rm now"}) == 1);
    CHECK(sent().starts_with("SIP/2.0 486 No INVITE now\r\n"));
}

TEST_CASE_METHOD(Fixture, "what expands to no status or to no reason is not sent", "[sl]")
{
    CHECK(sl.call(*request, "sl_send_reply", {"$rU", "OK"}) == -1);
    CHECK(sl.call(*request, "sl_send_reply", {"$avp(s:none)", "OK"}) == -1);
    CHECK(env.transport.sent.empty());
}

TEST_CASE_METHOD(Fixture, "literals that are no status or empty are refused at load", "[sl]")
{
    for (const char* code : {"99", "700", "abc", "-1", "", "4294967496"}) {
        INFO(code);
        CHECK_FALSE(sl.refusal("sl_send_reply", {code, "x"}).empty());
    }
    CHECK_FALSE(sl.refusal("sl_send_reply", {"200", ""}).empty());
    CHECK(sl.refusal("sl_send_reply", {"200", "OK"}).empty());
}

TEST_CASE_METHOD(Fixture, "a provisional 100 has no To-tag, and a tag that is there stays", "[sl]")
{
    CHECK(sl.call(*request, "sl_send_reply", {"100", "Trying"}) == 1);
    CHECK(to_tag(sent()).empty());
    env.transport.sent.clear();

    const auto in_dialog = env.receive(
        "INVITE sip:bob@example.test SIP/2.0\nVia: SIP/2.0/UDP 198.51.100.7:5062;branch=z9hG4bKx\n"
        "From: <sip:alice@example.test>;tag=a\nTo: <sip:bob@example.test>;tag=theirs\nCall-ID: c\nCSeq: 1 "
        "INVITE\n\n");
    CHECK(sl.call(*in_dialog, "sl_send_reply", {"500", "Oops"}) == 1);
    CHECK(to_tag(sent()) == "theirs");
}

TEST_CASE_METHOD(Fixture, "collected headers, Server and Warning follow", "[sl]")
{
    env.settings.server_header = "Server: Junctor";
    env.settings.sip_warning = true;
    request->reply_headers = "X-Mine: 1\r\n";
    CHECK(sl.call(*request, "sl_send_reply", {"403", "No"}) == 1);
    CHECK(contains(sent(),
                   "X-Mine: 1\r\nServer: Junctor\r\nContent-Length: 0\r\nWarning: 392 192.0.2.1:5060 "
                   "\"Noisy feedback tells: pid="));
    CHECK(contains(sent(), "in_uri=sip:bob@example.test out_uri=sip:bob@example.test via_cnt==1\"\r\n"));
}

TEST_CASE_METHOD(Fixture, "without server_signature there is no Server header", "[sl]")
{
    env.settings.server_header = "Server: Junctor";
    env.settings.server_signature = false;
    CHECK(sl.call(*request, "sl_send_reply", {"403", "No"}) == 1);
    CHECK_FALSE(contains(sent(), "Server:"));
}

TEST_CASE_METHOD(Fixture, "a redirection names the rewritten Request-URI and the branches", "[sl]")
{
    request->set_uri("sip:bob@203.0.113.1");
    request->target().q = 700;
    request->append_branch(test::target("sip:bob@203.0.113.2"));
    request->append_branch(test::target("sip:bob@203.0.113.3", 1000));
    SECTION("in one Contact line")
    {
        CHECK(sl.call(*request, "sl_send_reply", {"302", "Moved"}) == 1);
        CHECK(contains(sent(),
                       "Contact: <sip:bob@203.0.113.1>;q=0.700, sip:bob@203.0.113.2, "
                       "<sip:bob@203.0.113.3>;q=1\r\n"));
    }
    SECTION("of 512 bytes at most")
    {
        request->append_branch(test::target("sip:" + std::string(500, 'x') + "@203.0.113.4"));
        CHECK(sl.call(*request, "sl_send_reply", {"302", "Moved"}) == 1);
        CHECK_FALSE(contains(sent(), "Contact:"));
    }
    SECTION("only for 3xx")
    {
        CHECK(sl.call(*request, "sl_send_reply", {"404", "Gone"}) == 1);
        CHECK_FALSE(contains(sent(), "Contact:"));
    }
}

TEST_CASE_METHOD(Fixture, "sl_reply_error answers the failure of the action before", "[sl]")
{
    using script::Failure;
    struct Case {
        Failure failure;
        const char* line;
    };
    for (const Case& c :
         {Case{Failure::SendFailed, "SIP/2.0 477 Send failed (477/SL)\r\n"},
          Case{Failure::Unresolvable, "SIP/2.0 476 Unresolvable destination (476/SL)\r\n"},
          Case{Failure::TooManyBranches, "SIP/2.0 500 Forking capacity exceeded (12/SL)\r\n"},
          Case{Failure::TupleIncomplete, "SIP/2.0 400 Transaction tuple incomplete (9/SL)\r\n"},
          Case{Failure::Unspecified, "SIP/2.0 500 Server error occurred (1/SL)\r\n"}}) {
        env.transport.sent.clear();
        request->previous_failure = c.failure;
        CHECK(sl.call(*request, "sl_reply_error") == 1);
        CHECK(sent().starts_with(c.line));
    }
    CHECK(statistic("sent_err_replies") == 5);
    CHECK(statistic("sent_replies") == 5);
}

TEST_CASE_METHOD(Fixture, "an ACK is never answered", "[sl]")
{
    const auto ack = env.request("sip:bob@example.test", {}, {}, "ACK");
    CHECK(sl.call(*ack, "sl_send_reply", {"404", "Not Found"}) == -1);
    CHECK(env.transport.sent.empty());
}

TEST_CASE_METHOD(Fixture, "the ACK to a stateless reply ends before the script", "[sl]")
{
    CHECK(sl.call(*request, "sl_send_reply", {"404", "Not Found"}) == 1);
    const std::string tag = to_tag(sent());
    const sip::Via via = *request->sip().top_via();
    const auto ack = [&](const std::string& branch, const std::string& to_tag) {
        return env.receive("ACK sip:bob@example.test SIP/2.0\nVia: SIP/2.0/UDP " +
                           std::string(via.sent_by()) + ";branch=" + branch +
                           "\nFrom: <sip:alice@example.test>;tag=a\nTo: <sip:bob@example.test>;tag=" +
                           to_tag + "\nCall-ID: c\nCSeq: 1 ACK\n\n");
    };
    SECTION("it is absorbed and counted, however late it comes")
    {
        env.clock.advance(std::chrono::seconds(30));
        CHECK_FALSE(passes_before_script(*ack(std::string(via.branch), tag)));
        CHECK(statistic("received_ACKs") == 1);
    }
    SECTION("an ACK of another transaction passes")
    {
        CHECK(passes_before_script(*ack("z9hG4bKother", tag)));
    }
    SECTION("an ACK to somebody else passes")
    {
        CHECK(passes_before_script(*ack(std::string(via.branch), "theirs")));
        CHECK(statistic("received_ACKs") == 0);
    }
    SECTION("other requests pass")
    {
        CHECK(passes_before_script(*request));
    }
}

TEST_CASE("To-tags are the same for each retransmission and after a restart", "[sl]")
{
    test::TestEnvironment env;
    const auto one = env.request();
    const sl::ToTags tags(*Endpoint::parse("192.0.2.1:5060")), again(*Endpoint::parse("192.0.2.1:5060")),
        elsewhere(*Endpoint::parse("192.0.2.2:5060"));
    const std::string tag = tags.tag_for(one->sip());
    CHECK(tag.size() == 37);
    CHECK(again.tag_for(one->sip()) == tag);
    CHECK(elsewhere.tag_for(one->sip()) != tag);
}

TEST_CASE_METHOD(Fixture, "a reply that the network refuses is -1 and not counted", "[sl]")
{
    env.transport.broken = true;
    CHECK(sl.call(*request, "sl_send_reply", {"404", "Not Found"}) == -1);
    CHECK(statistic("sent_replies") == 0);
}

TEST_CASE_METHOD(Fixture, "statistics count by class", "[sl]")
{
    for (const char* code : {"100", "200", "302", "404", "404", "500", "603"})
        CHECK(sl.call(*request, "sl_send_reply", {code, "x"}) == 1);
    CHECK(statistic("1xx_replies") == 1);
    CHECK(statistic("2xx_replies") == 1);
    CHECK(statistic("3xx_replies") == 1);
    CHECK(statistic("4xx_replies") == 2);
    CHECK(statistic("5xx_replies") == 1);
    CHECK(statistic("6xx_replies") == 1);
    CHECK(statistic("sent_replies") == 7);
}

TEST_CASE_METHOD(Fixture, "enable_stats=0 counts nothing", "[sl]")
{
    REQUIRE(sl.set("enable_stats", 0));
    CHECK(sl.call(*request, "sl_send_reply", {"404", "Not Found"}) == 1);
    CHECK(statistic("sent_replies") == 0);
}

TEST_CASE_METHOD(Fixture, "statistics that others registered for a status count, too", "[sl]")
{
    Counter not_found;
    sl.context.registry().add_statistic({"snmpstats", "404_out", &not_found, {}, &not_found});
    sl.loaded().object->start_worker(env.environment);
    CHECK(sl.call(*request, "sl_send_reply", {"404", "Not Found"}) == 1);
    CHECK(sl.call(*request, "sl_send_reply", {"486", "Busy"}) == 1);
    CHECK(not_found.value() == 1);
}

TEST_CASE_METHOD(Fixture, "with reply_to_via the Via says where a reply goes", "[sl]")
{
    env.settings.reply_to_via = true;
    const auto from_behind = [&](const std::string& via) {
        return env.receive(
            "OPTIONS sip:example.test SIP/2.0\nVia: SIP/2.0/UDP " + via +
            ";branch=z9hG4bKx\nFrom: <sip:a@b>;tag=a\nTo: <sip:a@b>\nCall-ID: c\nCSeq: 1 OPTIONS\n\n");
    };
    SECTION("an address")
    {
        CHECK(sl.call(*from_behind("10.0.0.9:5070"), "sl_send_reply", {"200", "OK"}) == 1);
        CHECK(env.transport.sent.front().to.remote == *Endpoint::parse("10.0.0.9:5070"));
    }
    SECTION("the source port if rport asks for it")
    {
        CHECK(sl.call(*from_behind("10.0.0.9:5070;rport"), "sl_send_reply", {"200", "OK"}) == 1);
        CHECK(env.transport.sent.front().to.remote.port == test::TestEnvironment::peer.port);
    }
    SECTION("a name, once it is resolved")
    {
        env.resolver.hosts["phone.test"] = {{Protocol::Udp, *Endpoint::parse("10.0.0.8:5060"), nullptr, 0}};
        CHECK(sl.call(*from_behind("phone.test"), "sl_send_reply", {"200", "OK"}) == 1);
        CHECK(env.transport.sent.front().to.remote == *Endpoint::parse("10.0.0.8:5060"));
        CHECK(env.transport.sent.front().to.socket == request->flow().socket);
    }
}

TEST_CASE_METHOD(Fixture, "other modules reply with a tag of theirs and hear of every reply", "[sl]")
{
    auto* replies = dynamic_cast<sl::StatelessReplies*>(sl.loaded().object.get());
    REQUIRE(replies != nullptr);
    std::vector<std::string> heard;
    replies->add_listener(
        [&](const sl::StatelessReplies::Sent& sent) { heard.push_back("1:" + std::to_string(sent.code)); });
    replies->add_listener([&](const sl::StatelessReplies::Sent& sent) {
        heard.push_back("2:" + std::string(sent.bytes.substr(0, 11)));
    });
    CHECK(replies->reply(*request, 202, "Accepted", "given"));
    CHECK(to_tag(sent()) == "given");
    CHECK(heard == std::vector<std::string>{"2:SIP/2.0 202", "1:202"});
}
