#include "test/unit/support/module_with_tables.h"

namespace junctor::alias_db
{
class AliasDb;
}

using namespace junctor;
using namespace std::chrono_literals;

namespace
{

struct Fixture : test::ModuleWithTables<alias_db::AliasDb> {
    Fixture() : ModuleWithTables({"dbaliases"})
    {
        add_alias("sales", "example.test", "alice", "example.test");
        add_alias("sales", "other.test", "oscar", "other.test");
    }
    void add_alias(db::Value alias, db::Value alias_domain, db::Value user, db::Value domain)
    {
        add("dbaliases", {{"alias_username", std::move(alias)},
                          {"alias_domain", std::move(alias_domain)},
                          {"username", std::move(user)},
                          {"domain", std::move(domain)}});
    }
    void begin()
    {
        CHECK(module.refusal("alias_db_lookup", {"dbaliases"}).empty());
        start();
    }
    // "CODE URI" of a look-up.
    std::string looked_up(std::string_view uri)
    {
        const auto message = env.request(uri);
        const int code = module.call(*message, "alias_db_lookup", {"dbaliases"});
        return std::to_string(code) + " " + std::string(message->uri());
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an alias becomes the user's URI, and nothing of the old one stays", "[alias_db]")
{
    begin();
    CHECK(looked_up("sip:sales@example.test") == "1 sip:alice@example.test");
    CHECK(looked_up("sips:sales:pw@example.test:5070;transport=tcp?Subject=x") == "1 sip:alice@example.test");
    CHECK(looked_up("sip:nobody@example.test") == "-1 sip:nobody@example.test");
    CHECK(looked_up("sip:@h") == "-1 sip:@h");
}

TEST_CASE_METHOD(Fixture, "the destination URI is not touched", "[alias_db]")
{
    begin();
    const auto message = env.request("sip:sales@example.test");
    message->target().destination_uri = "sip:192.0.2.9";
    CHECK(module.call(*message, "alias_db_lookup", {"dbaliases"}) == 1);
    CHECK(message->target().destination_uri == "sip:192.0.2.9");
}

TEST_CASE_METHOD(Fixture, "the Request-URI in force is looked up, not the one received", "[alias_db]")
{
    begin();
    const auto message = env.request("sip:nobody@example.test");
    message->set_uri("sip:sales@example.test");
    CHECK(module.call(*message, "alias_db_lookup", {"dbaliases"}) == 1);
    CHECK(message->uri() == "sip:alice@example.test");
}

TEST_CASE_METHOD(Fixture, "without use_domain the alias's domain does not matter", "[alias_db]")
{
    begin();
    CHECK(looked_up("sip:sales@elsewhere.test") == "1 sip:alice@example.test");
}

TEST_CASE_METHOD(Fixture, "use_domain compares the host, whatever its case", "[alias_db]")
{
    REQUIRE(module.set("use_domain", 1));
    begin();
    CHECK(looked_up("sip:sales@other.test") == "1 sip:oscar@other.test");
    CHECK(looked_up("sip:sales@OTHER.test") == "1 sip:oscar@other.test");
    CHECK(looked_up("sip:sales@elsewhere.test") == "-1 sip:sales@elsewhere.test");
    CHECK(looked_up("sip:sales@sip.other.test") == "-1 sip:sales@sip.other.test");
}

TEST_CASE_METHOD(Fixture, "domain_prefix is cut from the host before it is compared", "[alias_db]")
{
    REQUIRE(module.set("domain_prefix", "sip."));
    SECTION("with use_domain")
    {
        REQUIRE(module.set("use_domain", 1));
        add_alias("bare", "sip.", "alice", "example.test");
        begin();
        CHECK(looked_up("sip:sales@SIP.other.test") == "1 sip:oscar@other.test");
        CHECK(looked_up("sip:sales@other.test") == "1 sip:oscar@other.test");
        CHECK(looked_up("sip:sales@sip.sip.other.test") == "-1 sip:sales@sip.sip.other.test");
        CHECK(looked_up("sip:bare@sip.") == "1 sip:alice@example.test");  // nothing would remain
    }
    SECTION("alone it does nothing")
    {
        begin();
        CHECK(looked_up("sip:sales@sip.other.test") == "1 sip:alice@example.test");
    }
}

TEST_CASE_METHOD(Fixture, "a row that leads nowhere is no alias", "[alias_db]")
{
    table("dbaliases").rows.clear();
    for (const char* column : {"username", "domain"}) allow_null("dbaliases", column);
    const db::Value user = GENERATE(db::Value(db::Null{}), db::Value(std::string()));
    add_alias("no-user", "example.test", user, "example.test");
    add_alias("no-domain", "example.test", "alice", user);
    add_alias("broken", "example.test", "al ice", "example.test");
    add_alias("split", "example.test", "alice", "example.test\r\nX: y");
    add_alias("long", "example.test", std::string(1100, 'a'), "example.test");
    begin();
    for (const char* alias : {"no-user", "no-domain", "broken", "split", "long"}) {
        const std::string uri = std::string("sip:") + alias + "@example.test";
        CHECK(looked_up(uri) == "-1 " + uri);
    }
}

TEST_CASE_METHOD(Fixture, "SQL in a user part finds nothing and harms nothing", "[alias_db]")
{
    begin();
    CHECK(looked_up("sip:';drop%20table--'@example.test") == "-1 sip:';drop%20table--'@example.test");
    CHECK(looked_up("sip:sales@example.test") == "1 sip:alice@example.test");
}

TEST_CASE_METHOD(Fixture, "a database that fails, or is late, means no alias", "[alias_db]")
{
    REQUIRE(module.set("db_deadline", 200));
    begin();
    SECTION("away")
    {
        driver->away();
        CHECK(looked_up("sip:sales@example.test") == "-1 sip:sales@example.test");
        driver->back();
        CHECK(looked_up("sip:sales@example.test") == "1 sip:alice@example.test");
    }
    SECTION("slow, but in time")
    {
        driver->slow(100ms);
        const auto message = env.request("sip:sales@example.test");
        CHECK(module.call_waiting(*message, "alias_db_lookup", {"dbaliases"}, 101ms) == 1);
        CHECK(message->uri() == "sip:alice@example.test");
    }
    SECTION("past the deadline")
    {
        driver->slow(300ms);
        const auto message = env.request("sip:sales@example.test");
        CHECK(module.call_waiting(*message, "alias_db_lookup", {"dbaliases"}, 201ms) == -1);
        CHECK(message->uri() == "sip:sales@example.test");
    }
}

TEST_CASE_METHOD(Fixture, "each call names its table; columns may have other names", "[alias_db]")
{
    db::TableSpec spec = *db::Schema::find()->table("dbaliases");
    spec.name = "numbers";
    spec.version = 0;
    for (auto& column : spec.columns) {
        if (column.name == "alias_username") column.name = "number";
        if (column.name == "username") column.name = "owner";
    }
    spec.indexes.clear();
    REQUIRE(driver->create("openser", spec));
    add("numbers", {{"number", "4711"}, {"owner", "alice"}, {"domain", "example.test"}});
    REQUIRE(module.set("alias_user_column", "number"));
    REQUIRE(module.set("user_column", "owner"));
    CHECK(module.refusal("alias_db_lookup", {"numbers"}).empty());
    start();
    const auto message = env.request("sip:4711@example.test");
    CHECK(module.call(*message, "alias_db_lookup", {"numbers"}) == 1);
    CHECK(message->uri() == "sip:alice@example.test");
    CHECK_THAT(module.refusal("alias_db_lookup", {"dbaliases"}), Catch::Contains("has no column owner"));
}

TEST_CASE_METHOD(Fixture, "what the table of aliases lacks stops the start", "[alias_db]")
{
    SECTION("the table")
    {
        CHECK(module.refusal("alias_db_lookup", {"nicknames"}).empty());
        CHECK_THAT(refusal(), Catch::Contains("junctorctl db create nicknames"));
    }
    SECTION("a name")
    {
        CHECK_THAT(module.refusal("alias_db_lookup", {""}), Catch::Contains("name of a table"));
    }
    SECTION("the alias's domain, if it is compared")
    {
        drop_column("dbaliases", "alias_domain");
        CHECK(module.refusal("alias_db_lookup", {"dbaliases"}).empty());
        REQUIRE(module.set("use_domain", 1));
        CHECK_THAT(refusal(), Catch::Contains("alias_domain_column"));
        REQUIRE(module.set("use_domain", 0));
        CHECK(refusal().empty());
    }
    SECTION("no number in version is asked for")
    {
        set_version("dbaliases", 0);
        begin();
        CHECK(looked_up("sip:sales@example.test") == "1 sip:alice@example.test");
    }
}
