// What a script does: config-language of OpenSER 1.2, sections 4.2, 4.3, 5.1 and 5.5 to 5.8.
#include "test/unit/script/run_script.h"

using namespace junctor;
using namespace junctor::script;
using junctor::script::test::in_route;
using junctor::script::test::ScriptRun;
using junctor::script::test::trace_in_route;
using junctor::script::test::trace_of;

TEST_CASE("statements run in order, negative codes do not stop them, 0 does", "[script][interpreter]")
{
    CHECK(trace_in_route("note(a); bad(); note(b); code(-3); note(c);") == "a b c");
    CHECK(trace_in_route("note(a); zero(); note(b);") == "a");
    CHECK(trace_in_route("note(a); exit; note(b);") == "a");
    CHECK(trace_in_route("note(a); drop(); note(b);") == "a");
    CHECK(trace_in_route("note(a); break; note(b);") == "a");
    CHECK(trace_in_route("{ note(a); { note(b); } }") == "a b");
}

TEST_CASE("a negative code is false, 0 in a condition ends the script", "[script][interpreter]")
{
    CHECK(trace_in_route("if (good()) note(a); else note(b);") == "a");
    CHECK(trace_in_route("if (bad()) note(a); else note(b);") == "b");
    CHECK(trace_in_route("if (zero()) note(a); else note(b); note(c);") == "");
    CHECK(trace_in_route("if (!zero()) note(a); note(c);") == "");
    CHECK(trace_in_route("if (return(-1)) note(a); else note(b); note(c);") == "");
    CHECK(trace_in_route("if (bad()) note(a); else if (good()) note(b); else note(c);") == "b");
    CHECK(trace_in_route("if (good()) {} else note(b); note(c);") == "c");
}

TEST_CASE("logical operators stop as soon as they know", "[script][interpreter]")
{
    CHECK(trace_in_route("if (bad() && note(a)) note(b); if (good() || note(c)) note(d);") == "d");
    CHECK(trace_in_route("if (good() || bad() && bad()) note(a); else note(b);") == "b");  // equal precedence
    CHECK(trace_in_route("if (!bad() && good()) note(a);") == "a");
}

TEST_CASE("an evaluation error is false, also behind '!', and ends a chain of ||", "[script][interpreter]")
{
    // $rU has no number: comparing it with one is an error.
    CHECK(trace_in_route("if ($rU==100) note(a); else note(b);") == "b");
    CHECK(trace_in_route("if (!($rU==100)) note(a); else note(b);") == "b");
    CHECK(trace_in_route("if ($rU==100 || good()) note(a); else note(b);") == "b");
    CHECK(trace_in_route("if (bad() || good()) note(a); else note(b);") == "a");
    ScriptRun run;
    run.run(in_route("if ($rU==100) note(a);"));
    CHECK(run.log->contain("could not be evaluated"));
    CHECK(run.log->contain("cfg=t.cfg:2:5"));  // lines name the place
}

TEST_CASE("$rc holds the code of the last action", "[script][interpreter]")
{
    CHECK(trace_in_route("code(-3); show(\"$rc\"); code(7); show(\"$rc\");") == "-3 7");
    CHECK(trace_in_route("if (bad()) note(a); show(\"$rc\");") == "0");  // false, and no body ran
    CHECK(trace_in_route("if (good()) {} show(\"$rc\");") == "1");
    CHECK(trace_in_route("if ($rU==1) {} show(\"$rc\");") == "-1");  // an error
    CHECK(trace_in_route("if (good()) { code(5); } show(\"$rc\");") == "5");
    CHECK(trace_in_route("if (bad()) {} else { code(-4); } show(\"$rc\");") == "-4");
    CHECK(trace_in_route("$var(x)=1; show(\"$rc\"); $rU=5; show(\"$rc\");") == "1 -1");
}

TEST_CASE("a route returns what return says, or the code of its last action", "[script][interpreter]")
{
    CHECK(trace_of(in_route("route(1); show(\"$rc\"); note(end);") +
                   "route[1] { note(in); return(5); note(no); }") == "in 5 end");
    CHECK(trace_of(in_route("route(1); show(\"$rc\");") + "route[1] { return; }") == "1");
    CHECK(trace_of(in_route("route(1); show(\"$rc\");") + "route[1] { code(-7); }") == "-7");
    CHECK(trace_of(in_route("if (route(1)) note(t); else note(f);") + "route[1] { bad(); }") == "f");
    CHECK(trace_of(in_route("if (route(1)) note(t); else note(f);") + "route[1] { bad(); if (bad()) {} }") ==
          "t");
    CHECK(trace_of(in_route("if (route(1)) note(t); else note(f);") + "route[1] { return(-1); }") == "f");
    CHECK(trace_of(in_route("route(1); note(b);") + "route[1] { note(a); return(0); }") == "a");
    CHECK(trace_of(in_route("route(1); note(b);") + "route[1] { note(a); exit; }") == "a");
    CHECK(trace_of(in_route("route(relay);") + "route[relay] { note(named); }") == "named");
    CHECK(trace_in_route("if (route(7)) note(a); note(b);") == "a b");  // there is none: a warning, and true
}

TEST_CASE("what a run answers to its caller", "[script][interpreter]")
{
    ScriptRun plain;
    plain.run(in_route("code(-2);"));
    CHECK(plain.outcome.code == -2);
    CHECK_FALSE(plain.outcome.ended);
    CHECK_FALSE(plain.outcome.dropped);
    ScriptRun returned;
    returned.run(in_route("return(3); code(-2);"));
    CHECK(returned.outcome.code == 3);
    CHECK_FALSE(returned.outcome.ended);
    ScriptRun exited;
    exited.run(in_route("exit;"));
    CHECK(exited.outcome.ended);
    CHECK_FALSE(exited.outcome.dropped);
    ScriptRun dropped;
    dropped.run("onreply_route { drop; }", Route::OnReply);
    CHECK(dropped.outcome.ended);
    CHECK(dropped.outcome.dropped);
    ScriptRun missing;
    missing.run(in_route("exit;"), Route::Failure, 3);
    CHECK_FALSE(missing.outcome.ended);
    CHECK(missing.log->contain("there is no failure_route[3]"));
}

TEST_CASE("routes nest 100 deep, the call beyond is refused", "[script][interpreter]")
{
    ScriptRun run;
    run.run(in_route("route(1);") + "route[1] { $var(n) += 1; route(1); }");
    CHECK(run.log->contain("more than 100 deep"));
    CHECK(run.env.expand(*run.message, "$var(n)") == "99");
}

TEST_CASE("a script that would never end is ended", "[script][interpreter]")
{
    ScriptRun run;
    run.run(in_route("route(1);") + "route[1] { route(1); route(1); }");
    CHECK(run.log->contain("1000000 instructions for one message are too many"));
    CHECK(run.outcome.ended);
}

TEST_CASE("a switch falls through to break, default is for no match", "[script][interpreter]")
{
    const std::string text =
        "switch($rm) { case \"invite\": note(a); case \"ACK\": note(b); break; case \"BYE\": note(c); "
        "default: note(d); }  note(end);";
    CHECK(trace_in_route(text) == "a b end");
    ScriptRun bye;
    bye.message = bye.env.request("sip:bob@example.test", {}, {}, "BYE");
    CHECK(bye.run(in_route(text)) == "c end");  // it does not fall into default
    ScriptRun other;
    other.message = other.env.request("sip:bob@example.test", {}, {}, "OPTIONS");
    CHECK(other.run(in_route(text)) == "d end");

    CHECK(
        trace_in_route("$var(x)=-2; switch($var(x)) { case 1: note(a); case -2: note(b); if (good()) break; "
                       "note(c); }") == "b");
    CHECK(trace_in_route("switch($avp(s:none)) { case \"\": note(a); default: note(b); }") == "b");
    CHECK(trace_in_route("switch($rm) { case \"INVITE\": code(-5); break; } show(\"$rc\");") == "-5");
    CHECK(trace_in_route("switch($rm) { case \"INVITE\": code(5); } show(\"$rc\");") == "1");
    CHECK(trace_in_route("switch($rm) { case \"BYE\": bad(); } show(\"$rc\");") == "1");
    CHECK(trace_in_route("switch($rm) { case \"INVITE\": note(a); exit; } note(b);") == "a");
}

TEST_CASE("while runs as long as its condition holds, but not for ever", "[script][interpreter]")
{
    CHECK(trace_in_route("$var(i)=0; while ($var(i) < 3) { show(\"$var(i)\"); $var(i) += 1; } note(end);") ==
          "0 1 2 end");
    CHECK(trace_in_route("while (good()) { note(a); if (good()) { break; } note(b); } note(end);") ==
          "a end");
    CHECK(trace_of(in_route("while (good()) { route(1); break; } note(end);") +
                   "route[1] { while (good()) { note(a); return; } }") == "a end");
    ScriptRun run;
    CHECK(run.run(in_route("$var(i)=0; while (good()) $var(i) += 1; show(\"$var(i)\");")) == "10000");
    CHECK(run.log->contain("this while has run 10000 times"));
}

TEST_CASE("arithmetic", "[script][interpreter]")
{
    const auto value = [](const std::string& expression) {
        return trace_in_route("$var(x) = " + expression + "; show(\"$var(x)\");");
    };
    CHECK(value("2+3*4") == "20");
    CHECK(value("1|2&2") == "2");
    CHECK(value("1+6&3") == "3");
    CHECK(value("7/2") == "3");
    CHECK(value("-7%4") == "-3");
    CHECK(value("5/0") == "0");
    CHECK(value("5%0") == "0");
    CHECK(value("~5") == "-6");
    CHECK(value("9223372036854775807+1") == "-9223372036854775808");
    CHECK(value("(1-9223372036854775807-2)/-1") == "-9223372036854775808");
    CHECK(value("\"a\"+\"b\"") == "ab");
    CHECK(value("\"a\"+5") == "a5");
    CHECK(value("abc") == "abc");
    CHECK(value("$rU+\"@\"+$rd") == "bob@example.test");
    CHECK(value("method==\"INVITE\"") == "1");
    CHECK(value("method==\"BYE\"") == "0");
    CHECK(value("$rU==1") == "-1");
    CHECK(value("code(-4)") == "-4");
    // What fails leaves the target as it was.
    CHECK(trace_in_route("$var(x)=7; $var(x)=5+\"a\"; show(\"$rc $var(x)\");") == "-1 7");
    CHECK(trace_in_route("$var(x)=7; $var(x)=$avp(s:none); show(\"$rc $var(x)\");") == "-1 7");
    CHECK(trace_in_route("$var(x)=7; $var(x)=\"a\"-\"b\"; show(\"$rc $var(x)\");") == "-1 7");
    CHECK(trace_in_route("$var(x)=7; $var(x)=null; show(\"$rc $var(x)\");") == "1 0");
}

TEST_CASE("compound assignments do what they say", "[script][interpreter]")
{
    CHECK(
        trace_in_route("$var(x)=5; $var(x)+=3; show(\"$var(x)\"); $var(x)*=2; show(\"$var(x)\"); $var(x)-=1; "
                       "show(\"$var(x)\"); $var(x)/=4; show(\"$var(x)\"); $var(x)%=2; show(\"$var(x)\");") ==
        "8 16 15 3 1");
    CHECK(
        trace_in_route("$var(x)=6; $var(x)&=3; show(\"$var(x)\"); $var(x)|=8; show(\"$var(x)\"); $var(x)^=1; "
                       "show(\"$var(x)\");") == "2 10 11");
    // '=' puts an AVP in front of the others, '+=' changes the newest.
    CHECK(trace_in_route("$avp(s:a)=1; $avp(s:a)=5; $avp(s:a)+=3; show(\"$avp(s:a[*])\");") == "8, 1");
    CHECK(trace_in_route("$avp(s:a)=1; $avp(s:a)=5; $avp(s:a)=null; show(\"$avp(s:a[*])\");") == "1");
}

TEST_CASE("a 0 inside a value ends the script behind the assignment", "[script][interpreter]")
{
    ScriptRun run;
    CHECK(run.run(in_route("note(a); $var(x) = zero(); note(b);")) == "a");
    CHECK(run.env.expand(*run.message, "$var(x)") == "0");
    CHECK(run.outcome.ended);
    CHECK(trace_of(in_route("$var(x)=route(1); show(\"$var(x)\");") + "route[1] { return(-6); }") == "-6");
}

TEST_CASE("values, variables and statements as conditions", "[script][interpreter]")
{
    CHECK(trace_in_route("if ([1-1]) note(a); else note(b);") == "b");
    CHECK(trace_in_route("if ([$var(zz) + 2]) note(a);") == "a");
    CHECK(trace_in_route("if ([\"\"]) note(a); else note(b);") == "b");
    CHECK(trace_in_route("if ($rU) note(a); if ($avp(s:none)) note(b);") == "a");
    CHECK(trace_in_route("$var(x)=0; if ($var(x)) note(a); $var(x)=\"0\"; if ($var(x)) note(b);") == "b");
    CHECK(trace_in_route("if ($mf) note(a);") == "a");  // not of integer type: true even if 0
    CHECK(trace_in_route("if ($var(x)=5) note(a); if ($rU=5) note(b); else note(c);") == "a c");
    CHECK(trace_in_route("if ({ note(in); bad(); }) note(a); else note(b);") == "in b");
    CHECK(trace_in_route("if (if (good()) code(-1);) note(a); else note(b);") == "b");
    CHECK(trace_in_route("if (1) note(a); if (0) note(b); if (-1) note(c);") == "a c");
}

TEST_CASE("a function that waits suspends the script, and the answer resumes it", "[script][interpreter]")
{
    ScriptRun run;
    run.compile(in_route("note(a); if (wait()) note(b); else note(c); note(end);"));
    auto task = run.start();
    CHECK_FALSE(task.done());
    CHECK(run.trace == "a");
    CHECK(run.message->route == Route::Request);
    run.answer.resolver().resolve(Code{-1});
    REQUIRE(task.done());
    CHECK(run.trace == "a c end");
}

TEST_CASE("values wait, too, in copies of their own", "[script][interpreter]")
{
    ScriptRun run;
    run.compile(in_route("route(1);") +
                "route[1] { $var(x) = $rU + $ru; $rU = \"carol\"; $var(y) = \"n\" + wait(); }");
    auto task = run.start();
    CHECK_FALSE(task.done());
    run.answer.resolver().resolve(Code{7});
    REQUIRE(task.done());
    CHECK(run.env.expand(*run.message, "$var(x) $var(y)") == "bobsip:bob@example.test n7");
}

TEST_CASE("a suspended script may be thrown away", "[script][interpreter]")
{
    ScriptRun run;
    run.compile(in_route("note(a); $var(x)= 1 + wait(); note(b);"));
    {
        auto task = run.start();
        CHECK_FALSE(task.done());
    }
    run.answer.resolver().resolve(Code{1});
    CHECK(run.trace == "a");
}

TEST_CASE("error_route runs after the action that met something bad, and the script goes on",
          "[script][interpreter]")
{
    const std::string handler = "error_route { show(\"$err.class/$err.rcode\"); code(9); }";
    CHECK(trace_of(in_route("note(a); bad_header(); note(b);") + handler) == "a 1/400 b");
    CHECK(trace_of(in_route("if (bad_header()) note(t); else note(f);") + handler) == "1/400 f");
    CHECK(trace_of(in_route("bad_header(); bad_header(); note(b);") + handler) == "1/400 1/400 b");
    CHECK(trace_of(in_route("bad_header(); show(\"$rc\");") + handler) == "1/400 -1");
    CHECK(trace_of(in_route("bad_header(); note(b);") + "error_route { note(e); return; note(x); }") ==
          "e b");
    CHECK(trace_of(in_route("bad_header(); note(b);") + "error_route { note(e); exit; }") == "e");
    CHECK(trace_of(in_route("bad_header(); note(b);") + "error_route { note(e); bad_header(); }") == "e b");
    CHECK(trace_of(in_route("bad_header(); note(b);")) == "b");
    ScriptRun reply;
    CHECK(reply.run("onreply_route { bad_header(); note(b); }" + handler, Route::OnReply) == "b");
}

TEST_CASE("script flags and error information begin anew with each block, and come back when it ends",
          "[script][interpreter]")
{
    ScriptRun run;
    run.message = run.env.request();
    run.message->script_flags = 5;
    run.message->flags = 2;
    run.message->route = Route::Failure;
    run.message->blacklists = {"gw"};
    CHECK(run.run(in_route("show(\"$sf $mf\"); setsflag(3);")) == "0 2");
    CHECK(run.message->script_flags == 5);
    CHECK(run.message->route == Route::Failure);
    CHECK(run.message->blacklists.empty());
}

TEST_CASE("a failure is told to the call behind it", "[script][interpreter]")
{
    ScriptRun run;
    std::vector<Failure> seen;
    run.functions.add("look", 0, [&](Message& message, const auto&) {
        seen.push_back(message.previous_failure);
        return Code{1};
    });
    run.run(in_route("look(); if (!failing()) { look(); look(); }"));
    CHECK(seen == std::vector{Failure::None, Failure::SendFailed, Failure::None});
}

TEST_CASE("a function is refused where a route was called from a block that it does not serve",
          "[script][interpreter]")
{
    ScriptRun run;
    run.functions.add(
        "request_only", 0, [&](Message&, const auto&) { return Code{1}; }, RouteMask{1});
    run.run(
        "route { route(1); } onreply_route { route(1); } route[1] { if (request_only()) note(t); else "
        "note(f); }",
        Route::OnReply);
    CHECK(run.trace == "f");
    CHECK(run.log->contain("request_only() cannot be called in onreply_route: it returns -1"));
}
