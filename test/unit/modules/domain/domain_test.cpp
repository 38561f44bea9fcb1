#include "test/unit/support/module_with_tables.h"

namespace junctor::domain
{
class Domain;
}

using namespace junctor;
using namespace std::chrono_literals;

namespace
{

struct Fixture : test::ModuleWithTables<domain::Domain> {
    Fixture() : ModuleWithTables({"domain"})
    {
        add_domain("example.test");
        add_domain("other.test");
    }
    void add_domain(db::Value name) { add("domain", {{"domain", std::move(name)}}); }
    void begin(int db_mode)
    {
        REQUIRE(module.set("db_mode", db_mode));
        start();
    }
    int uri_host(std::string_view uri) { return module.call(*env.request(uri), "is_uri_host_local"); }
    int from(std::string_view line)
    {
        const auto message = env.receive(
            "INVITE sip:bob@h SIP/2.0\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: " + std::string(line) +
            "\nTo: <sip:bob@h>\nCall-ID: 1\nCSeq: 1 INVITE\n\n");
        return module.call(*message, "is_from_local");
    }
    std::vector<std::string> dumped()
    {
        std::vector<std::string> names;
        for (const auto& node : module.command("domain_dump").nodes) {
            CHECK(node.name.empty());
            names.push_back(node.value);
        }
        return names;
    }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Fixture, "hosts of the Request-URI and of From are looked up, in both modes", "[domain]")
{
    begin(GENERATE(0, 1));
    CHECK(uri_host("sip:bob@example.test") == 1);
    CHECK(uri_host("sips:bob@other.test:5070;transport=tcp") == 1);
    CHECK(uri_host("sip:other.test") == 1);
    CHECK(uri_host("sip:bob@sub.example.test") == -1);
    CHECK(uri_host("sip:@h") == -1);
    CHECK(from("<sip:alice@other.test:5090>;tag=1") == 1);
    CHECK(from("Alice <sip:alice@elsewhere.test>;tag=1") == -1);
    CHECK(from("<<") == -2);
}

TEST_CASE_METHOD(Fixture, "hosts compare without regard to case, in both modes", "[domain]")
{
    add_domain("Mixed.Test");
    begin(GENERATE(0, 1));
    CHECK(uri_host("sip:bob@EXAMPLE.test") == 1);
    CHECK(uri_host("sip:bob@Mixed.Test") == 1);
}

TEST_CASE_METHOD(Fixture, "in memory, case does not matter in the table either", "[domain]")
{
    add_domain("Mixed.Test");
    begin(1);
    CHECK(uri_host("sip:bob@mixed.test") == 1);
}

TEST_CASE_METHOD(Fixture, "is_domain_local takes the host from a variable", "[domain]")
{
    begin(GENERATE(0, 1));
    const auto message = env.request("sip:bob@other.test");
    message->avps().add({std::uint16_t{850}}, std::string("example.test"));
    message->avps().add({std::uint16_t{851}}, std::string());
    message->avps().add({std::uint16_t{852}}, std::int64_t{5});
    CHECK(module.call(*message, "is_domain_local", {"$rd"}) == 1);
    CHECK(module.call(*message, "is_domain_local", {"$avp(i:850)"}) == 1);
    for (const char* useless : {"$avp(i:851)", "$avp(i:852)", "$avp(i:853)", "$rU"})
        CHECK(module.call(*message, "is_domain_local", {useless}) == -1);
    CHECK_FALSE(module.refusal("is_domain_local", {"example.test"}).empty());
}

TEST_CASE_METHOD(Fixture, "with db_mode 0 a change counts at once", "[domain]")
{
    begin(0);
    CHECK(module.waits("is_uri_host_local"));
    CHECK(uri_host("sip:bob@new.test") == -1);
    add_domain("new.test");
    CHECK(uri_host("sip:bob@new.test") == 1);
    CHECK(dumped() == Names{"example.test", "new.test", "other.test"});
    CHECK(module.command("domain_reload").code == 200);
}

TEST_CASE_METHOD(Fixture, "in memory nothing waits, and a change counts after domain_reload", "[domain]")
{
    begin(1);
    for (const char* function : {"is_uri_host_local", "is_from_local"}) CHECK_FALSE(module.waits(function));
    add_domain("new.test");
    table("domain").rows.erase(table("domain").rows.begin());
    CHECK(uri_host("sip:bob@new.test") == -1);
    CHECK(dumped() == Names{"example.test", "other.test"});
    CHECK(module.command("domain_reload").code == 200);
    CHECK(uri_host("sip:bob@new.test") == 1);
    CHECK(uri_host("sip:bob@example.test") == -1);
    CHECK(dumped() == Names{"new.test", "other.test"});
}

TEST_CASE_METHOD(Fixture, "a reload that fails leaves all as it was", "[domain]")
{
    begin(1);
    add_domain("new.test");
    SECTION("the database is away")
    {
        driver->away();
    }
    SECTION("a row has no domain")
    {
        table("domain").rows.back()[table("domain").column("domain")] = db::Null{};
    }
    const mi::Reply reply = module.command("domain_reload");
    CHECK(reply.code == 500);
    CHECK(reply.reason == "Domain table reload failed");
    CHECK(dumped() == Names{"example.test", "other.test"});
    CHECK(uri_host("sip:bob@example.test") == 1);
}

TEST_CASE_METHOD(Fixture, "a query that fails, or is late, means not local; memory does not ask", "[domain]")
{
    const int db_mode = GENERATE(0, 1);
    REQUIRE(module.set("db_deadline", 200));
    begin(db_mode);
    driver->away();
    CHECK(uri_host("sip:bob@example.test") == (db_mode == 0 ? -1 : 1));
    CHECK(from("<sip:alice@other.test>;tag=1") == (db_mode == 0 ? -1 : 1));
    if (db_mode == 1) return;
    CHECK(module.command("domain_dump").code == 500);
    driver->back();
    driver->slow(300ms);
    CHECK(module.call_waiting(*env.request("sip:bob@example.test"), "is_uri_host_local", {}, 201ms) == -1);
    driver->slow(100ms);
    CHECK(module.call_waiting(*env.request("sip:bob@example.test"), "is_uri_host_local", {}, 101ms) == 1);
}

TEST_CASE_METHOD(Fixture, "what cannot be used stops the start", "[domain]")
{
    SECTION("the version")
    {
        set_version("domain", 0);
        CHECK_THAT(refusal(), Catch::Contains("version"));
    }
    SECTION("the column")
    {
        REQUIRE(module.set("domain_col", "host"));
        CHECK_THAT(refusal(), Catch::Contains("has no column host") && Catch::Contains("domain_col"));
    }
    SECTION("the table")
    {
        REQUIRE(module.set("domain_table", "domains"));
        CHECK_THAT(refusal(), Catch::Contains("domains") && Catch::Contains("does not exist"));
    }
    SECTION("NULL in a row, in memory")
    {
        table("domain").rows.back()[table("domain").column("domain")] = db::Null{};
        REQUIRE(module.set("db_mode", 1));
        CHECK_THAT(refusal(), Catch::Contains("table domain") && Catch::Contains("NULL"));
    }
}

TEST_CASE_METHOD(Fixture, "after a start without the database it is asked until the table is in memory",
                 "[domain]")
{
    module.context.databases().start_without_them(env.worker);
    driver->away();
    begin(1);
    CHECK(module.waits("is_uri_host_local"));
    CHECK(uri_host("sip:bob@example.test") == -1);
    driver->back();
    env.pass(3s);
    CHECK_FALSE(module.waits("is_uri_host_local"));
    CHECK(uri_host("sip:bob@example.test") == 1);
}
