// pseudo-variables.md, sections 1 to 4: what each variable yields, in which class and state.
#include <catch2/catch.hpp>

#include "core/script/variable.h"
#include "test/unit/support/test_environment.h"

using namespace junctor;
using namespace junctor::script;
using test::TestEnvironment;

namespace
{

struct Fixture {
    TestEnvironment env;

    Value read(Message& message, std::string_view variable)
    {
        const auto parsed = env.variables.parse(variable);
        INFO(variable << (parsed ? "" : ": " + parsed.error().text));
        REQUIRE(parsed);
        return (*parsed)->get(message).owned();
    }

    // "null", "error", or the text with what its class adds: "5060 SI 5060".
    std::string show(Message& message, std::string_view variable)
    {
        const Value value = read(message, variable);
        if (value.is_null()) return "null";
        if (value.is_error()) return "error";
        std::string shown(value.text());
        if (value.has_number())
            shown += (value.is_integer() ? " I " : " SI ") + std::to_string(value.number());
        return shown;
    }

    bool set(Message& message, std::string_view variable, const Value& value)
    {
        const auto parsed = env.variables.parse(variable);
        REQUIRE(parsed);
        REQUIRE((*parsed)->is_writable());
        return (*parsed)->set(message, value);
    }

    std::string refusal(std::string_view variable)
    {
        const auto parsed = env.variables.parse(variable);
        return parsed ? "parsed" : parsed.error().text;
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the Request-URI and its parts", "[script][variables]")
{
    const auto full = env.request("sip:1234;phone=1:pw@example.test:5070;transport=tcp;lr?a=b");
    CHECK(show(*full, "$ru") == "sip:1234;phone=1:pw@example.test:5070;transport=tcp;lr?a=b");
    CHECK(show(*full, "$ruri") == show(*full, "$ru"));
    CHECK(show(*full, "$rU") == "1234;phone=1");
    CHECK(show(*full, "$ruri.user") == "1234;phone=1");
    CHECK(show(*full, "$rd") == "example.test");
    CHECK(show(*full, "$ruri.domain") == "example.test");
    CHECK(show(*full, "$rp") == "5070 SI 5070");
    CHECK(show(*full, "$rP") == "tcp SI 2");

    const auto bare = env.request("sips:example.test");
    CHECK(show(*bare, "$rU") == "null");
    CHECK(show(*bare, "$rp") == "5060 SI 5060");
    CHECK(show(*bare, "$rP") == "UDP SI 1");

    const auto tel = env.request("tel:+12125551212;isub=1");
    CHECK(show(*tel, "$rU") == "+12125551212");
    CHECK(show(*tel, "$rd") == "");

    const auto bad = env.request("sip:@example.test");
    CHECK(show(*bad, "$ru") == "null");
    CHECK(bad->parse_error.error_class == 1);
    CHECK(show(*bad, "$err.class") == "1 I 1");
    CHECK(show(*bad, "$err.level") == "3 I 3");
    CHECK(show(*bad, "$err.rcode") == "400 I 400");
    CHECK(show(*bad, "$err.rreason") == "Bad Request-URI");
    CHECK(show(*bad, "$err.info").find("does not parse") != std::string::npos);

    const auto reply = env.reply(200, "OK");
    for (const auto* name : {"$ru", "$rU", "$rd", "$rp", "$rP", "$ou", "$oU", "$od", "$op", "$oP"})
        CHECK(show(*reply, name) == "null");
}

TEST_CASE_METHOD(Fixture, "reading the Request-URI or From copies nothing", "[script][variables]")
{
    const auto message = env.request("sip:a-user-name-too-long-for-a-short-string@example.test");
    for (const auto* name : {"$ru", "$rU", "$rd", "$fu", "$fU", "$fd", "$tu", "$ci", "$cs", "$hdr(Via)"}) {
        const auto variable = env.variables.parse(name);
        REQUIRE(variable);
        const std::string_view text = (*variable)->get(*message).text();
        const std::string_view bytes = message->sip().bytes();
        CHECK((text.data() >= bytes.data() && text.data() < bytes.data() + bytes.size()));
    }
}

TEST_CASE_METHOD(Fixture, "assigning to the Request-URI and its parts rewrites it", "[script][variables]")
{
    const auto message = env.request("sip:bob:pw@example.test:5070;x=1?h=2");
    CHECK(set(*message, "$rU", Value::view("carol")));
    CHECK(message->uri() == "sip:carol:pw@example.test:5070;x=1?h=2");
    CHECK(set(*message, "$rd", Value::view("192.0.2.9")));
    CHECK(message->uri() == "sip:carol:pw@192.0.2.9:5070;x=1?h=2");
    CHECK(show(*message, "$ou") == "sip:bob:pw@example.test:5070;x=1?h=2");
    CHECK(show(*message, "$rd") == "192.0.2.9");
    CHECK(set(*message, "$rU", Value::null()));
    CHECK(message->uri() == "sip:192.0.2.9:5070;x=1?h=2");
    CHECK(set(*message, "$ru", Value::view("sip:new@example.test")));
    CHECK(show(*message, "$rU") == "new");

    SECTION("what is no text, and what could not stand in a request line, is refused and changes nothing")
    {
        CHECK_FALSE(set(*message, "$rU", Value::number(5)));
        CHECK_FALSE(set(*message, "$rd", Value::null()));
        CHECK_FALSE(set(*message, "$ru", Value::null()));
        CHECK_FALSE(set(*message, "$ru", Value::error()));
        CHECK_FALSE(set(*message, "$ru", Value::view("sip:a@b SIP/2.0\r\nX: y")));
        CHECK_FALSE(set(*message, "$rU", Value::view("a b")));
        CHECK_FALSE(set(*message, "$ru", Value::text("sip:" + std::string(1021, 'a'))));
        CHECK(message->uri() == "sip:new@example.test");
    }
    SECTION("a value that is a number and text is taken as text")
    {
        CHECK(set(*message, "$rU", Value::both(std::string("42"), 42)));
        CHECK(message->uri() == "sip:42@example.test");
    }
}

TEST_CASE_METHOD(Fixture, "the destination URI", "[script][variables]")
{
    const auto message = env.request();
    CHECK(show(*message, "$du") == "");
    CHECK(show(*message, "$dd") == "");
    CHECK(show(*message, "$dp") == "");
    CHECK(show(*message, "$dP") == "");
    CHECK(set(*message, "$duri", Value::view("sip:192.0.2.9:5080;transport=tls")));
    CHECK(show(*message, "$du") == "sip:192.0.2.9:5080;transport=tls");
    CHECK(show(*message, "$dd") == "192.0.2.9");
    CHECK(show(*message, "$dp") == "5080 SI 5080");
    CHECK(show(*message, "$dP") == "tls SI 3");
    CHECK(set(*message, "$du", Value::view("nonsense")));
    CHECK(show(*message, "$dd") == "null");
    CHECK(set(*message, "$du", Value::null()));
    CHECK(show(*message, "$du") == "");
}

TEST_CASE_METHOD(Fixture, "branches, the destination set and the forced socket", "[script][variables]")
{
    const auto message = env.request();
    CHECK(show(*message, "$br") == "null");
    CHECK(show(*message, "$bR") == "");
    CHECK(show(*message, "$ds") == "null");
    CHECK(show(*message, "$fs") == "null");

    REQUIRE(message->append_branch(test::target("sip:a@example.test", 500)));
    REQUIRE(message->append_branch(test::target("sip:b@example.test")));
    CHECK(show(*message, "$br") == "sip:a@example.test");
    CHECK(show(*message, "$bR") == "<sip:a@example.test>;q=0.5, sip:b@example.test");
    CHECK(show(*message, "$ds") == "Contact: <sip:a@example.test>;q=0.5, <sip:b@example.test>");

    message->set_uri("sip:c@example.test");
    message->target().q = 1000;
    CHECK(show(*message, "$ds") ==
          "Contact: <sip:c@example.test>;q=1, <sip:a@example.test>;q=0.5, <sip:b@example.test>");

    message->target().socket = &env.transport.sockets()[1];
    CHECK(show(*message, "$fs") == "tcp:192.0.2.1:5060");

    message->branches().front().uri = "sip:" + std::string(500, 'a') + "@example.test";
    CHECK(show(*message, "$bR") == "null");
    CHECK(show(*message, "$ds") == "null");

    const auto reply = env.reply(200, "OK");
    CHECK(show(*reply, "$br") == "null");
    CHECK(show(*reply, "$bR") == "null");
}

TEST_CASE_METHOD(Fixture, "the first line", "[script][variables]")
{
    const auto request = env.request("sip:b@example.test", {}, {}, "REGISTER");
    CHECK(show(*request, "$rm") == "REGISTER SI 128");
    CHECK(show(*request, "$rs") == "null");
    CHECK(show(*request, "$rr") == "null");
    CHECK(show(*env.request("sip:b@example.test", {}, {}, "PUBLISH"), "$rm") == "PUBLISH SI 8192");
    CHECK(show(*env.request("sip:b@example.test", {}, {}, "JUMP"), "$rm") == "JUMP SI 16384");

    const auto reply = env.reply(486, "Busy Here");
    CHECK(show(*reply, "$rm") == "INVITE SI 1");
    CHECK(show(*reply, "$rs") == "486 I 486");
    CHECK(show(*reply, "$rr") == "Busy Here");
}

TEST_CASE_METHOD(Fixture, "From and To", "[script][variables]")
{
    const auto message = env.request();
    CHECK(show(*message, "$fu") == "sip:alice@example.test");
    CHECK(show(*message, "$from") == "sip:alice@example.test");
    CHECK(show(*message, "$fU") == "alice");
    CHECK(show(*message, "$from.user") == "alice");
    CHECK(show(*message, "$fd") == "example.test");
    CHECK(show(*message, "$from.domain") == "example.test");
    CHECK(show(*message, "$fn") == "\"Alice\"");
    CHECK(show(*message, "$ft") == "88sja8x");
    CHECK(show(*message, "$tu") == "sip:bob@example.test");
    CHECK(show(*message, "$to") == "sip:bob@example.test");
    CHECK(show(*message, "$tU") == "bob");
    CHECK(show(*message, "$to.user") == "bob");
    CHECK(show(*message, "$td") == "example.test");
    CHECK(show(*message, "$to.domain") == "example.test");
    CHECK(show(*message, "$tn") == "");
    CHECK(show(*message, "$tt") == "null");

    const auto bad = env.receive(
        "INVITE sip:b@example.test SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: <<>\n"
        "To: <sip:example.test>\nCall-ID: 1\nCSeq: 7 INVITE\n\n");
    CHECK(show(*bad, "$tU") == "null");
    CHECK(bad->parse_error.error_class == 0);
    CHECK(show(*bad, "$fu") == "null");
    CHECK(show(*bad, "$err.rreason") == "Bad From header");
}

TEST_CASE_METHOD(Fixture, "one header at a time", "[script][variables]")
{
    const auto message = env.request("sip:b@example.test",
                                     "Contact: <sip:alice@192.0.2.7>, <sip:x@y>\n"
                                     "Contact: <sip:z@y>\n"
                                     "Content-Type: text/plain\n"
                                     "User-Agent: phone 1.0\n"
                                     "Refer-To: <sip:refer@example.test;a=1>\n"
                                     "Diversion: <sip:div@example.test>;reason=unknown\n"
                                     "Remote-Party-ID: \"R\" <sip:rpid@example.test>;party=calling\n"
                                     "P-Asserted-Identity: <sip:pai@example.test>, <tel:+1234>\n"
                                     "P-Preferred-Identity: \"P P\" <sip:ppi@example.test>\n",
                                     "hello");
    CHECK(show(*message, "$ci") == "a84b4c76e66710@192.0.2.7");
    CHECK(show(*message, "$cs") == "314159");
    CHECK(show(*message, "$ct") == "<sip:alice@192.0.2.7>, <sip:x@y>");
    CHECK(show(*message, "$cT") == "text/plain");
    CHECK(show(*message, "$cl") == "5 SI 5");
    CHECK(show(*message, "$rb") == "hello");
    CHECK(show(*message, "$ua") == "phone 1.0");
    CHECK(show(*message, "$rt") == "sip:refer@example.test;a=1");
    CHECK(show(*message, "$di") == "sip:div@example.test");
    CHECK(show(*message, "$re") == "sip:rpid@example.test");
    CHECK(show(*message, "$ai") == "sip:pai@example.test");
    CHECK(show(*message, "$pu") == "sip:ppi@example.test");
    CHECK(show(*message, "$pU") == "ppi");
    CHECK(show(*message, "$pd") == "example.test");
    CHECK(show(*message, "$pn") == "\"P P\"");

    const auto bare = env.request();
    for (const auto* name : {"$ct", "$ua", "$rt", "$di", "$re", "$ai", "$pu", "$pU", "$pd", "$pn"})
        CHECK(show(*bare, name) == "null");
    for (const auto* name : {"$cT", "$cl", "$rb"}) CHECK(show(*bare, name) == "");

    const auto no_parts = env.request("sip:b@example.test", "P-Preferred-Identity: <sip:example.test>\n");
    CHECK(show(*no_parts, "$pU") == "");
    CHECK(show(*no_parts, "$pn") == "");
    CHECK(show(*env.request("sip:b@example.test", "P-Preferred-Identity: <<\n"), "$pu") == "null");
}

TEST_CASE_METHOD(Fixture, "a body without Content-Length is no readable body", "[script][variables]")
{
    const auto message = env.receive(
        "MESSAGE sip:b@example.test SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: <sip:a@b>;tag=1\n"
        "To: <sip:example.test>\nCall-ID: 1\nCSeq: 7 MESSAGE\n\nhello");
    CHECK(show(*message, "$rb") == "null");
}

TEST_CASE_METHOD(Fixture, "credentials", "[script][variables]")
{
    const std::string digest =
        "Digest username=\"alice@example.test\", realm=\"example.test\", nonce=\"n\", "
        "uri=\"sip:example.test\", response=\"6629fae49393a05397450978507c4ef1\"\n";
    const std::string other =
        "Digest username=\"bob\", realm=\"b.test\", nonce=\"n\", uri=\"sip:b.test\", "
        "response=\"6629fae49393a05397450978507c4ef1\"\n";

    const auto both =
        env.request("sip:b@example.test", "Authorization: " + other + "Proxy-Authorization: " + digest);
    CHECK(show(*both, "$au") == "alice");
    CHECK(show(*both, "$ar") == "example.test");
    CHECK(show(*env.request("sip:b@example.test", "Authorization: " + other), "$au") == "bob");

    const auto none = env.request();
    CHECK(show(*none, "$au") == "error");
    CHECK(show(*none, "$ar") == "error");
    CHECK(show(*env.request("sip:b@example.test", "Authorization: Basic abc\n"), "$au") == "");
    CHECK(show(*env.request("sip:b@example.test", "Authorization: " + other, {}, "ACK"), "$au") == "");

    SECTION("who pays is the verified account, else From")
    {
        CHECK(show(*both, "$Au") == "alice@example.test");
        both->authorized_header = "Authorization: " + other;
        CHECK(show(*both, "$Au") == "bob@b.test");
    }
}

TEST_CASE_METHOD(Fixture, "where a message came from, and when", "[script][variables]")
{
    env.clock.advance(std::chrono::seconds(61));
    const auto message = env.request();
    CHECK(show(*message, "$si") == "198.51.100.7");
    CHECK(show(*message, "$src_ip") == "198.51.100.7");
    CHECK(show(*message, "$sp") == "5062 SI 5062");
    CHECK(show(*message, "$Ri") == "192.0.2.1");
    CHECK(show(*message, "$Rp") == "5060 SI 5060");
    const std::string size = std::to_string(message->sip().bytes().size());
    CHECK(show(*message, "$ml") == size + " SI " + size);
    CHECK(show(*message, "$mb") == message->sip().bytes());
    CHECK(show(*message, "$mi") == "1 I 1");
    CHECK(show(*env.request(), "$mi") == "2 I 2");
    CHECK(show(*message, "$Ts") == "1173657661 I 1173657661");
    env.clock.advance(std::chrono::seconds(5));
    CHECK(show(*message, "$Ts") == "1173657661 I 1173657661");

    ::setenv("TZ", "UTC0", 1);
    ::tzset();
    CHECK(show(*message, "$Tf") == "Mon Mar 12 00:01:01 2007 SI 1173657661");
    CHECK(read(*message, "$pp").number() == ::getpid());
}

TEST_CASE_METHOD(Fixture, "flags and return codes", "[script][variables]")
{
    const auto message = env.request();
    CHECK(show(*message, "$mf") == "0 SI 0");
    message->flags = 0xabcd;
    message->script_flags = 3;
    message->target().flags = 0x80000000;
    message->return_code = -5;
    CHECK(show(*message, "$mf") == "43981 SI 43981");
    CHECK(show(*message, "$mF") == "0000abcd SI 43981");
    CHECK(show(*message, "$sf") == "3 SI 3");
    CHECK(show(*message, "$sF") == "00000003 SI 3");
    CHECK(show(*message, "$bf") == "2147483648 SI 2147483648");
    CHECK(show(*message, "$bF") == "80000000 SI 2147483648");
    CHECK(show(*message, "$rc") == "-5 I -5");
    CHECK(show(*message, "$retcode") == "-5 I -5");
    CHECK(show(*message, "$err.class") == "0 I 0");
    CHECK(show(*message, "$err.info") == "");
}

TEST_CASE_METHOD(Fixture, "$hdr reads a header line by name and position", "[script][variables]")
{
    const auto message =
        env.request("sip:b@example.test", "X-Note: one, two\nX-NOTE:  second \nx-note: third\nf2: x\n");
    CHECK(show(*message, "$hdr(X-Note)") == "one, two");
    CHECK(show(*message, "$hdr(x-note[0])") == "one, two");
    CHECK(show(*message, "$hdr(x-note[1])") == "second");
    CHECK(show(*message, "$h(x-note[-1])") == "third");
    CHECK(show(*message, "$HDR(x-note[*])") == "one, two, second, third");
    CHECK(show(*message, "$hdr(x-note[3])") == "null");
    CHECK(show(*message, "$hdr(X-Absent)") == "null");
    CHECK(show(*message, "$hdr(X-Absent[*])") == "null");
    CHECK(show(*message, "$hdr(t)") == show(*message, "$hdr(To)"));
    CHECK(show(*message, "$h(t)") == "<sip:bob@example.test>");

    CHECK(set(*message, "$var(h)", Value::view("X-Note")));
    CHECK(show(*message, "$hdr($var(h))") == "one, two");
    CHECK(show(*message, "$hdr($var(h)[1])") == "second");
    CHECK(show(*message, "$hdr($avp(s:none))") == "null");

    const auto long_one = env.request("sip:b@example.test",
                                      "A: " + std::string(300, 'a') + "\nA: " + std::string(300, 'b') + "\n");
    CHECK(show(*long_one, "$hdr(A[*])") == "null");
    CHECK(show(*long_one, "$hdr(A[1])") == std::string(300, 'b'));
}

TEST_CASE_METHOD(Fixture, "$var keeps its value from message to message", "[script][variables]")
{
    CHECK(show(*env.request(), "$var(x)") == "0 I 0");
    CHECK(set(*env.request(), "$var(x)", Value::number(-5)));
    CHECK(show(*env.request(), "$v(x)") == "-5 I -5");
    CHECK(show(*env.request(), "$var(X)") == "0 I 0");
    CHECK(set(*env.request(), "$var(x)", Value::view("text")));
    CHECK(show(*env.request(), "$var(x)") == "text");
    CHECK(set(*env.request(), "$var(x)", Value::both(std::string("0"), 0)));
    CHECK(show(*env.request(), "$var(x)") == "0");  // the type follows the source's: text
    CHECK(set(*env.request(), "$var(x)", Value::null()));
    CHECK(show(*env.request(), "$var(x)") == "0 I 0");
    CHECK_FALSE(set(*env.request(), "$var(x)", Value::error()));
    CHECK(set(*env.request(), "$var(any name [1] goes)", Value::number(1)));
    CHECK(show(*env.request(), "$var(any name [1] goes)") == "1 I 1");
}

TEST_CASE_METHOD(Fixture, "spellings of a variable", "[script][variables]")
{
    const auto message = env.request();
    CHECK(show(*message, "$(rU)") == "bob");
    CHECK(show(*message, "$(rU{s.len})") == "3 I 3");
    CHECK(show(*message, "$(hdr(t) {s.len} {s.md5})") == show(*message, "$(hdr(t){s.len}{s.md5})"));
    CHECK(show(*message, "$$") == "$");

    CHECK(refusal("$RU") == "no pseudo-variable is called $RU");
    CHECK(refusal("$ru.") == "no pseudo-variable is called $ru.; where a full stop follows write $(ru)");
    CHECK(refusal("$retcod") == "no pseudo-variable is called $retcod; did you mean $retcode?");
    CHECK(refusal("$") == "a name must follow $; the character itself is written $$");
    CHECK(refusal("$ru{s.len}") ==
          "nothing may follow the variable; a transformation stands inside parentheses: $(ru{s.len})");
    CHECK(refusal("$hdr(To)[1]").find("an index goes inside") != std::string::npos);
    CHECK(refusal("$(hdr(To)[1])").find("an index goes inside") != std::string::npos);
    CHECK(refusal("$(ru") == "a closing ) is missing");
    CHECK(refusal("$hdr(To") == "a closing ) is missing");
    CHECK(refusal("$hdr(To[-2])").find("an index is a number") != std::string::npos);
    CHECK(refusal("$hdr(To[x])").find("an index is a number") != std::string::npos);
    CHECK(refusal("$hdr(To[1)").find("the index is not closed") != std::string::npos);
    CHECK(refusal("$hdr()").find("starts with a letter") != std::string::npos);
    CHECK(refusal("$hdr") == "$hdr needs a name in parentheses: $hdr(name)");
    CHECK(refusal("$avp") == "$avp needs a name in parentheses: $avp(s:name)");
    CHECK(refusal("$var()") == "$var needs a name");

    std::string deep = "$var(x)";
    for (int i = 0; i < 20; ++i) deep = "$hdr(" + deep + ")";
    CHECK(refusal(deep) == "variables are nested too deeply");
}

TEST_CASE_METHOD(Fixture, "a module's variable is known by its name and is read only", "[script][variables]")
{
    REQUIRE(env.variables.add("T_reply_code", [](Message& m) { return Value::number(m.reply_code); }));
    CHECK_FALSE(env.variables.add("T_reply_code", [](Message&) { return Value::null(); }));
    const auto message = env.request();
    message->reply_code = 487;
    CHECK(show(*message, "$T_reply_code") == "487 I 487");
    CHECK_FALSE((*env.variables.parse("$T_reply_code"))->is_writable());
    CHECK_FALSE((*env.variables.parse("$(rU{s.len})"))->is_writable());
    CHECK_FALSE((*env.variables.parse("$fu"))->is_writable());
}
