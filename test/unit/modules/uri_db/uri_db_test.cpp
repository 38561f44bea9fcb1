#include "test/unit/support/module_with_tables.h"

namespace junctor::uri_db
{
class UriDb;
}

using namespace junctor;
using namespace std::chrono_literals;

namespace
{

struct Fixture : test::ModuleWithTables<uri_db::UriDb> {
    Fixture() : ModuleWithTables({"uri", "subscriber"})
    {
        add("subscriber", {{"username", "alice"}, {"domain", "example.test"}});
        add("uri", {{"username", "alice"}, {"domain", "example.test"}, {"uri_user", "sales"}});
    }
    void begin(bool use_uri_table)
    {
        REQUIRE(module.set("use_uri_table", use_uri_table));
        start();
    }
    // The code for a message whose From and To are `uri`, from the account `username` (empty: nobody).
    int check(const std::string& function, const std::string& uri, const std::string& username = "alice",
              const std::string& realm = "example.test")
    {
        const auto message =
            env.receive("REGISTER sip:example.test SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\n" +
                        std::string(function == "check_to" ? "To: " : "From: ") + uri +
                        "\nCall-ID: 1\nCSeq: 1 REGISTER\n\n");
        if (!username.empty()) test::authorise(*message, username, realm);
        return module.call(*message, function);
    }
    int exists(std::string_view uri) { return module.call(*env.request(uri), "does_uri_exist"); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "without the uri table the user of the header is the account's", "[uri_db]")
{
    begin(false);
    const std::string function = GENERATE("check_to", "check_from");
    CHECK_FALSE(module.waits(function));
    CHECK(check(function, "<sip:alice@example.test>") == 1);
    CHECK(check(function, "<sip:ALICE@elsewhere.test>") == 1);
    CHECK(check(function, "<sip:alice@example.test>", "alice@example.test") == 1);
    CHECK(check(function, "<sip:sales@example.test>") == -10);
    CHECK(check(function, "<sip:alic@example.test>") == -10);
}

TEST_CASE_METHOD(Fixture, "what cannot be compared has its code, in both modes", "[uri_db]")
{
    begin(GENERATE(false, true));
    const std::string function = GENERATE("check_to", "check_from");
    CHECK(check(function, "<<") == -1);
    CHECK(check(function, "<sip:alice@example.test>", "") == -2);
    CHECK(check(function, "<sip:example.test>") == -4);
}

TEST_CASE_METHOD(Fixture, "with the uri table a row decides", "[uri_db]")
{
    begin(true);
    const std::string function = GENERATE("check_to", "check_from");
    CHECK(module.waits(function));
    CHECK(check(function, "<sip:sales@anywhere.test>") == 1);
    CHECK(check(function, "<sip:alice@example.test>") == -9);  // the account itself needs a row, too
    CHECK(check(function, "<sip:sales@example.test>", "bob") == -9);
    CHECK(check(function, "<sip:sales@example.test>", "alice", "other.test") == -9);
    CHECK(check(function, "<sip:sales@example.test>", "alice", "EXAMPLE.TEST") == 1);
    CHECK(check(function, "<sip:sales@example.test>", "alice@example.test", "another realm") == 1);
    CHECK(check(function, "<sip:sales@example.test>", "alice@other.test", "example.test") == -9);
}

TEST_CASE_METHOD(Fixture, "does_uri_exist asks for accounts, or for rows of the uri table", "[uri_db]")
{
    const bool use_uri_table = GENERATE(false, true);
    begin(use_uri_table);
    CHECK(module.waits("does_uri_exist"));
    CHECK(exists("sip:alice@example.test") == (use_uri_table ? -5 : 1));
    CHECK(exists("sip:sales@example.test") == (use_uri_table ? 1 : -5));
    CHECK(exists(use_uri_table ? "sip:sales@elsewhere.test" : "sip:alice@elsewhere.test") == 1);
    CHECK(exists("sip:nobody@example.test") == -5);
    CHECK(exists("sip:@h") == -1);
}

TEST_CASE_METHOD(Fixture, "use_domain makes does_uri_exist compare the host", "[uri_db]")
{
    const bool use_uri_table = GENERATE(false, true);
    REQUIRE(module.set("use_domain", 1));
    begin(use_uri_table);
    const std::string user = use_uri_table ? "sip:sales@" : "sip:alice@";
    CHECK(exists(user + "example.test") == 1);
    CHECK(exists(user + "Example.Test:5070") == 1);
    CHECK(exists(user + "elsewhere.test") == -5);
}

TEST_CASE_METHOD(Fixture, "a failed or late question for a URI has a code of its own", "[uri_db]")
{
    REQUIRE(module.set("db_deadline", 200));
    SECTION("with the uri table")
    {
        begin(true);
        driver->away();
        CHECK(check("check_to", "<sip:sales@example.test>") == -8);
        CHECK(check("check_from", "<sip:sales@example.test>") == -8);
        CHECK(exists("sip:sales@example.test") == -4);
        driver->back();
        driver->slow(300ms);
        CHECK(module.call_waiting(*env.request("sip:sales@example.test"), "does_uri_exist", {}, 201ms) == -4);
    }
    SECTION("without it the headers are compared as ever")
    {
        begin(false);
        driver->away();
        CHECK(check("check_to", "<sip:alice@example.test>") == 1);
        CHECK(exists("sip:alice@example.test") == -4);
    }
}

TEST_CASE_METHOD(Fixture, "an empty db_url means no database", "[uri_db]")
{
    REQUIRE(module.set("db_url", ""));
    CHECK_THAT(module.refusal("does_uri_exist", {}), Catch::Contains("db_url"));
    CHECK(module.refusal("check_to", {}).empty());
    SECTION("and the headers can be compared")
    {
        driver->away();
        start();
        CHECK(check("check_to", "<sip:alice@example.test>") == 1);
    }
    SECTION("so that the uri table cannot be used")
    {
        REQUIRE(module.set("use_uri_table", 1));
        CHECK_THAT(refusal(), Catch::Contains("db_url"));
    }
}

TEST_CASE_METHOD(Fixture, "the table in use is checked at the start, and that one alone", "[uri_db]")
{
    SECTION("uri")
    {
        set_version("uri", 0);
        CHECK(refusal().empty());
        REQUIRE(module.set("use_uri_table", 1));
        CHECK_THAT(refusal(), Catch::Contains("table uri"));
    }
    SECTION("subscriber")
    {
        set_version("subscriber", 2);
        CHECK_THAT(refusal(), Catch::Contains("table subscriber") && Catch::Contains("3 or later"));
        REQUIRE(module.set("use_uri_table", 1));
        CHECK(refusal().empty());
    }
    SECTION("under the names of the parameters")
    {
        REQUIRE(module.set("subscriber_user_column", "login"));
        CHECK_THAT(refusal(), Catch::Contains("has no column login"));
    }
}
