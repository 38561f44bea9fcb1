// pseudo-variables.md, section 5.
#include <catch2/catch.hpp>

#include "test/unit/support/test_environment.h"

using namespace junctor;
using namespace junctor::script;
using test::TestEnvironment;

namespace
{

struct Fixture {
    TestEnvironment env;
    std::unique_ptr<Message> message = env.request();

    // What `transformations` make of `input`; "error", or " I" behind a value of integer type.
    std::string apply(std::string_view input, const std::string& transformations)
    {
        message->avps().clear();
        message->avps().add({std::string("in")}, std::string(input));
        return show("$(avp(s:in)" + transformations + ")");
    }
    std::string show(const std::string& text)
    {
        const auto parsed = env.variables.parse(text);
        INFO(text << (parsed ? "" : ": " + parsed.error().text));
        REQUIRE(parsed);
        const Value value = (*parsed)->get(*message);
        if (!value.is_present()) return value.is_null() ? "null" : "error";
        return std::string(value.text()) + (value.is_integer() ? " I" : "");
    }
    std::string refusal(const std::string& transformations)
    {
        const auto parsed = env.variables.parse("$(ru" + transformations + ")");
        return parsed ? "parsed" : parsed.error().text;
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "length, number and digest of a text", "[script][transformations]")
{
    CHECK(apply("hello", "{s.len}") == "5 I");
    CHECK(apply("", "{s.len}") == "0 I");
    CHECK(apply("hello", "{S.Len}") == "5 I");
    CHECK(apply("007", "{s.int}") == "007 I");
    CHECK(apply("-12", "{s.int}") == "-12 I");
    CHECK(apply("", "{s.int}") == " I");
    CHECK(apply("+5", "{s.int}") == "error");
    CHECK(apply("12x", "{s.int}") == "error");
    CHECK(apply("99999999999999999999", "{s.int}") == "error");
    CHECK(apply("hello", "{s.md5}") == "5d41402abc4b2a76b9719d911017c592");
    CHECK(show("$(var(number){s.len})") == "1 I");  // of the number as it prints
}

TEST_CASE_METHOD(Fixture, "a null counts as an empty text", "[script][transformations]")
{
    CHECK(show("$(avp(s:none){s.len})") == "0 I");
    CHECK(show("$(avp(s:none){s.select,0,,})") == "");
    CHECK(show("$(avp(s:none){s.int})") == "error");
    CHECK(show("$(avp(s:none){uri.host})") == "error");
    CHECK(show("$(avp(s:none){param.value,a})") == "error");
    CHECK(show("$(au{s.len})") == "error");  // an error stays one
}

TEST_CASE_METHOD(Fixture, "part of a text", "[script][transformations]")
{
    CHECK(apply("abcdef", "{s.substr,1,2}") == "bc");
}

TEST_CASE_METHOD(Fixture, "substr counts from either end", "[script][transformations]")
{
    CHECK(apply("abcdef", "{s.substr,0,0}") == "abcdef");
    CHECK(apply("abcdef", "{s.substr,+2,0}") == "cdef");
    CHECK(apply("abcdef", "{s.substr,-2,0}") == "ef");
    CHECK(apply("abcdef", "{s.substr,-6,1}") == "a");
    CHECK(apply("abcdef", "{s.substr,4,100}") == "ef");
    CHECK(apply("abcdef", "{s.substr,6,0}") == "error");
    CHECK(apply("abcdef", "{s.substr,-7,0}") == "error");
    CHECK(apply("abcdef", "{s.substr , 1 , 2 }") == "bc");
    env.environment.variables.set("one", std::int64_t{1});
    env.environment.variables.set("two", std::string("2"));
    env.environment.variables.set("minus", std::int64_t{-1});
    CHECK(apply("abcdef", "{s.substr,$var(one),$var(two)}") == "bc");
    CHECK(apply("abcdef", "{s.substr,0,$var(minus)}") == "error");
    CHECK(apply("abcdef", "{s.substr,$fU,0}") == "error");
    CHECK(apply("abcdef", "{s.substr,$avp(s:none),0}") == "error");
    CHECK(refusal("{s.substr,0,-1}").find("must not be negative") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "select takes a field between separators", "[script][transformations]")
{
    CHECK(apply("a,b,c", "{s.select,1,,}") == "b");
    CHECK(apply("a,b,c", "{s.select,-1,,}") == "c");
    CHECK(apply("a,b,c", "{s.select,-3,,}") == "a");
    CHECK(apply("a,b,c", "{s.select,-4,,}") == "");
    CHECK(apply("a,b,c", "{s.select,3,,}") == "");
    CHECK(apply("a b", "{s.select,1, }") == "b");
    CHECK(apply("a)b", "{s.select,1,)}") == "b");
    CHECK(apply("abc", "{s.select,0,;}") == "abc");
}

TEST_CASE_METHOD(Fixture, "hexadecimal, escapes and back", "[script][transformations]")
{
    CHECK(apply("\x01Z", "{s.encode.hexa}") == "015a");
    CHECK(apply("415A4", "{s.decode.hexa}") == "AZ");
    CHECK(apply("4x", "{s.decode.hexa}") == "error");
    CHECK(apply(std::string_view("a'b\\c\"\0", 7), "{s.escape.common}") == "a\\'b\\\\c\"\\0");
    CHECK(apply("a\\'b\\\\c\\x\\", "{s.unescape.common}") == "a'b\\c\\x\\");
    CHECK(apply("\\0", "{s.unescape.common}") == std::string(1, '\0'));
    CHECK(apply("a b@c/d#%", "{s.escape.user}") == "a%20b%40c%2fd%23%25");
    CHECK(apply("-_.!~*'()&=+$,;?Az09", "{s.escape.user}") == "-_.!~*'()&=+$,;?Az09");
    CHECK(apply("caf\xc3\xa9", "{s.escape.user}") == "error");
    CHECK(apply("a%20b%40c", "{s.unescape.user}") == "a b@c");
    CHECK(apply("a%0ab", "{s.unescape.user}") == "error");
    CHECK(apply("a%4", "{s.unescape.user}") == "error");
    CHECK(apply("a%4x", "{s.unescape.user}") == "error");
    CHECK(apply("a%00", "{s.unescape.user}") == "error");
}

TEST_CASE_METHOD(Fixture, "parts of a URI", "[script][transformations]")
{
    const std::string uri =
        "sip:bob:secret@example.test:5070;transport=tcp;ttl=3;user=phone;maddr=192.0.2.9;method=BYE;lr;r2=on;"
        "X=y?Subject=z";
    CHECK(apply(uri, "{uri.user}") == "bob");
    CHECK(apply(uri, "{uri.host}") == "example.test");
    CHECK(apply(uri, "{uri.domain}") == "example.test");
    CHECK(apply(uri, "{uri.passwd}") == "secret");
    CHECK(apply(uri, "{uri.port}") == "5070");
    CHECK(apply(uri, "{uri.headers}") == "Subject=z");
    CHECK(apply(uri, "{uri.transport}") == "tcp");
    CHECK(apply(uri, "{uri.ttl}") == "3");
    CHECK(apply(uri, "{uri.uparam}") == "phone");
    CHECK(apply(uri, "{uri.maddr}") == "192.0.2.9");
    CHECK(apply(uri, "{uri.method}") == "BYE");
    CHECK(apply(uri, "{uri.lr}") == "");
    CHECK(apply(uri, "{uri.r2}") == "on");
    CHECK(apply(uri, "{uri.param,x}") == "y");
    CHECK(apply(uri, "{uri.param,x}") == "y");  // and once more
    CHECK(apply(uri, "{uri.param,absent}") == "");
    CHECK(apply("sip:h;a=1;b", "{uri.params}") == "a=1;b");
    CHECK(apply("sip:h", "{uri.user}") == "");
    CHECK(apply("sip:h", "{uri.port}") == "");
    CHECK(apply("", "{uri.user}") == "error");
    CHECK(apply("nonsense", "{uri.host}") == "error");
    env.environment.variables.set("name", std::string("r2"));
    CHECK(apply(uri, "{uri.param,$var(name)}") == "on");
}

TEST_CASE_METHOD(Fixture, "lists of parameters", "[script][transformations]")
{
    CHECK(apply("a=1;b;C=\"x;y\"", "{param.value,a}") == "1");
    CHECK(apply("a=1;b;C=\"x;y\"", "{param.value,b}") == "");
    CHECK(apply("a=1;b;C=\"x;y\"", "{param.value,c}") == "x;y");
    CHECK(apply("a=1", "{param.value,z}") == "");
    CHECK(apply("", "{param.value,z}") == "error");
    CHECK(apply("a=1;b;c=2", "{param.name,0}") == "a");
    CHECK(apply("a=1;b;c=2", "{param.name,2}") == "c");
    CHECK(apply("a=1;b;c=2", "{param.name,3}") == "");
    CHECK(apply("a=1;b;c=2", "{param.name,-1}") == "c");
    CHECK(apply("a=1;b;c=2", "{param.name,-3}") == "a");
    CHECK(apply("a=1;b;c=2", "{param.name,-4}") == "");
    CHECK(apply("", "{param.name,0}") == "error");
}

TEST_CASE_METHOD(Fixture, "transformations are applied from left to right", "[script][transformations]")
{
    CHECK(apply("sip:bob@example.test;x=6869", "{uri.param,x}{s.decode.hexa}{s.len}") == "2 I");
    CHECK(apply("ABCDEFGHIJKLMNOPQRSTUVWXYZ,1", "{s.encode.hexa}{s.decode.hexa}{s.select,0,,}") ==
          "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    CHECK(apply("x", "{uri.host}{s.len}") == "error");
}

TEST_CASE_METHOD(Fixture, "a transformation that does not exist or is malformed is refused",
                 "[script][transformations]")
{
    CHECK(refusal("{s.tolower}").find("no transformation is called {s.tolower}") == 0);
    CHECK(refusal("{re.subst}").find("no transformation is called") == 0);
    CHECK(refusal("{ s.len}").find("no transformation is called {}") == 0);
    CHECK(refusal("{s.substr,1}").find("needs a further parameter") != std::string::npos);
    CHECK(refusal("{s.substr,a,1}") == "\"a\" is not a number");
    CHECK(refusal("{s.select,1,}") == "the transformation is not closed by }");
    CHECK(refusal("{s.len,1}") == "the transformation is not closed by }");
    CHECK(refusal("{uri.param}").find("needs a further parameter") != std::string::npos);
    CHECK(refusal("{uri.param,}") == "a parameter is empty");
    CHECK(refusal("{s.len") == "the transformation is not closed by }");
}
