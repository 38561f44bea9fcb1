#include "test/unit/support/module_with_tables.h"

namespace junctor::group
{
class Group;
}

using namespace junctor;
using namespace std::chrono_literals;

namespace
{

struct Fixture : test::ModuleWithTables<group::Group> {
    Fixture() : ModuleWithTables({"grp", "re_grp"}) { add_member("alice", "example.test", "int"); }

    void add_member(const char* user, const char* domain, const char* group)
    {
        add("grp", {{"username", user}, {"domain", domain}, {"grp", group}});
    }
    void add_expression(db::Value expression, db::Value group)
    {
        add("re_grp", {{"reg_exp", std::move(expression)}, {"group_id", std::move(group)}});
    }
    void begin_with_expressions()
    {
        REQUIRE(module.set("re_table", "re_grp"));
        start();
    }
    // A call from alice@example.test to bob@other.test, with To tom@third.test.
    std::unique_ptr<script::Message> call()
    {
        return env.receive(
            "INVITE sip:bob@other.test SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\n"
            "From: <sip:alice@example.test>;tag=1\nTo: <sip:tom@third.test>\nCall-ID: 1\nCSeq: 1 INVITE\n\n");
    }
    int is_in(const std::string& whose, const std::string& group)
    {
        return module.call(*call(), "is_user_in", {whose, group});
    }
    // "CODE: NUMBERS", newest first, for the Request-URI.
    std::string groups_of(std::string_view uri)
    {
        const auto message = env.request(uri);
        std::string text =
            std::to_string(module.call(*message, "get_user_group", {"Request-URI", "i:10"})) + ":";
        for (int i = 0; const auto* avp = message->avps().find({std::uint16_t{10}}, i); ++i)
            text += " " + std::to_string(std::get<std::int64_t>(avp->value));
        return text;
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a user is a member of a group, or is not", "[group]")
{
    start();
    CHECK(is_in("From", "int") == 1);
    CHECK(is_in("From", "ld") == -6);
    CHECK(is_in("Request-URI", "int") == -6);
    add_member("bob", "anywhere.test", "int");
    CHECK(is_in("Request-URI", "int") == 1);
    add_member("tom", "", "voicemail");
    CHECK(is_in("To", "voicemail") == 1);
}

TEST_CASE_METHOD(Fixture, "whose group is meant is written in any case", "[group]")
{
    start();
    CHECK(is_in("FROM", "int") == 1);
    CHECK(is_in("request-uri", "int") == -6);
    for (const char* wrong : {"Contact", "", "$fu", "$rU"}) {
        INFO(wrong);
        CHECK_THAT(module.refusal("is_user_in", {wrong, "int"}), Catch::Contains("Credentials"));
    }
}

TEST_CASE_METHOD(Fixture, "the Request-URI in force counts, not the one received", "[group]")
{
    start();
    const auto message = call();
    message->set_uri("sip:alice@example.test");
    CHECK(module.call(*message, "is_user_in", {"Request-URI", "int"}) == 1);
}

TEST_CASE_METHOD(Fixture, "Credentials are those that were verified", "[group]")
{
    REQUIRE(module.set("use_domain", 1));
    start();
    const auto as = [&](const std::string& user, const std::string& realm) {
        const auto message = call();
        if (!user.empty()) test::authorise(*message, user, realm);
        return module.call(*message, "is_user_in", {"Credentials", "int"});
    };
    CHECK(as("alice", "example.test") == 1);
    CHECK(as("alice", "other.test") == -6);
    CHECK(as("alice@example.test", "other.test") == 1);
    CHECK(as("bob", "example.test") == -6);
    CHECK(as("", "") == -1);
}

TEST_CASE_METHOD(Fixture, "an AVP may hold the user's URI", "[group]")
{
    start();
    const auto message = call();
    message->avps().add({std::string("caller")}, std::string("sip:alice@example.test"));
    message->avps().add({std::string("text")}, std::string("alice"));
    message->avps().add({std::string("number")}, std::int64_t{7});
    const auto is_in = [&](const char* avp) { return module.call(*message, "is_user_in", {avp, "int"}); };
    CHECK(is_in("$avp(s:caller)") == 1);
    CHECK(is_in("$avp(s:text)") == -1);
    CHECK(is_in("$avp(s:number)") == -1);
    CHECK(is_in("$avp(s:none)") == -1);
}

TEST_CASE_METHOD(Fixture, "a message without such a user has no groups", "[group]")
{
    start();
    const auto message = env.receive(
        "INVITE sip:other.test SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: <<\nTo: sip:h\nCSeq: 1 "
        "INVITE\n\n");
    for (const char* whose : {"Request-URI", "From", "To", "Credentials"})
        CHECK(module.call(*message, "is_user_in", {whose, "int"}) == -1);
}

TEST_CASE_METHOD(Fixture, "use_domain compares the domain, too", "[group]")
{
    const bool use_domain = GENERATE(false, true);
    REQUIRE(module.set("use_domain", use_domain));
    add_member("bob", "elsewhere.test", "int");
    start();
    CHECK(is_in("Request-URI", "int") == (use_domain ? -6 : 1));
    add_member("bob", "other.test", "int");
    CHECK(is_in("Request-URI", "int") == 1);
}

TEST_CASE_METHOD(Fixture, "a failed or late question for membership has a code of its own", "[group]")
{
    REQUIRE(module.set("db_deadline", 200));
    start();
    driver->away();
    CHECK(is_in("From", "int") == -5);
    driver->back();
    CHECK(is_in("From", "int") == 1);
    driver->slow(300ms);
    CHECK(module.call_waiting(*call(), "is_user_in", {"From", "int"}, 201ms) == -5);
    driver->slow(100ms);
    CHECK(module.call_waiting(*call(), "is_user_in", {"From", "int"}, 101ms) == 1);
}

TEST_CASE_METHOD(Fixture, "every expression that matches gives its number, the last row's first", "[group]")
{
    add_expression("^sip:00", 10);
    add_expression("@EXAMPLE\\.test$", 20);
    add_expression("^sip:0[1-9]", 30);
    add_expression("007", 40);
    begin_with_expressions();
    CHECK_FALSE(module.waits("get_user_group", {"From", "i:10"}));
    CHECK(groups_of("sip:00799@example.test;user=phone") == "3: 10 20 40");
    CHECK(groups_of("sip:0123@other.test") == "1: 30");
    CHECK(groups_of("sip:bob@other.test") == "-1:");
    CHECK(groups_of("sip:example.test") == "-1:");
    SECTION("with multiple_gid 0 only the first found")
    {
        REQUIRE(module.set("multiple_gid", 0));
        CHECK(groups_of("sip:00799@example.test") == "1: 40");
    }
}

TEST_CASE_METHOD(Fixture, "the AVP for the numbers is named as in the old notation, or in the new", "[group]")
{
    add_expression(".", 7);
    begin_with_expressions();
    REQUIRE(env.variables.add_avp_aliases("gid=i:12"));
    const auto message = call();
    for (const char* name : {"i:10", "s:group", "$avp(i:11)", "gid"})
        CHECK(module.call(*message, "get_user_group", {"From", name}) == 1);
    CHECK(message->avps().count({std::uint16_t{10}}) == 1);
    CHECK(message->avps().count({std::string("group")}) == 1);
    CHECK(message->avps().count({std::uint16_t{11}}) == 1);
    CHECK(message->avps().count({std::uint16_t{12}}) == 1);
    CHECK_FALSE(module.refusal("get_user_group", {"From", "$ru"}).empty());
}

TEST_CASE_METHOD(Fixture, "get_user_group needs re_table, and a table that can be used", "[group]")
{
    SECTION("none is named")
    {
        CHECK_THAT(module.refusal("get_user_group", {"From", "i:10"}), Catch::Contains("re_table"));
        set_version("re_grp", 0);
        CHECK(refusal().empty());
        CHECK(module.command("re_grp_reload").code == 404);
    }
    SECTION("an expression is broken")
    {
        REQUIRE(module.set("re_table", "re_grp"));
        add_expression("good", 1);
        add_expression("(open", 2);
        CHECK_THAT(refusal(), Catch::Contains("group 2") && Catch::Contains("(open"));
    }
    SECTION("NULL")
    {
        REQUIRE(module.set("re_table", "re_grp"));
        add_expression("good", 1);
        table("re_grp").rows.back()[table("re_grp").column("group_id")] = db::Null{};
        CHECK_THAT(refusal(), Catch::Contains("re_grp") && Catch::Contains("NULL"));
    }
    SECTION("its version")
    {
        REQUIRE(module.set("re_table", "re_grp"));
        set_version("re_grp", 0);
        CHECK_THAT(refusal(), Catch::Contains("re_grp") && Catch::Contains("version 0"));
    }
    SECTION("grp is checked always")
    {
        set_version("grp", 1);
        CHECK_THAT(refusal(), Catch::Contains("table grp") && Catch::Contains("2 or later"));
    }
    SECTION("names of columns are parameters")
    {
        REQUIRE(module.set("re_table", "re_grp"));
        REQUIRE(module.set("re_exp_column", "pattern"));
        CHECK_THAT(refusal(), Catch::Contains("has no column pattern"));
    }
}

TEST_CASE_METHOD(Fixture, "re_grp_reload puts a changed table in force, or leaves all as it was", "[group]")
{
    add_expression("^sip:1", 1);
    begin_with_expressions();
    add_expression("^sip:2", 2);
    CHECK(groups_of("sip:2@h") == "-1:");
    CHECK(module.command("re_grp_reload").code == 200);
    CHECK(groups_of("sip:2@h") == "1: 2");
    add_expression("[", 3);
    CHECK(module.command("re_grp_reload").code == 500);
    CHECK(groups_of("sip:2@h") == "1: 2");
    driver->away();
    CHECK(module.command("re_grp_reload").code == 500);
    CHECK(groups_of("sip:1@h") == "1: 1");
}

TEST_CASE_METHOD(Fixture, "after a start without the database groups are known when it comes", "[group]")
{
    add_expression("^sip:bob@", std::int64_t{7});
    module.context.databases().start_without_them(env.worker);
    driver->away();
    begin_with_expressions();
    CHECK(groups_of("sip:bob@example.test") == "-1:");
    CHECK(is_in("From", "int") == -5);
    driver->back();
    env.pass(3s);
    CHECK(groups_of("sip:bob@example.test") == "1: 7");
    CHECK(is_in("From", "int") == 1);
}
