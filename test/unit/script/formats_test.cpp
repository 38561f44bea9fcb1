// Text with pseudo-variables: pseudo-variables.md, sections 1, 2 and 6.
#include <catch2/catch.hpp>

#include "test/unit/support/test_environment.h"

using namespace junctor;
using namespace junctor::script;
using test::TestEnvironment;

TEST_CASE("a format prints its variables among its text", "[script][formats]")
{
    TestEnvironment env;
    const auto message = env.request("sip:bob@example.test");
    CHECK(env.expand(*message, "call to $ru from $fU\n") == "call to sip:bob@example.test from alice\n");
    CHECK(env.expand(*message, "$rU,$rd;$rp-$rP:$rm") == "bob,example.test;5060-UDP:INVITE");
    CHECK(env.expand(*message, "$(ru).") == "sip:bob@example.test.");
    CHECK(env.expand(*message, "$(rU{s.len}) $(hdr(To){uri.host})x") == "3 x");
    CHECK(env.expand(*message, "$ru{s.len}") == "sip:bob@example.test{s.len}");
    CHECK(env.expand(*message, "$hdr(To)[1]") == "<sip:bob@example.test>[1]");
    CHECK(env.expand(*message, "100% costs $$5") == "100% costs $5");
    CHECK(env.expand(*message, "").empty());
}

TEST_CASE("null prints <null>, empty and error print nothing", "[script][formats]")
{
    TestEnvironment env;
    const auto message = env.request();
    CHECK(env.expand(*message, "[$avp(s:none)]") == "[<null>]");
    CHECK(env.expand(*message, "[$du]") == "[]");
    CHECK(env.expand(*message, "[$au]") == "[]");
    CHECK(env.expand(*message, "[$(var(x))]") == "[0]");
}

TEST_CASE("a format that does not parse says where", "[script][formats]")
{
    TestEnvironment env;
    const auto error = [&](std::string_view text) {
        const auto format = Format::parse(text, env.variables);
        REQUIRE_FALSE(format);
        return std::to_string(format.error().offset) + ": " + format.error().text;
    };
    CHECK(error("to $ru.\n") ==
          "4: no pseudo-variable is called $ru.; where a full stop follows write $(ru)");
    CHECK(error("cost: 5$") == "8: a name must follow $; the character itself is written $$");
    CHECK(error("$ru $nosuch").find("5: no pseudo-variable is called $nosuch") == 0);
    CHECK(error("a $hdr($nosuch)").find("8: no pseudo-variable") == 0);
}

TEST_CASE("a result longer than the limit fails", "[script][formats]")
{
    TestEnvironment env;
    const auto message = env.request();
    message->avps().add({std::string("x")}, std::string(1000, 'x'));
    CHECK(env.expand(*message, "$avp(s:x)", 1000).size() == 1000);
    CHECK(env.expand(*message, "$avp(s:x)", 999) == "(too long)");
    CHECK(env.expand(*message, "$avp(s:x)$avp(s:x)") == "(too long)");
}

TEST_CASE("text without variables is known as such", "[script][formats]")
{
    TestEnvironment env;
    const auto plain = Format::parse("just $$ text", env.variables);
    REQUIRE(plain);
    CHECK(plain->is_literal());
    CHECK(plain->literal_text() == "just $ text");
    CHECK(Format().is_literal());
    CHECK(Format().literal_text().empty());
    CHECK(Format::literal("a $ru").literal_text() == "a $ru");
    const auto variable = Format::parse("$ru", env.variables);
    REQUIRE(variable);
    CHECK_FALSE(variable->is_literal());
}

TEST_CASE("terminal colours are printed where they are wanted", "[script][formats]")
{
    TestEnvironment env;
    const auto message = env.request();
    const auto coloured = [&](std::string_view text) {
        const auto format = Format::parse(text, env.variables);
        REQUIRE(format);
        CHECK(format->expand(*message).value_or("") == "hi\n");
        return format->expand(*message, 1023, true).value_or("");
    };
    CHECK(coloured("$Crxhi\n") == "\x1b[0;31;49mhi\n\x1b[0m");
    CHECK(coloured("$C(xg)hi\n") == "\x1b[0;39;42mhi\n\x1b[0m");
    CHECK(coloured("$CWshi\n") == "\x1b[1;37;40mhi\n\x1b[0m");
    CHECK(coloured("$Cbyh$C(xx)i\n") == "\x1b[0;34;43mh\x1b[0;39;49mi\n\x1b[0m");
    CHECK(coloured("$CBxhi\n") == coloured("$CBxhi\n"));  // bold each time
    CHECK(env.expand(*message, "$C(qq)").find("error: ") == 0);
    CHECK(env.expand(*message, "$CrW").find("error: ") == 0);  // a background is never bold
}

TEST_CASE("numbers among a function's arguments", "[script][formats]")
{
    TestEnvironment env;
    BindContext context{env.variables};
    const auto number = [&](std::string text) {
        const auto parsed = ArgumentType<int>::parse({std::move(text), false}, context);
        return parsed ? std::to_string(*parsed) : parsed.error().text;
    };
    CHECK(number("10") == "10");
    CHECK(number("-10") == "-10");
    CHECK(number("+7") == "7");
    CHECK(number("0x1F") == "31");
    CHECK(number("ten") == "a number was expected, found \"ten\"");
    CHECK(number("") == "a number was expected, found \"\"");
    CHECK(number("1.5") == "a number was expected, found \"1.5\"");
    CHECK(number("3000000000") == "the number 3000000000 is out of range");
    CHECK(ArgumentType<unsigned>::parse({"3000000000", true}, context).value() == 3000000000U);
    CHECK_FALSE(ArgumentType<unsigned>::parse({"-1", true}, context));
}
