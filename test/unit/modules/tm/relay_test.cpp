// t_newtran, t_relay, t_replicate, t_reply, t_release and CANCEL, as a script sees them.
#include "test/unit/modules/tm/script_server.h"

namespace junctor::tm::test
{
namespace
{

const std::string to_bob = "rewriteuri(\"sip:bob@203.0.113.1\");";

std::string route(const std::string& statements)
{
    return "route {\n" + statements + "\n}\n";
}

RequestText request(const std::string& method)
{
    RequestText text;
    text.method = method;
    return text;
}

}  // namespace

TEST_CASE("t_relay forwards with a transaction", "[tm]")
{
    ScriptServer server(route(to_bob + "t_relay(); note(\"$rc\");"));
    server.from_alice({});
    CHECK(server.trace == "1");
    CHECK(server.lines(alice) == Lines{"100"});
    const std::string invite = server.take(bob);
    CHECK(invite.starts_with("INVITE sip:bob@203.0.113.1 SIP/2.0\r\n"));
    server.from(bob, answer(invite, 180));
    server.from(bob, answer(invite, 200));
    CHECK(server.lines(alice) == Lines{"180", "200"});
    CHECK(server.statistic("received_replies") == 2);
    CHECK(server.statistic("relayed_replies") == 2);
    CHECK(server.statistic("local_replies") == 1);
    CHECK(server.statistic("UAS_transactions") == 1);
    CHECK(server.statistic("2xx_transactions") == 1);
    CHECK(server.statistic("inuse_transactions") == 1);
}

TEST_CASE("the automatic 100 says so, and can be left out", "[tm]")
{
    SECTION("by default")
    {
        ScriptServer server(route(to_bob + "t_relay();"));
        server.from_alice({});
        CHECK(server.take(alice).starts_with("SIP/2.0 100 Giving a try\r\n"));
    }
    SECTION("flag 0x01")
    {
        ScriptServer server(route(to_bob + "t_relay(\"0x01\");"));
        server.from_alice({});
        CHECK(server.lines(alice).empty());
    }
    SECTION("for other methods there is none")
    {
        ScriptServer server(route(to_bob + "t_relay();"));
        server.from_alice(request("MESSAGE"));
        CHECK(server.lines(alice).empty());
        CHECK(server.lines(bob).size() == 1);
    }
}

TEST_CASE("t_relay goes where it is told", "[tm]")
{
    SECTION("to a destination, with the Request-URI as it is")
    {
        ScriptServer server(route("t_relay(\"udp:203.0.113.2:5060\");"));
        server.from_alice({});
        CHECK(server.lines(carol) == Lines{"INVITE sip:bob@example.test"});
    }
    SECTION("to a destination with flags")
    {
        ScriptServer server(route("t_relay(\"203.0.113.2\", \"1\");"));
        server.from_alice({});
        CHECK(server.lines(carol) == Lines{"INVITE sip:bob@example.test"});
        CHECK(server.lines(alice).empty());
    }
    SECTION("to the destination URI")
    {
        ScriptServer server(route("setdsturi(\"sip:203.0.113.2\"); t_relay();"));
        server.from_alice({});
        CHECK(server.lines(carol) == Lines{"INVITE sip:bob@example.test"});
    }
    SECTION("to all branches in parallel")
    {
        ScriptServer server(route(to_bob + "append_branch(\"sip:bob@203.0.113.2\"); t_relay();"));
        server.from_alice({});
        CHECK(server.lines(bob) == Lines{"INVITE sip:bob@203.0.113.1"});
        CHECK(server.lines(carol) == Lines{"INVITE sip:bob@203.0.113.2"});
    }
}

TEST_CASE("what cannot be sent is answered, and the script ends", "[tm]")
{
    SECTION("a name that does not resolve")
    {
        ScriptServer server(route("rewriteuri(\"sip:bob@nowhere.test\"); t_relay(); note(\"went on\");"));
        server.from_alice({});
        CHECK(server.trace.empty());
        CHECK(server.take(alice).starts_with("SIP/2.0 100 "));
        CHECK(server.take(alice).starts_with("SIP/2.0 476 Unresolvable destination (476/TM)\r\n"));
    }
    SECTION("a destination that refuses")
    {
        ScriptServer server(route(to_bob + "t_relay();"));
        server.network.refuse(bob);
        server.from_alice({});
        server.take(alice);
        CHECK(server.take(alice).starts_with("SIP/2.0 477 Send failed (477/TM)\r\n"));
    }
    SECTION("with flag 0x02 the script answers itself")
    {
        ScriptServer server(
            route("rewriteuri(\"sip:bob@nowhere.test\"); if (!t_relay(\"0x02\")) { note(\"$rc\"); "
                  "t_reply(\"500\", \"No way\"); }"));
        server.from_alice({});
        CHECK(server.trace == "-476");
        CHECK(server.lines(alice) == Lines{"100", "500"});
    }
    SECTION("sl_reply_error never comes after it")
    {
        ScriptServer server(
            route("rewriteuri(\"sip:bob@nowhere.test\"); if (!t_relay()) { sl_reply_error(); }"));
        server.from_alice({});
        CHECK(server.lines(alice) == Lines{"100", "476"});
    }
}

TEST_CASE("t_newtran keeps the request and absorbs its retransmissions", "[tm]")
{
    ScriptServer server(route("note(\"$rm\"); t_newtran(); note(\"$rc\"); t_newtran(); note(\"$rc\");" +
                              to_bob + "add_header(\"X-Late: 1\"); t_relay(); note(\"$rc\");"));
    server.from_alice({});
    CHECK(server.trace == "INVITE 1 -10 1");
    CHECK(server.lines(alice).empty());  // no automatic 100 for an existing transaction
    CHECK(server.take(bob).find("X-Late: 1\r\n") != std::string::npos);
    server.from_alice({});
    CHECK(server.trace == "INVITE 1 -10 1");
}

TEST_CASE("retransmissions of a request whose script is suspended are absorbed", "[tm]")
{
    ScriptServer server(route("note(\"in\"); wait();" + to_bob + "t_relay();"));
    server.from_alice({});
    server.from_alice({});
    CHECK(server.trace == "in");
    SECTION("and it goes on once")
    {
        server.answer.resolver().resolve(Code{1});
        server.network.settle();
        CHECK(server.lines(bob).size() == 1);
    }
    SECTION("a CANCEL meanwhile takes effect afterwards")
    {
        server.from_alice(request("CANCEL"));
        server.answer.resolver().resolve(Code{1});
        server.network.settle();
        CHECK(server.trace == "in in");  // the CANCEL has its own run; wait() is over
        const std::string invite = server.take(bob);
        server.from(bob, answer(invite, 180));
        CHECK(server.lines(bob) == Lines{"CANCEL sip:bob@203.0.113.1"});
    }
}

TEST_CASE("t_reply answers in the transaction", "[tm]")
{
    SECTION("with what the script collected, and ends pending branches")
    {
        ScriptServer server(
            route("t_newtran(); add_reply_header(\"X-Mine: 1\"); t_reply(\"404\", \"Nobody\"); note(\"$rc\");"
                  "t_reply(\"200\", \"OK\"); note(\"$rc\");"));
        server.from_alice({});
        const std::string reply = server.take(alice);
        CHECK(reply.starts_with("SIP/2.0 404 Nobody\r\n"));
        CHECK(reply.find("X-Mine: 1\r\n") != std::string::npos);
        CHECK(server.trace == "1 -1");
        CHECK(server.lines(alice).empty());
    }
    SECTION("without a transaction it is -1")
    {
        ScriptServer server(route("t_reply(\"404\", \"Nobody\"); note(\"$rc\");"));
        server.from_alice({});
        CHECK(server.trace == "-1");
        CHECK(server.lines(alice).empty());
    }
}

TEST_CASE("a transaction that the script forgets is released", "[tm]")
{
    ScriptServer server(route("t_newtran();"));
    server.from_alice({});
    CHECK(server.layer->size() == 1);
    server.pass(40s);
    CHECK(server.layer->size() == 0);
    CHECK(server.lines(alice).empty());
}

TEST_CASE("t_release ends a transaction without a reply", "[tm]")
{
    ScriptServer server(
        route("t_newtran(); t_release(); note(\"$rc\"); t_reply(\"200\", \"OK\"); note(\"$rc\");"));
    server.from_alice({});
    CHECK(server.trace == "1 -1");
    server.from_alice({});
    CHECK(server.trace == "1 -1");  // still absorbed
}

TEST_CASE("the ACK to a 2xx is forwarded without a transaction", "[tm]")
{
    ScriptServer server(
        route("if (method==\"ACK\") { t_relay(); note(\"ack$rc\"); exit; }" + to_bob + "t_relay();"));
    server.from_alice({});
    server.from(bob, answer(server.take(bob), 200));
    RequestText ack = request("ACK");
    ack.uri = "sip:bob@203.0.113.1";
    ack.branch = "z9hG4bKack";
    ack.to_tag = "callee";
    server.from_alice(ack);
    CHECK(server.lines(bob) == Lines{"ACK sip:bob@203.0.113.1"});
    CHECK(server.trace == "ack1");
    CHECK(server.layer->size() == 1);
}

TEST_CASE("a CANCEL that the script relays", "[tm]")
{
    ScriptServer server(
        route("if (method==\"CANCEL\") { if (t_check_trans()) { t_relay(); note(\"$rc\"); } exit; }" +
              to_bob + "t_on_failure(\"1\"); t_relay();") +
        "failure_route[1] { if (t_was_cancelled()) { note(\"cancelled $T_reply_code\"); } }\n");
    server.from_alice({});
    const std::string invite = server.take(bob);
    server.take(alice);

    SECTION("of a ringing call")
    {
        server.from(bob, answer(invite, 180));
        server.take(alice);
        server.from_alice(request("CANCEL"));
        CHECK(server.take(alice).starts_with("SIP/2.0 200 canceling\r\n"));
        CHECK(server.lines(bob) == Lines{"CANCEL sip:bob@203.0.113.1"});
        server.from(bob, answer(invite, 487));
        CHECK(server.lines(alice) == Lines{"487"});
        CHECK(server.trace == "1 cancelled 487");
    }
    SECTION("when nothing is left to cancel")
    {
        server.from(bob, answer(invite, 200));
        server.take(alice);
        server.from_alice(request("CANCEL"));
        CHECK(server.take(alice).starts_with("SIP/2.0 200 ok -- no more pending branches\r\n"));
    }
    SECTION("also when the call was answered a while ago")
    {
        server.from(bob, answer(invite, 200));
        server.take(alice);
        server.pass(20s);
        server.from_alice(request("CANCEL"));
        CHECK(server.take(alice).starts_with("SIP/2.0 200 ok -- no more pending branches\r\n"));
        CHECK(server.layer->under_way() == 0);
    }
    SECTION("without its INVITE t_check_trans says no")
    {
        RequestText other = request("CANCEL");
        other.branch = "z9hG4bKother";
        server.from_alice(other);
        CHECK(server.lines(alice).empty());
        CHECK(server.lines(bob).empty());
    }
}

TEST_CASE("a branch_route shapes the CANCEL, too", "[tm]")
{
    ScriptServer server(route("t_on_branch(\"1\");" + to_bob + "t_relay();") +
                        "branch_route[1] { add_header(\"X-Branch: $rm\"); note(\"$rm:$T_branch_idx\"); }\n");
    server.from_alice({});
    server.from(bob, answer(server.take(bob), 180));
    server.from_alice(request("CANCEL"));
    const std::string cancel = server.take(bob);
    CHECK(cancel.starts_with("CANCEL "));
    CHECK(cancel.find("X-Branch: ") != std::string::npos);
    CHECK(server.trace == "INVITE:1 CANCEL:1");
}

TEST_CASE("t_replicate sends a copy whose answers end here", "[tm]")
{
    ScriptServer server(
        route("t_replicate(\"sip:203.0.113.2\"); note(\"$rc\"); sl_send_reply(\"200\", \"OK\");"));
    server.from_alice(request("REGISTER"));
    CHECK(server.trace == "1");
    CHECK(server.lines(alice) == Lines{"200"});
    const std::string copy = server.take(carol);
    CHECK(copy.starts_with("REGISTER sip:bob@example.test SIP/2.0\r\n"));
    server.from(carol, answer(copy, 403));
    CHECK(server.lines(alice).empty());
    server.pass(70s);
    CHECK(server.layer->size() == 0);
}

TEST_CASE("t_replicate sends to branches as destinations", "[tm]")
{
    ScriptServer server(route("append_branch(\"sip:203.0.113.1\"); t_replicate(\"sip:203.0.113.2\");"));
    server.from_alice(request("REGISTER"));
    CHECK(server.lines(carol) == Lines{"REGISTER sip:bob@example.test"});
    CHECK(server.lines(bob) == Lines{"REGISTER sip:bob@example.test"});
}

TEST_CASE("fail-over on 503 unless flag 0x04 forbids it", "[tm]")
{
    const bool allowed = GENERATE(true, false);
    ScriptServer server(route(std::string("rewriteuri(\"sip:bob@two.test\"); t_relay(\"") +
                              (allowed ? "0" : "0x04") + "\");"));
    server.dns().add_srv("_sip._udp.two.test", {1, 0, 5060, "one.two.test"});
    server.dns().add_srv("_sip._udp.two.test", {2, 0, 5060, "two.two.test"});
    server.dns().add_address("one.two.test", "203.0.113.1");
    server.dns().add_address("two.two.test", "203.0.113.2");
    server.from_alice({});
    server.from(bob, answer(server.take(bob), 503));
    CHECK(server.lines(carol).size() == (allowed ? 1 : 0));
    CHECK(server.lines(alice) == (allowed ? Lines{"100"} : Lines{"100", "500"}));
}

}  // namespace junctor::tm::test
