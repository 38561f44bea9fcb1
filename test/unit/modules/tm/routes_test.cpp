// failure_route, onreply_route, branch_route: when they run, what they see, what remains of what they do.
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
script::Argument number(int value)
{
    return {std::to_string(value), true};
}
script::Argument text(const std::string& value)
{
    return {value, false};
}

}  // namespace

TEST_CASE("a failure_route runs before a failure goes upstream", "[tm]")
{
    const auto script = [](const std::string& statements) {
        return route("setflag(3); $avp(s:who)=\"alice\"; add_header(\"X-Stored: 1\");" + to_bob +
                     "setbflag(5); t_on_failure(\"1\"); t_relay(); add_header(\"X-Later: 1\"); setflag(4);") +
               "failure_route[1] {\n" + statements + "\n}\n";
    };
    SECTION("it sees the winner's Request-URI and flags, the transaction's flags and AVPs")
    {
        ScriptServer server(
            script("note(\"$ru $T_reply_code $avp(s:who) $rm\");"
                   "if (isflagset(3)) note(\"flag3\"); if (isflagset(4)) note(\"flag4\");"
                   "if (isbflagset(5)) note(\"bflag5\");"));
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 486));
        CHECK(server.trace == "sip:bob@203.0.113.1 486 alice INVITE flag3 bflag5");
        CHECK(server.lines(alice) == Lines{"100", "486"});
    }
    SECTION("it may fork anew; what was stored goes along, what came later does not")
    {
        ScriptServer server(script("append_branch(\"sip:vm@203.0.113.2\"); t_relay(); note(\"$rc\");"));
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 486));
        CHECK(server.trace == "1");
        const std::string second = server.take(carol);
        CHECK(second.starts_with("INVITE sip:vm@203.0.113.2 SIP/2.0\r\n"));
        CHECK(second.find("X-Stored: 1\r\n") != std::string::npos);
        CHECK(second.find("X-Later: 1\r\n") == std::string::npos);
        server.from(carol, answer(second, 200));
        CHECK(server.lines(alice) == Lines{"100", "200"});
    }
    SECTION("headers added there are in the new branches")
    {
        ScriptServer server(
            script("add_header(\"X-Vm: 1\"); append_branch(\"sip:vm@203.0.113.2\"); t_relay();"));
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 486));
        CHECK(server.take(carol).find("X-Vm: 1\r\n") != std::string::npos);
    }
    SECTION("without a new branch t_relay fails and the winner goes upstream")
    {
        ScriptServer server(script("t_relay(); note(\"$rc\");"));
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 486));
        CHECK(server.trace == "-1");
        CHECK(server.lines(alice) == Lines{"100", "486"});
    }
    SECTION("it may reply itself")
    {
        ScriptServer server(script("t_reply(\"600\", \"Busy everywhere\");"));
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 486));
        CHECK(server.lines(alice) == Lines{"100", "600"});
    }
    SECTION("it must be armed again for the next failure")
    {
        ScriptServer server(
            script("note(\"$T_reply_code\"); append_branch(\"sip:vm@203.0.113.2\"); t_relay();"));
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 486));
        server.from(carol, answer(server.take(carol), 404));
        CHECK(server.trace == "486");
        CHECK(server.lines(alice) == Lines{"100", "404"});
    }
    SECTION("armed again it runs again, and may wait")
    {
        ScriptServer server(
            script("note(\"$T_reply_code\"); wait(); t_on_failure(\"1\");"
                   "append_branch(\"sip:vm@203.0.113.2\"); t_relay();"));
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 486));
        CHECK(server.lines(carol).empty());
        server.answer.resolver().resolve(Code{1});
        server.network.settle();
        server.from(carol, answer(server.take(carol), 404));
        CHECK(server.trace == "486 404");
    }
    SECTION("it runs after a time-out, too")
    {
        ScriptServer server(
            script("note(\"$T_reply_code\"); if (t_local_replied(\"last\")) note(\"last\");"
                   "if (t_local_replied(\"all\")) note(\"all\"); if (t_local_replied(\"branch\")) "
                   "note(\"branch\");"));
        server.from_alice({});
        server.pass(31s);
        CHECK(server.trace == "408 last all branch");
    }
    SECTION("a block that is not there: a line in the log, and the failure goes on")
    {
        ScriptServer server(route(to_bob + "t_on_failure(\"7\"); t_relay();"));
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 486));
        CHECK(server.lines(alice) == Lines{"100", "486"});
    }
}

TEST_CASE("t_check_status looks at the status that the route is about", "[tm]")
{
    ScriptServer server(route("t_on_failure(\"1\"); t_on_reply(\"1\");" + to_bob +
                              "t_relay(); if (t_check_status(\"^100$\")) note(\"sent100\");") +
                        "onreply_route[1] { if (t_check_status(\"1[0-9][0-9]\")) note(\"provisional\"); }\n"
                        "failure_route[1] { if (t_check_status(\"486|408\")) note(\"busy\"); "
                        "if (!t_check_status(\"404\")) note(\"not404\"); }\n");
    server.from_alice({});
    const std::string invite = server.take(bob);
    server.from(bob, answer(invite, 180));
    server.from(bob, answer(invite, 486));
    CHECK(server.trace == "sent100 provisional busy not404");
}

TEST_CASE("serial forking by q: one group after the other", "[tm]")
{
    ScriptServer server(
        "route { rewriteuri(\"sip:bob@203.0.113.1\"); append_branch(\"sip:bob@203.0.113.2\", \"0.5\");"
        "append_branch(\"sip:bob@203.0.113.3\", \"0.2\"); serialize_branches(1); next_branches();"
        "t_on_failure(\"1\"); t_relay(); }\n"
        "failure_route[1] { if (next_branches()) { t_on_failure(\"1\"); t_relay(); } }\n");
    server.from_alice({});
    std::vector<std::string> order;
    for (int round = 0; round < 3; ++round)
        for (const Endpoint& peer : {bob, carol, dave})
            if (const auto message = server.network.take(peer)) {
                order.push_back(peer.ip.text());
                server.from(peer, answer(message->bytes, 480));
                server.lines(peer);
                break;
            }
    CHECK(order.size() == 3);
    CHECK(server.lines(alice) == Lines{"100", "480"});
}

TEST_CASE("an onreply_route runs for every response of every branch", "[tm]")
{
    SECTION("it sees the response and the transaction's flags")
    {
        ScriptServer server(
            route("setflag(3); t_on_reply(\"1\");" + to_bob + "t_relay();") +
            "onreply_route[1] { note(\"$rs $T_reply_code\"); if (isflagset(3)) note(\"flag3\"); "
            "if (!isflagset(4)) setflag(4); else note(\"flag4\"); }\n");
        server.from_alice({});
        const std::string invite = server.take(bob);
        server.from(bob, answer(invite, 180));
        server.from(bob, answer(invite, 200));
        server.from(bob, answer(invite, 200));
        CHECK(server.trace == "180 180 flag3 200 200 flag3 flag4 200 200 flag3 flag4");
    }
    SECTION("its headers are in what is relayed, on top of those of onreply_route{}")
    {
        ScriptServer server(route("t_on_reply(\"1\");" + to_bob + "t_relay();") +
                            "onreply_route { add_header(\"X-Global: 1\"); }\n"
                            "onreply_route[1] { add_header(\"X-Armed: 1\"); }\n");
        server.from_alice({});
        server.take(alice);
        server.from(bob, answer(server.take(bob), GENERATE(180, 200, 486)));
        const std::string relayed = server.take(alice);
        CHECK(relayed.find("X-Global: 1\r\nX-Armed: 1\r\n") != std::string::npos);
    }
    SECTION("drop keeps a provisional response back, not a final one")
    {
        ScriptServer server(route("t_on_reply(\"1\");" + to_bob + "t_relay();") +
                            "onreply_route[1] { drop; }\n");
        server.from_alice({});
        const std::string invite = server.take(bob);
        server.from(bob, answer(invite, 180));
        CHECK(server.lines(alice) == Lines{"100"});
        server.from(bob, answer(invite, 200));
        CHECK(server.lines(alice) == Lines{"200"});
    }
    SECTION("branch flags belong to the branch")
    {
        ScriptServer server(
            route("t_on_reply(\"1\"); t_on_failure(\"1\"); " + to_bob + "setbflag(2); t_relay();") +
            "onreply_route[1] { if (isbflagset(2)) { note(\"two\"); setbflag(3); } }\n"
            "failure_route[1] { if (isbflagset(3)) note(\"three\"); }\n");
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 486));
        CHECK(server.trace == "two three");
    }
    SECTION("not for replies that are ours")
    {
        ScriptServer server(route("t_on_reply(\"1\"); t_newtran(); t_reply(\"404\", \"No\");") +
                            "onreply_route[1] { note(\"ran\"); }\n");
        server.from_alice({});
        CHECK(server.trace.empty());
    }
}

TEST_CASE("the AVPs of an onreply_route", "[tm]")
{
    const std::string script =
        route("$avp(s:x)=\"request\"; t_on_reply(\"1\"); t_on_failure(\"1\");" + to_bob + "t_relay();") +
        "onreply_route[1] { note(\"$avp(s:x)\"); $avp(s:y)=\"reply\"; }\n"
        "failure_route[1] { note(\"$avp(s:y)\"); }\n";
    SECTION("are its own by default")
    {
        ScriptServer server(script);
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 486));
        CHECK(server.trace == "<null> <null>");
    }
    SECTION("are the transaction's with onreply_avp_mode=1")
    {
        ScriptServer server(script, {{"onreply_avp_mode", number(1)}});
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 486));
        CHECK(server.trace == "request reply");
    }
}

TEST_CASE("a branch_route runs for each branch, and what it does stays there", "[tm]")
{
    SECTION("headers, Request-URI and destination")
    {
        ScriptServer server(
            route("t_on_branch(\"1\");" + to_bob + "append_branch(\"sip:bob@203.0.113.2\"); t_relay();") +
            "branch_route[1] { note(\"$T_branch_idx:$ru\");"
            "if ($T_branch_idx==1) add_header(\"X-First: 1\"); else rewriteuser(\"robert\"); }\n");
        server.from_alice({});
        CHECK(server.trace == "1:sip:bob@203.0.113.1 2:sip:bob@203.0.113.2");
        CHECK(server.take(bob).find("X-First: 1\r\n") != std::string::npos);
        const std::string second = server.take(carol);
        CHECK(second.starts_with("INVITE sip:robert@203.0.113.2 SIP/2.0\r\n"));
        CHECK(second.find("X-First") == std::string::npos);
    }
    SECTION("drop discards the branch")
    {
        ScriptServer server(route("t_on_branch(\"1\");" + to_bob +
                                  "append_branch(\"sip:bob@203.0.113.2\"); t_relay(); note(\"$rc\");") +
                            "branch_route[1] { if ($T_branch_idx==1 && $rd==\"203.0.113.1\") drop; }\n");
        server.from_alice({});
        CHECK(server.lines(bob).empty());
        CHECK(server.lines(carol).size() == 1);
        CHECK(server.trace == "1");
    }
    SECTION("all dropped: 500")
    {
        ScriptServer server(route("t_on_branch(\"1\");" + to_bob + "t_relay(); note(\"$rc\");") +
                            "branch_route[1] { drop; }\n");
        server.from_alice({});
        CHECK(server.take(alice).starts_with("SIP/2.0 100"));
        CHECK(server.take(alice).starts_with("SIP/2.0 500 Server error occurred (1/TM)\r\n"));
        CHECK(server.trace.empty());
    }
    SECTION("it stays armed for later forks, and may arm another one")
    {
        ScriptServer server(route("t_on_branch(\"1\"); t_on_failure(\"1\");" + to_bob + "t_relay();") +
                            "branch_route[1] { note(\"one\"); t_on_branch(\"2\"); }\n"
                            "branch_route[2] { note(\"two\"); }\n"
                            "failure_route[1] { append_branch(\"sip:vm@203.0.113.2\"); t_relay(); }\n");
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 486));
        CHECK(server.trace == "one two");
    }
    SECTION("the script's message is as before")
    {
        ScriptServer server(route("t_on_branch(\"1\");" + to_bob + "t_relay(); note(\"$ru\");") +
                            "branch_route[1] { rewriteuser(\"robert\"); }\n");
        server.from_alice({});
        CHECK(server.trace == "sip:bob@203.0.113.1");
    }
}

TEST_CASE("flags set after the transaction was made count if they are flushed", "[tm]")
{
    const bool flush = GENERATE(true, false);
    ScriptServer server(route("t_newtran(); setflag(6);" + std::string(flush ? "t_flush_flags();" : "") +
                              to_bob + "t_on_failure(\"1\"); t_relay();") +
                        "failure_route[1] { if (isflagset(6)) note(\"flag6\"); }\n");
    server.from_alice({});
    server.from(bob, answer(server.take(bob), 486));
    CHECK(server.trace == (flush ? "flag6" : ""));
}

TEST_CASE("t_check_trans", "[tm]")
{
    ScriptServer server(
        route("if (method==\"ACK\") { if (t_check_trans()) note(\"ack\"); exit; }"
              "if (t_check_trans()) note(\"early\"); t_newtran(); if (t_check_trans()) note(\"made\");" +
              to_bob + "t_relay();"));
    server.from_alice({});
    CHECK(server.trace == "made");
    server.from(bob, answer(server.take(bob), 200));
    RequestText ack;
    ack.method = "ACK";
    ack.branch = "z9hG4bKack";
    ack.to_tag = "callee";
    server.from_alice(ack);
    CHECK(server.trace == "made ack");
    ack.call_id = "other";
    server.from_alice(ack);
    CHECK(server.trace == "made ack");
}

TEST_CASE("t_local_replied tells whose the last reply was", "[tm]")
{
    ScriptServer server(
        route("t_newtran(); if (t_local_replied(\"last\")) note(\"early\"); t_reply(\"183\", \"Wait\");"
              "if (t_local_replied(\"LAST\")) note(\"ours\"); if (t_local_replied(\"all\")) note(\"all\");"
              "if (t_local_replied(\"branch\")) note(\"branch\"); t_reply(\"404\", \"No\");"));
    server.from_alice({});
    CHECK(server.trace == "ours all");
}

TEST_CASE("the timers of tm", "[tm]")
{
    SECTION("fr_timer")
    {
        ScriptServer server(route(to_bob + "t_relay();"), {{"fr_timer", number(4)}});
        server.from_alice({});
        server.pass(3900ms);
        CHECK(server.lines(alice) == Lines{"100"});
        server.pass(200ms);
        CHECK(server.lines(alice) == Lines{"408"});
    }
    SECTION("fr_inv_timer, and the CANCEL that goes with it")
    {
        ScriptServer server(route(to_bob + "t_relay();"), {{"fr_inv_timer", number(10)}});
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 180));
        server.pass(10100ms);
        CHECK(server.lines(alice) == Lines{"100", "180", "408"});
        CHECK(server.lines(bob) == Lines{"CANCEL sip:bob@203.0.113.1"});
    }
    SECTION("noisy_ctimer=0: such a call ends in silence")
    {
        ScriptServer server(route(to_bob + "t_relay();"),
                            {{"fr_inv_timer", number(10)}, {"noisy_ctimer", number(0)}});
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 180));
        server.pass(15s);
        CHECK(server.lines(alice) == Lines{"100", "180"});
    }
    SECTION("noisy_ctimer=0 does not silence a failure_route")
    {
        ScriptServer server(
            route(to_bob + "t_on_failure(\"1\"); t_relay();") + "failure_route[1] { note(\"failed\"); }\n",
            {{"fr_inv_timer", number(10)}, {"noisy_ctimer", number(0)}});
        server.from_alice({});
        server.from(bob, answer(server.take(bob), 180));
        server.pass(10100ms);
        CHECK(server.trace == "failed");
        CHECK(server.lines(alice) == Lines{"100", "180", "408"});
    }
    SECTION("AVPs of the transaction, as numbers or digits")
    {
        const std::string value = GENERATE(as<std::string>{}, "5", "\"5\"");
        ScriptServer server(route("$avp(s:fr)=" + value + ";" + to_bob + "t_relay();"),
                            {{"fr_timer_avp", text("$avp(s:fr)")}});
        server.from_alice({});
        server.pass(5100ms);
        CHECK(server.lines(alice).back() == "408");
    }
    SECTION("wt_timer keeps a completed transaction")
    {
        ScriptServer server(route(to_bob + "t_relay();"), {{"wt_timer", number(3)}});
        RequestText options;
        options.method = "OPTIONS";
        server.from_alice(options);
        server.from(bob, answer(server.take(bob), 200));
        server.pass(3100ms);
        CHECK(server.layer->size() == 0);
    }
    SECTION("T1 and T2")
    {
        ScriptServer server(route(to_bob + "t_relay();"),
                            {{"T1_timer", number(100)}, {"T2_timer", number(200)}});
        RequestText options;
        options.method = "OPTIONS";
        server.from_alice(options);
        server.pass(1s);  // at 0, 100, 300, 500, 700, 900 ms
        CHECK(server.lines(bob).size() == 6);
    }
}

TEST_CASE("parameters that make no sense stop the start", "[tm]")
{
    struct Case {
        const char* name;
        script::Argument value;
    };
    for (const Case& c :
         {Case{"fr_timer", number(1)}, Case{"fr_inv_timer", number(1)}, Case{"wt_timer", number(1)},
          Case{"T1_timer", number(4000)}, Case{"T2_timer", number(100)}, Case{"T1_timer", number(0)},
          Case{"fr_timer_avp", text("fr")}, Case{"tw_append", text("no elements")},
          Case{"tw_append", text("x:novalue")}}) {
        INFO(c.name << "=" << c.value.text);
        ScriptServer server("route { exit; }\n", {{c.name, c.value}});
        CHECK_FALSE(server.started.has_value());
    }
}

}  // namespace junctor::tm::test
