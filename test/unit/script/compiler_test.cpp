// What loading a script finds: names, arguments, patterns, flags and the blocks that a function may stand in.
#include "test/unit/script/run_script.h"

using namespace junctor;
using namespace junctor::script;
using junctor::script::test::in_route;
using junctor::script::test::ScriptRun;

namespace
{

std::string messages_of(const std::string& text, bool check_indirect_calls = false)
{
    ScriptRun run;
    run.compile(text, check_indirect_calls);
    CHECK((run.program == nullptr) == (run.loaded.diagnostics.errors() > 0));
    return run.loaded.messages();
}

// The text of the only error, and its way out.
struct Found {
    std::string text, way_out;
    friend bool operator==(const Found&, const Found&) = default;
};

Found error_of(const std::string& text)
{
    ScriptRun run;
    run.compile(text);
    INFO(run.loaded.messages());
    CHECK(run.loaded.diagnostics.errors() == 1);
    CHECK(run.program == nullptr);
    for (const auto& diagnostic : run.loaded.diagnostics.all()) {
        if (diagnostic.severity == Severity::Error) return {diagnostic.text, diagnostic.way_out};
    }
    return {};
}

Found error_in_route(const std::string& statements)
{
    return error_of(in_route(statements));
}

}  // namespace

TEST_CASE("an unknown function gets a suggestion, or a hint at its module", "[script][compiler]")
{
    CHECK(error_in_route("nothing_like_it();") ==
          Found{"there is no function nothing_like_it()", "is the loadmodule of its module missing?"});
    CHECK(error_in_route("if (failling()) exit;") ==
          Found{"there is no function failling()", "did you mean failing?"});
    CHECK(error_in_route("setfalg(3);") == Found{"there is no function setfalg()", "did you mean setflag?"});
    CHECK(error_in_route("note();") == Found{"note() takes no 0 arguments", "it takes 1 argument"});
}

TEST_CASE("an argument that a function refuses is underlined", "[script][compiler]")
{
    CHECK(messages_of(in_route("  note(\"refuse me\");")) ==
          "t.cfg:2:8: error: this argument is refused\n"
          "    2 |   note(\"refuse me\");\n"
          "      |        ^~~~~~~~~~~\n");
}

TEST_CASE("commands of the core say how they are called", "[script][compiler]")
{
    CHECK(error_in_route("setflag(\"1\");") ==
          Found{"setflag() cannot be called like this", "it is called setflag(number)"});
    CHECK(error_in_route("setflag(32);").text == "flags are numbered 0 to 31");
    CHECK(error_in_route("setbflag(1, 40);").text == "flags are numbered 0 to 31");
    CHECK(error_in_route("setflag(-1);").text == "setflag() cannot be called like this");
    CHECK(error_in_route("strip(\"3\");").way_out == "it is called strip(number)");
    CHECK(error_in_route("log(\"a\", 1);").way_out == "it is called log(\"text\") or log(number, \"text\")");
    CHECK(error_in_route("append_branch(\"sip:a@b\", \"2\");").text ==
          "q is a number from 0 to 1 with up to three decimals, as in \"0.5\"");
    CHECK(error_in_route("use_blacklist(\"none\");").text == "there is no blacklist none");
    CHECK(error_in_route("set_advertised_port(0);").text == "a port is a number from 1 to 65535");
    CHECK(error_in_route("forward(\"host:0\");").text.find("a socket's port is a number") == 0);
    CHECK(error_in_route("return(99999999999);").text == "this code is too large");
    CHECK(error_in_route("rewriteport(5062);").way_out == "it is called rewriteport(\"text\")");
    CHECK(
        messages_of(
            "dst_blacklist=gw:{(any,::1,0,\"\")} route { use_blacklist(\"gw\"); use_blacklist(\"dns\"); }") ==
        "");
    CHECK(messages_of(
              in_route("forward(uri:host, uri:port); forward(10.0.0.1, 9); forward(\"tcp:host.test:5062\"); "
                       "forward(udp:[::1]:5060); send(\"10.0.0.1\");")) == "");
}

TEST_CASE("a function may stand only where it may run", "[script][compiler]")
{
    CHECK(messages_of("onreply_route {\n    if (in_failure_only()) exit;\n}") ==
          "t.cfg:1:1: warning: there is no route { ... }: every request will be discarded\n"
          "    1 | onreply_route {\n"
          "      | ^~~~~~~~~~~~~\n"
          "t.cfg:2:9: error: in_failure_only() cannot be called in onreply_route\n"
          "    2 |     if (in_failure_only()) exit;\n"
          "      |         ^~~~~~~~~~~~~~~\n"
          "      = it may be called in: failure_route\n");
    CHECK(error_of("route { exit; } route[1] { in_failure_only(); }").text ==
          "in_failure_only() cannot be called in route");
    // A route is what its callers are: 1.2 counts every route[N] as a request's.
    CHECK(messages_of("route { exit; } failure_route[1] { if (good() && route(1)) exit; } "
                      "route[1] { $var(x) = route(deep); } route[deep] { in_failure_only(); }") == "");
}

TEST_CASE(
    "a call through route() from a block that the function does not serve warns, under -C it is an error",
    "[script][compiler]")
{
    const std::string text =
        "route { route(1); } failure_route[1] { route(1); }\nroute[1] { in_failure_only(); }\n";
    const std::string rest =
        ": in_failure_only() cannot be called in route, from where route[1] is called\n"
        "    2 | route[1] { in_failure_only(); }\n"
        "      |            ^~~~~~~~~~~~~~~\n"
        "      = it may be called in: failure_route\n";
    CHECK(messages_of(text) == "t.cfg:2:12: warning" + rest);
    CHECK(messages_of(text, true) == "t.cfg:2:12: error" + rest);
}

TEST_CASE("routes are unique, and calls of missing ones warn", "[script][compiler]")
{
    CHECK(error_of("route { exit; } route[1] { exit; } route[1] { exit; }") ==
          Found{"route[1] exists already", "the first is at t.cfg:1:17"});
    CHECK(error_of("route { exit; } route[0] { exit; }").text == "route[0] exists already");
    CHECK(error_of("route { exit; } route[1000] { exit; }").text == "route numbers go up to 999");
    CHECK(messages_of("route { route(relya); }\nroute[relay] { exit; }") ==
          "t.cfg:1:15: warning: there is no route[relya]: the call will do nothing\n"
          "    1 | route { route(relya); }\n"
          "      |               ^~~~~\n"
          "      = did you mean relay?\n");
}

TEST_CASE("statements that are never reached warn", "[script][compiler]")
{
    CHECK(messages_of("route {\n  exit;\n  note(a);\n}") ==
          "t.cfg:3:3: warning: this statement is never reached\n"
          "    3 |   note(a);\n"
          "      |   ^~~~~~~\n"
          "      = the one at t.cfg:2:3 leaves before\n");
    CHECK(messages_of(in_route("if (good()) exit; note(a);")) == "");
}

TEST_CASE("variables must exist, and be writable to be assigned", "[script][compiler]")
{
    CHECK(error_in_route("$nosuch = 1;").text.find("$nosuch") != std::string::npos);
    CHECK(error_in_route("if ($nosuch == 1) exit;").text.find("$nosuch") != std::string::npos);
    CHECK(error_in_route("$var(x) = $nosuch;").text.find("$nosuch") != std::string::npos);
    CHECK(error_in_route("switch($nosuch) { case 1: exit; }").text.find("$nosuch") != std::string::npos);
    CHECK(error_in_route("$si = \"x\";").text == "$si cannot be assigned");
    CHECK(error_in_route("$(ru{s.len}) = 1;").text == "$(ru{s.len}) cannot be assigned");
}

TEST_CASE("comparisons are checked when the script loads", "[script][compiler]")
{
    CHECK(messages_of("route {\n  if (uri=~\"(\") exit;\n}").find("t.cfg:2:12: error: ") == 0);
    CHECK(error_in_route("if ($ru=~\"[\") exit;").text != "");
    CHECK(error_in_route("if (method<\"A\") exit;").text == "method is compared with ==, !=, =~ or !~");
    CHECK(error_in_route("if (uri=~myself) exit;").text == "uri can only be compared with == and != here");
    CHECK(error_in_route("if (method==myself) exit;").text == "a method cannot be compared with myself");
    CHECK(error_in_route("if (src_ip>10.0.0.1) exit;").text ==
          "src_ip can only be compared with == and != here");
    CHECK(error_in_route("if (src_ip=~10.0.0.1) exit;").text == "a pattern goes in quotes");
    CHECK(error_in_route("if (src_port==many) exit;").text == "src_port is compared with a number");
    CHECK(error_in_route("if (src_port=~\"5\") exit;").text == "src_port is a number: it matches no pattern");
    CHECK(error_in_route("if (proto==sctp) exit;").text == "proto is compared with udp, tcp, tls or any");
    CHECK(error_in_route("if (af==5060x) exit;").text != "");
    CHECK(error_in_route("if (uri==$ru) exit;").text.find("uri is compared with a text") == 0);
    CHECK(error_in_route("if ($rs=~5) exit;").text == "a pattern goes in quotes: =~ \"5\"");
}

TEST_CASE("an assignment as a condition warns", "[script][compiler]")
{
    CHECK(messages_of(in_route("if ($rU=\"x\") exit;")).find("an assignment as a condition") !=
          std::string::npos);
}

TEST_CASE("routes have numbers, named ones from 1000 on", "[script][compiler]")
{
    ScriptRun run;
    run.compile(
        "route { exit; } failure_route[1] { exit; } failure_route[busy] { exit; } onreply_route { exit; } "
        "error_route { exit; }");
    REQUIRE(run.program);
    CHECK(run.program->has_route(Route::Request, 0));
    CHECK(run.program->has_route(Route::Failure, 1));
    CHECK(run.program->has_route(Route::OnReply, 0));
    CHECK(run.program->has_route(Route::Error, 0));
    CHECK_FALSE(run.program->has_route(Route::Failure, 2));
    CHECK_FALSE(run.program->has_route(Route::Branch, 1));
    CHECK(run.program->route_number(Route::Failure, "1") == 1);
    CHECK(run.program->route_number(Route::Failure, "busy") == 1000);
    CHECK_FALSE(run.program->route_number(Route::Failure, "other"));
}
