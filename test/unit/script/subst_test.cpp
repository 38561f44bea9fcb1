#include "core/script/subst.h"

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

    std::string apply(std::string_view expression, std::string_view subject)
    {
        const auto parsed = SubstExpression::parse(expression, env.variables);
        if (!parsed) return "error: " + parsed.error().text;
        const auto result = parsed->apply(*message, subject);
        if (!result) return "failed: " + result.error().text;
        return result->value_or("(no match)");
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a substitution replaces the first match, or all", "[script][subst]")
{
    CHECK(apply("/a/X/", "banana") == "bXnana");
    CHECK(apply("/a/X/g", "banana") == "bXnXnX");
    CHECK(apply("/a//g", "banana") == "bnn");
    CHECK(apply("/z/X/", "banana") == "(no match)");
    CHECK(apply("/^00([1-9][0-9]*)/+\\1/", "0049301234") == "+49301234");
    CHECK(apply("/(b)(a)/\\2\\1\\0\\9/", "banana") == "abbanana");
}

TEST_CASE_METHOD(Fixture, "flags of a substitution", "[script][subst]")
{
    CHECK(apply("/A/X/", "banana") == "(no match)");
    CHECK(apply("/A/X/i", "banana") == "bXnana");
    CHECK(apply("/A/X/gi", "banana") == "bXnXnX");
    CHECK(apply("/a.*$/X/", "a1\na2") == "X\na2");
    CHECK(apply("/a.*$/X/s", "a1\na2") == "X");
    CHECK(apply("/^a/X/g", "aa\na") == "Xa\nX");
    CHECK(apply("/a/X/x", "a") == "error: unknown flag of a substitution; known are i, g and s");
}

TEST_CASE_METHOD(Fixture, "delimiters and escapes", "[script][subst]")
{
    CHECK(apply("#a/b#c/d#", "a/b") == "c/d");
    CHECK(apply("/a\\/b/c\\/d/", "a/b") == "c/d");
    CHECK(apply("|a\\|b|c\\|d|", "a|b") == "c|d");  // a literal |, not an alternative
    CHECK(apply("dx\\dydX\\dYd", "xdy") == "XdY");
    CHECK(apply("/\\./\\\\/", "1.2") == "1\\2");
    CHECK(apply("/x/\\n\\r\\t\\$\\q/", "x") == "\n\r\t$q");
    CHECK(apply("\\a\\b\\", "a").find("error: a backslash cannot delimit") == 0);
    CHECK(apply("/a/b", "a").find("error: ") == 0);
    CHECK(apply("/a", "a").find("error: ") == 0);
    CHECK(apply("", "a").find("error: ") == 0);
    CHECK(apply("/(/b/", "a").find("error: the regular expression") == 0);
}

TEST_CASE_METHOD(Fixture, "a replacement may use variables and the Request-URI", "[script][subst]")
{
    CHECK(apply("/x/<$fU>/", "x") == "<alice>");
    CHECK(apply("/x/$(rU{s.len})$fU/", "x") == "3alice");
    CHECK(apply("/x/\\u/", "x") == "sip:bob@example.test");
    message->set_uri("sip:carol@example.test");
    CHECK(apply("/x/\\u/", "x") == "sip:carol@example.test");
    CHECK(apply("/x/$nosuch/", "x").find("error: no pseudo-variable") == 0);
    message = env.reply(200, "OK");
    CHECK(apply("/x/[\\u]/", "x") == "[]");
}

TEST_CASE_METHOD(Fixture, "limits of a substitution", "[script][subst]")
{
    CHECK(apply("/a*/X/", "b") == "failed: the substitution's pattern matches an empty text");
    CHECK(apply("/a*/X/g", "aab") == "failed: the substitution's pattern matches an empty text");
    message->avps().add({std::string("x")}, std::string(600, 'x'));
    CHECK(apply("/a/$avp(s:x)/", "a").size() == 600);
    CHECK(apply("/a/$avp(s:x)$avp(s:x)/", "a") == "failed: the replacement is longer than 1022 bytes");
    std::string many = "/a/";
    for (int i = 0; i < 101; ++i) many += "\\0";
    CHECK(apply(many + "/", "a").find("at most 100 special items") != std::string::npos);
}
