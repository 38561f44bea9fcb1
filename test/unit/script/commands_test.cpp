// The commands of the core: core.md, section 3.
#include "core/base/core_statistics.h"
#include "core/transport/blacklist.h"
#include "test/unit/script/run_script.h"

using namespace junctor;
using namespace junctor::script;
using junctor::script::test::in_route;
using junctor::script::test::ScriptRun;

namespace
{

struct Commands : ScriptRun {
    // What a format reads when the statements have run.
    std::string after(const std::string& statements, const std::string& format, Route kind = Route::Request)
    {
        run(kind == Route::Request ? in_route(statements)
                                   : "route { exit; } failure_route[1] {" + statements + "}",
            kind, kind == Route::Request ? 0 : 1);
        return env.expand(*message, format);
    }
};

}  // namespace

TEST_CASE("the Request-URI is rewritten part by part", "[script][commands]")
{
    const auto uri = [](const std::string& statements) {
        Commands commands;
        commands.message = commands.env.request("sip:12345@example.test:5070;lr");
        return commands.after(statements, "$ru");
    };
    CHECK(uri("rewritehost(\"a.test\");") == "sip:12345@a.test:5070;lr");
    CHECK(uri("seth(\"a.test\");") == "sip:12345@a.test:5070;lr");
    CHECK(uri("rewritehostport(\"a.test\");") == "sip:12345@a.test;lr");
    CHECK(uri("sethp(\"a.test:99\");") == "sip:12345@a.test:99;lr");
    CHECK(uri("setu(\"bob\");") == "sip:bob@example.test:5070;lr");
    CHECK(uri("setup(\"bob:pw\");") == "sip:bob:pw@example.test:5070;lr");
    CHECK(uri("setp(\"5062\");") == "sip:12345@example.test:5062;lr");
    CHECK(uri("prefix(\"00\");") == "sip:0012345@example.test:5070;lr");
    CHECK(uri("strip(2);") == "sip:345@example.test:5070;lr");
    CHECK(uri("strip_tail(2);") == "sip:123@example.test:5070;lr");
    CHECK(uri("seturi(\"sip:x@y.test\");") == "sip:x@y.test");
    CHECK(uri("seturi(\"sip:x@y.test\"); revert_uri();") == "sip:12345@example.test:5070;lr");
    Commands reply;
    reply.message = reply.env.reply(200, "OK");
    CHECK(reply.run("route { exit; } onreply_route { if (rewriteuser(\"x\")) note(t); else note(f); }",
                    Route::OnReply) == "f");
}

TEST_CASE("flags of three kinds, each with 32 bits", "[script][commands]")
{
    Commands commands;
    CHECK(
        commands.after("setflag(0); setflag(0x1f); resetflag(0); setbflag(3); setbflag(0, 1); resetbflag(3);",
                       "$mF $bF") == "80000000 00000002");
    Commands script;
    CHECK(script.run(in_route("setsflag(2); show(\"$sf\"); resetsflag(2); show(\"$sf\");")) == "4 0");
    Commands tests;
    CHECK(tests.run(in_route(
              "setflag(yes); if (isflagset(1)) note(a); if (isflagset(2)) note(b); "
              "if (isbflagset(4, 1)) note(c); append_branch(\"sip:x@y.test\"); if (setbflag(1, 5)) note(d); "
              "if (isbflagset(1, 5)) note(e); if (isbflagset(5)) note(f); if (issflagset(1)) note(g);")) ==
          "a d e");
}

TEST_CASE("append_branch() moves the Request-URI, with a URI it adds one", "[script][commands]")
{
    Commands own;
    own.run(in_route("setdsturi(\"sip:gw.test\"); setbflag(2); append_branch(); seturi(\"sip:c@d.test\");"));
    REQUIRE(own.message->branches().size() == 1);
    CHECK(own.message->branches()[0].uri == "sip:bob@example.test");
    CHECK(own.message->branches()[0].destination_uri == "sip:gw.test");
    CHECK(own.message->branches()[0].flags == 4);
    CHECK(own.message->target().destination_uri == "");
    CHECK(own.message->target().flags == 0);

    Commands added;
    added.run(
        in_route("setdsturi(\"sip:gw.test\"); append_branch(\"sip:x@y.test\", \"0.25\"); "
                 "append_branch(\"sip:z@y.test\");"));
    REQUIRE(added.message->branches().size() == 2);
    CHECK(added.message->branches()[0].q == 250);
    CHECK(added.message->branches()[1].q == -1);
    CHECK(added.message->branches()[1].destination_uri == "sip:gw.test");
    CHECK(added.message->target().destination_uri == "sip:gw.test");

    Commands many;
    many.run(in_route("while (append_branch(\"sip:x@y.test\")) ; show(\"$rc\");"));
    CHECK(many.message->branches().size() == 11);
}

TEST_CASE("the destination URI is set, asked for and cleared", "[script][commands]")
{
    Commands commands;
    CHECK(commands.run(in_route(
              "if (isdsturiset()) note(a); setduri(\"sip:gw.test\"); if (isduriset) note(b); show(\"$du\"); "
              "resetdsturi(); if (isdsturiset()) note(c);")) == "b sip:gw.test");
}

TEST_CASE("branches are tried by groups of equal q", "[script][commands]")
{
    Commands commands;
    commands.run(
        in_route("append_branch(\"sip:a@x.test\", \"0.3\"); append_branch(\"sip:b@x.test\", \"0.9\"); "
                 "append_branch(\"sip:c@x.test\", \"0.3\"); append_branch(\"sip:d@x.test\", \"0.9\"); "
                 "serialize_branches(1); next_branches(); show(\"$ru $br\");"));
    CHECK(commands.trace == "sip:b@x.test sip:d@x.test");
    REQUIRE(commands.message->branches().size() == 1);

    // The rest in a failure_route: every one a further branch.
    commands.message->branches().clear();
    commands.run("route { exit; } failure_route[1] { if (next_branches()) note(more); }", Route::Failure, 1);
    REQUIRE(commands.message->branches().size() == 2);
    CHECK(commands.message->branches()[0].uri == "sip:a@x.test");
    CHECK(commands.message->branches()[1].uri == "sip:c@x.test");
    // The Request-URI had no q: it comes last.
    commands.message->branches().clear();
    commands.run(
        "route { exit; } failure_route[1] { next_branches(); if (next_branches()) note(wrong); else "
        "note(none); }",
        Route::Failure, 1);
    REQUIRE(commands.message->branches().size() == 1);
    CHECK(commands.message->branches()[0].uri == "sip:bob@example.test");
    CHECK(commands.trace.ends_with("none"));
}

TEST_CASE("branches of equal q stay as they are, and reply blocks have none", "[script][commands]")
{
    Commands equal;
    equal.run(in_route(
        "append_branch(\"sip:a@x.test\"); serialize_branches(1); if (next_branches()) note(wrong);"));
    CHECK(equal.message->branches().size() == 1);
    CHECK(equal.trace == "");
    Commands reply;
    CHECK(reply.run("route { exit; } branch_route[1] { if (next_branches()) note(t); else note(f); }",
                    Route::Branch, 1) == "f");
}

TEST_CASE("a serialized branch keeps its next hop, path, flags and socket", "[script][commands]")
{
    Commands commands;
    commands.message = commands.env.request();
    Target target;
    target.uri = "sip:a@x.test";
    target.destination_uri = "sip:gw.test;lr";
    target.path = "<sip:p1.test;lr>,<sip:p2.test;lr>";
    target.flags = 0x80000001;
    target.q = 500;
    target.socket = &commands.env.transport.sockets()[1];
    commands.message->append_branch(target);
    commands.run(in_route("serialize_branches(0); next_branches();"));
    const Target& now = commands.message->target();
    CHECK(commands.message->uri() == "sip:a@x.test");
    CHECK(now.destination_uri == target.destination_uri);
    CHECK(now.path == target.path);
    CHECK(now.flags == target.flags);
    CHECK(now.socket == target.socket);
}

TEST_CASE("what is said of the transport is kept with the message", "[script][commands]")
{
    Commands commands;
    commands.run(in_route(
        "force_rport(); add_local_rport(); set_advertised_address(2001:db8::1); set_advertised_port(5099); "
        "force_send_socket(tcp:192.0.2.1:5060); show(\"$fs\");"));
    CHECK(commands.message->force_rport);
    CHECK(commands.message->add_local_rport);
    CHECK(commands.message->advertised_address == "[2001:db8::1]");
    CHECK(commands.message->advertised_port == 5099);
    CHECK(commands.trace == "tcp:192.0.2.1:5060");

    Commands unknown;
    CHECK(unknown.run(in_route("if (force_send_socket(10.9.9.9)) note(t); else note(f);")) == "f");
    CHECK(unknown.log->contain("we do not listen on 10.9.9.9"));

    Commands list;
    list.run(
        "dst_blacklist=gw:{(any,::1,0,\"\")} route { if (use_blacklist(\"gw\")) note(t); "
        "use_blacklist(\"gw\"); }");
    CHECK(list.message->blacklists == std::vector<std::string>{"gw"});
    CHECK(list.trace == "t");
}

TEST_CASE("force_tcp_alias() is for streams, and true otherwise", "[script][commands]")
{
    Commands datagram;
    CHECK(datagram.run(in_route("if (force_tcp_alias()) note(t);")) == "t");
    CHECK(datagram.env.transport.aliases.empty());
}

TEST_CASE("log() writes its text as it is, at its level", "[script][commands]")
{
    set_log_level(2);
    Commands commands;
    commands.run(in_route(
        "log(1, \"100% of $ru\\n\"); log(\"debug only\"); log(3, \"not this\"); log(-1, \"this\");"));
    CHECK(commands.log->lines == std::vector<std::string>{"100% of $ru\n", "this"});
}

TEST_CASE("forward() sends the request on, with our Via", "[script][commands]")
{
    Commands commands;
    CoreStatistics statistics;
    commands.env.environment.statistics = &statistics;
    commands.run(in_route("seturi(\"sip:bob@203.0.113.5:5080\"); if (forward()) note(t);"));
    CHECK(commands.trace == "t");
    REQUIRE(commands.env.transport.sent.size() == 1);
    const auto& sent = commands.env.transport.sent[0];
    CHECK(sent.to.remote.text() == "203.0.113.5:5080");
    CHECK(sent.bytes.find("INVITE sip:bob@203.0.113.5:5080 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1") == 0);
    CHECK(statistics.fwd_requests.value() == 1);
}

TEST_CASE("forward() prefers $du, an argument more, and leaves the Request-URI alone", "[script][commands]")
{
    Commands commands;
    commands.run(
        in_route("setdsturi(\"sip:203.0.113.6:5081\"); forward(); forward(\"udp:203.0.113.7:9\"); "
                 "forward(203.0.113.8, 10);"));
    REQUIRE(commands.env.transport.sent.size() == 3);
    CHECK(commands.env.transport.sent[0].to.remote.text() == "203.0.113.6:5081");
    CHECK(commands.env.transport.sent[1].to.remote.text() == "203.0.113.7:9");
    CHECK(commands.env.transport.sent[2].to.remote.text() == "203.0.113.8:10");
    CHECK(commands.env.transport.sent[1].bytes.find("INVITE sip:bob@example.test ") == 0);
}

TEST_CASE("a retransmission that is forwarded statelessly has the same branch", "[script][commands]")
{
    const auto sent = [] {
        Commands commands;
        commands.run(in_route("forward(\"203.0.113.7\");"));
        return commands.env.transport.sent.at(0).bytes;
    };
    CHECK(sent() == sent());
}

TEST_CASE("forward() fails without an address or a network", "[script][commands]")
{
    CoreStatistics statistics;
    Commands broken;
    broken.env.environment.statistics = &statistics;
    broken.env.transport.broken = true;
    CHECK(broken.run(in_route("if (forward(\"203.0.113.7\")) note(t); else note(f);")) == "f");
    Commands nowhere;
    nowhere.env.environment.statistics = &statistics;
    CHECK(nowhere.run(in_route("seturi(\"sip:bob@nowhere.test\"); if (forward()) note(t); else note(f);")) ==
          "f");
    CHECK(statistics.drop_requests.value() == 2);
    CHECK(statistics.fwd_requests.value() == 0);
}

TEST_CASE("send() sends what was received, unchanged", "[script][commands]")
{
    Commands commands;
    commands.run(in_route("seturi(\"sip:x@y.test\"); if (send(\"203.0.113.9:5090\")) note(t);"));
    REQUIRE(commands.env.transport.sent.size() == 1);
    CHECK(commands.env.transport.sent[0].bytes == commands.message->sip().bytes());
    CHECK(commands.env.transport.sent[0].to.remote.text() == "203.0.113.9:5090");
}

TEST_CASE("what a chosen blacklist forbids is not sent, what failed is remembered", "[script][commands]")
{
    Commands commands;
    transport::Blacklists blacklists(commands.env.clock, true);
    transport::BlacklistRule rule;
    rule.network = *IpAddress::parse("10.0.0.0");
    rule.mask_bits = 8;
    REQUIRE(blacklists.add("gw", {rule}));
    commands.env.environment.blacklists = &blacklists;
    commands.run(
        "dst_blacklist = gw:{(any, 10.0.0.0/8, 0, \"\")}\n"
        "route { if (forward(\"10.0.0.1\")) note(sent); use_blacklist(\"gw\"); "
        "if (!forward(\"10.0.0.1\")) note(blocked); send(\"10.0.0.1\"); }");
    CHECK(commands.trace == "sent blocked");
    CHECK(commands.message->failure == Failure::Filtered);
    CHECK(commands.env.transport.sent.size() == 1);

    // A destination gives way to the next, and is passed over for a while; a single one is tried again.
    Commands broken;
    broken.env.environment.blacklists = &blacklists;
    broken.env.transport.broken = true;
    broken.env.resolver.hosts["two.test"] = {{Protocol::Udp, *Endpoint::parse("203.0.113.7:5060")},
                                             {Protocol::Udp, *Endpoint::parse("203.0.113.8:5060")}};
    broken.run(in_route("forward(\"two.test\"); forward(\"203.0.113.9\");"));
    const auto lists = blacklists.list();
    const auto dns =
        std::find_if(lists.begin(), lists.end(), [](const auto& list) { return list.name == "dns"; });
    REQUIRE(dns != lists.end());
    REQUIRE(dns->entries.size() == 1);
    CHECK(dns->entries[0].rule.network == *IpAddress::parse("203.0.113.7"));
}
