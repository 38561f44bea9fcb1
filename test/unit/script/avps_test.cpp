// pseudo-variables.md, 4.3: attribute-value pairs.
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

    VariablePtr variable(std::string_view text)
    {
        const auto parsed = env.variables.parse(text);
        INFO(text << (parsed ? "" : ": " + parsed.error().text));
        REQUIRE(parsed);
        return *parsed;
    }
    std::string show(std::string_view text)
    {
        const Value value = variable(text)->get(*message);
        if (!value.is_present()) return value.is_null() ? "null" : "error";
        return std::string(value.text()) + (value.is_integer() ? " I" : "");
    }
    bool set(std::string_view text, const Value& value) { return variable(text)->set(*message, value); }
    std::string refusal(std::string_view text)
    {
        const auto parsed = env.variables.parse(text);
        return parsed ? "parsed" : parsed.error().text;
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an AVP is a stack: the newest comes first", "[script][avps]")
{
    CHECK(show("$avp(s:x)") == "null");
    CHECK(set("$avp(s:x)", Value::view("old")));
    CHECK(set("$avp(s:x[1])", Value::number(7)));  // an index in the target is ignored
    CHECK(set("$avp(s:x)", Value::view("new")));
    CHECK(show("$avp(s:x)") == "new");
    CHECK(show("$avp(s:x[0])") == "new");
    CHECK(show("$avp(s:x[1])") == "7 I");
    CHECK(show("$avp(s:x[2])") == "old");
    CHECK(show("$avp(s:x[-1])") == "old");
    CHECK(show("$avp(s:x[3])") == "");  // empty, not null
    CHECK(show("$avp(s:x[*])") == "new, 7, old");
    CHECK(show("$avp(s:none[*])") == "null");
    CHECK(show("$avp(s:none[-1])") == "null");
    CHECK(show("$avp(s:none[4])") == "null");

    CHECK(set("$avp(s:x)", Value::null()));
    CHECK(show("$avp(s:x[*])") == "7, old");
    CHECK_FALSE(set("$avp(s:x)", Value::error()));
    CHECK(show("$avp(s:x[*])") == "7, old");
}

TEST_CASE_METHOD(Fixture, "the last AVP keeps its type", "[script][avps]")
{
    CHECK(set("$avp(i:5)", Value::number(3)));
    CHECK(show("$avp(i:5[-1])") == "3 I");
}

TEST_CASE_METHOD(Fixture, "names of AVPs", "[script][avps]")
{
    CHECK(set("$avp(i:5)", Value::number(1)));
    CHECK(show("$avp(I:5)") == "1 I");
    CHECK(show("$avp(i:65541)") == "1 I");  // 16 bits count
    CHECK(show("$avp(s:5)") == "null");
    CHECK(set("$avp(s:Name)", Value::view("v")));
    CHECK(show("$avp(S:Name)") == "v");
    CHECK(show("$avp(s:name)") == "null");  // names compare exactly
    CHECK(set("$avp(s:x)", Value::view("one letter")));
    for (const auto* word : {"avp", "AVP", "avpt", "avpg", "avps", "avpp", "a", "at", "ag", "as", "ap"})
        CHECK(show("$" + std::string(word) + "(s:x)") == "one letter");

    CHECK(refusal("$avp(i:0)") == "an AVP's number is 1 to 65535");
    CHECK(refusal("$avp(i:65536)") == "an AVP's number is 1 to 65535");
    CHECK(refusal("$avp(i:x)").find("malformed") != std::string::npos);
    CHECK(refusal("$avp(i:-1)").find("malformed") != std::string::npos);
    CHECK(refusal("$avp(s:)").find("needs a name") != std::string::npos);
    CHECK(refusal("$avp(x:y)").find("i:NUMBER or s:NAME") != std::string::npos);
    CHECK(refusal("$avp(:y)").find("i:NUMBER or s:NAME") != std::string::npos);
    CHECK(refusal("$avp(s256:y)").find("0 to 255") != std::string::npos);
    CHECK(refusal("$avp(alias)").find("no AVP has the alias \"alias\"") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "script flags on an AVP", "[script][avps]")
{
    CHECK(set("$avp(s4:x)", Value::view("four")));
    CHECK(set("$avp(s3:x)", Value::view("three")));
    CHECK(set("$avp(s:x)", Value::view("none")));
    CHECK(show("$avp(s:x)") == "none");
    CHECK(show("$avp(s6:x)") == "three");  // has one of 2 and 4
    CHECK(show("$avp(s4:x)") == "four");
    CHECK(show("$avp(s6:x[*])") == "three, four");
    CHECK(show("$avp(s8:x)") == "null");
    CHECK(set("$avp(s4:x)", Value::null()));
    CHECK(show("$avp(s:x[*])") == "none, three");
}

TEST_CASE_METHOD(Fixture, "an AVP named by a variable", "[script][avps]")
{
    CHECK(set("$var(n)", Value::number(5)));
    CHECK(set("$avp($var(n))", Value::view("by number")));
    CHECK(show("$avp(i:5)") == "by number");
    CHECK(set("$var(n)", Value::view("five")));
    CHECK(set("$avp($var(n))", Value::view("older")));
    CHECK(set("$avp($var(n))", Value::view("by name")));
    CHECK(show("$avp(s:five)") == "by name");
    CHECK(show("$avp($var(n)[1])") == "older");
    CHECK(show("$avp($avp(s:none))") == "null");
    CHECK_FALSE(set("$avp($avp(s:none))", Value::view("x")));
    CHECK_FALSE(set("$avp($var(zero))", Value::view("x")));
    CHECK(variable("$avp($var(n))")->avp_name(message.get()) == AvpName{std::string("five")});
    CHECK_FALSE(variable("$avp($var(n))")->avp_name(nullptr));
    CHECK_FALSE(variable("$ru")->avp_name(message.get()));
}

TEST_CASE_METHOD(Fixture, "aliases of AVPs", "[script][avps]")
{
    REQUIRE(env.variables.add_avp_aliases("caller = s:from_user ; limit=i:12"));
    REQUIRE(env.variables.add_avp_aliases("third=s:third"));
    CHECK(set("$avp(s:from_user)", Value::view("alice")));
    CHECK(show("$avp(caller)") == "alice");
    CHECK(set("$avp(limit)", Value::number(2)));
    CHECK(show("$avp(i:12)") == "2 I");
    CHECK(set("$avp(serial_branch)", Value::view("x")));
    CHECK(show("$avp(i:13364)") == "x");

    const auto refused = [&](std::string_view definition) {
        const auto added = env.variables.add_avp_aliases(definition);
        return added ? "added" : added.error().text;
    };
    CHECK(refused("a=i:1;").find("an AVP alias is written") == 0);
    CHECK(refused("").find("an AVP alias is written") == 0);
    CHECK(refused("=i:2").find("an AVP alias is written") == 0);
    CHECK(refused("caller=i:99") == "the AVP of alias caller has the alias caller already");
    CHECK(refused("again=i:12") == "the AVP of alias again has the alias limit already");
    CHECK(refused("b=i:x").find("malformed") != std::string::npos);
    CHECK(refused("b=i7:3") == "an AVP alias has no script flags");
}

TEST_CASE_METHOD(Fixture, "how module parameters name an AVP", "[script][avps]")
{
    REQUIRE(env.variables.add_avp_aliases("caller=s:from_user"));
    const auto name = [&](std::string_view text, bool full) {
        const auto parsed = env.variables.parse_avp_name(text, full);
        if (!parsed) return "error: " + parsed.error().text;
        if (const auto* id = std::get_if<std::uint16_t>(&parsed->id)) return "i:" + std::to_string(*id);
        return "s:" + std::get<std::string>(parsed->id);
    };
    CHECK(name("i:5", false) == "i:5");
    CHECK(name("s:x", false) == "s:x");
    CHECK(name("caller", false) == "s:from_user");
    CHECK(name("$avp(caller)", false) == "s:from_user");
    CHECK(name(" $avp(i:7) ", true) == "i:7");
    CHECK(name("i:5", true).find("error: an AVP is written $avp(") == 0);
    CHECK(name("$ru", true).find("is not an AVP") != std::string::npos);
    CHECK(name("$avp($var(x))", true).find("is not an AVP with a fixed name") != std::string::npos);
    CHECK(name("nobody", false).find("no AVP has the alias") != std::string::npos);
}

TEST_CASE("a list of AVPs removes all of a name", "[script][avps]")
{
    AvpList list;
    const AvpName x{std::string("x")};
    list.add(x, std::int64_t{1});
    list.add(x, std::int64_t{2}, 1);
    list.add({std::uint16_t{1}}, std::string("other"));
    CHECK(list.count(x) == 2);
    CHECK(list.count(x, 1) == 1);
    CHECK(list.find(x, -2) != nullptr);
    CHECK(list.find(x, -3) == nullptr);
    CHECK(list.remove_all(x) == 2);
    CHECK_FALSE(list.remove_first(x));
    CHECK(list.all().size() == 1);
}
