#include "core/db/migration.h"

#include "core/db/admin.h"
#include "core/db/version_table.h"
#include "test/unit/db/two_databases.h"

using namespace junctor;
using namespace junctor::db;
using test::TwoDatabases;
using Names = std::vector<std::string>;

namespace
{

struct Fixture : TwoDatabases {
    MigrationOptions options;

    void old_location()
    {
        TableSpec old = layout("location", 1003);
        ColumnSpec own;
        own.name = "customer";
        own.kind = ColumnSpec::Kind::Varchar;
        own.length = 20;
        own.nullable = true;
        old.columns.push_back(own);
        create("a", old);
        for (const char* user : {"alice", "bob"})
            insert("a", "location",
                   {{"username", user},
                    {"contact", std::string("sip:") + user + "@192.0.2.1"},
                    {"q", 0.29},
                    {"flags", std::int64_t{user[0] == 'a' ? 5 : 0}},
                    {"customer", "A-17"}});
    }
    Result<Names> migrate(const Names& names = {}) { return migrate_tables(a, schema, names, options); }
    TableCheck check(const std::string& table)
    {
        const auto checks = check_tables(a, schema);
        REQUIRE(checks);
        for (const TableCheck& one : *checks)
            if (one.table == table) return one;
        return {};
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an older layout becomes ours with every row and with columns of one's own", "[db]")
{
    old_location();
    CHECK(check("location").state == TableCheck::State::Accepted);
    options.nat_bflag = 6;
    options.sipping_bflag = 7;
    std::string told;
    options.report = [&told](const std::string& table, std::uint64_t rows, const std::string&) {
        told = table + " " + std::to_string(rows);
    };
    CHECK(migrate() == Names{"location"});
    CHECK(told == "location 2");
    CHECK(check("location").state == TableCheck::State::Good);
    CHECK(version(a, "location") == 1004);
    REQUIRE(rows("a", "location") == 2);
    CHECK(cell("a", "location", 0, "username") == Value("alice"));
    CHECK(cell("a", "location", 0, "q") == Value(0.29));
    CHECK(cell("a", "location", 0, "customer") == Value("A-17"));
    CHECK(cell("a", "location", 0, "flags") == Value(std::int64_t{0}));
    CHECK(cell("a", "location", 0, "cflags") == Value(std::int64_t{1 << 6 | 1 << 7}));
    CHECK(cell("a", "location", 1, "cflags") == Value(std::int64_t{0}));
    CHECK(cell("a", "location", 0, "id") != cell("a", "location", 1, "id"));
    CHECK(driver->table("a", "location_before_migration") == nullptr);
    CHECK(migrate() == Names{});  // nothing is left to do
}

TEST_CASE_METHOD(Fixture, "flags whose meaning has moved are not forgotten silently", "[db]")
{
    old_location();
    const auto refused = migrate();
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().text,
               Catch::Contains("--nat-bflag") && Catch::Contains("the table is as it was"));
    CHECK(rows("a", "location") == 2);
    CHECK(version(a, "location") == 1003);
    CHECK(cell("a", "location", 0, "flags") == Value(std::int64_t{5}));
    CHECK(driver->table("a", "location_before_migration") == nullptr);
    options.nat_bflag = options.sipping_bflag = -1;
    CHECK(migrate() == Names{"location"});
    CHECK(cell("a", "location", 0, "cflags") == Value(std::int64_t{0}));
}

TEST_CASE_METHOD(Fixture, "gateway addresses, message numbers and dates move to their new columns", "[db]")
{
    create("a", layout("gw", 3));
    insert("a", "gw",
           {{"gw_name", "north"}, {"grp_id", std::int64_t{1}}, {"ip_addr", std::int64_t{167880896}}});
    insert("a", "gw",
           {{"gw_name", "south"}, {"grp_id", std::int64_t{1}}, {"ip_addr", std::int64_t{-33423168}}});
    create("a", layout("silo", 5));
    insert("a", "silo", {{"mid", std::int64_t{41}}, {"body", Blob{std::string("a\0b", 3)}}});
    REQUIRE(migrate() == Names{"gw", "silo"});
    CHECK(cell("a", "gw", 0, "ip_addr") == Value("192.168.1.10"));
    CHECK(cell("a", "gw", 1, "ip_addr") == Value("192.0.2.254"));  // a driver had given it signed
    CHECK(cell("a", "silo", 0, "id") == Value(std::int64_t{41}));
    CHECK(cell("a", "silo", 0, "body") == Value(Blob{std::string("a\0b", 3)}));
}

TEST_CASE_METHOD(Fixture, "a migration that was interrupted is gone on with", "[db]")
{
    options.nat_bflag = options.sipping_bflag = -1;
    old_location();
    VersionTable versions;
    REQUIRE(versions.open(a));
    const auto rename = [&](const char* from, const char* to) { REQUIRE(run_blocking(a.rename(from, to))); };
    SECTION("before anything was copied")
    {
        rename("location", "location_before_migration");
    }
    SECTION("in the midst of copying")
    {
        rename("location", "location_before_migration");
        REQUIRE(versions.forget("location"));
        TableSpec half = layout("location");
        REQUIRE(run_blocking(a.create(half)));
        insert("a", "location", {{"username", "alice"}});
    }
    SECTION("when only the old table was left to be dropped")
    {
        TableSpec old = layout("location", 1003);
        REQUIRE(migrate() == Names{"location"});
        old.name = "location_before_migration";
        REQUIRE(run_blocking(a.create(old)));
    }
    CHECK(migrate() == Names{"location"});
    CHECK(rows("a", "location") == 2);
    CHECK(version(a, "location") == 1004);
    CHECK(driver->table("a", "location_before_migration") == nullptr);
}

TEST_CASE_METHOD(Fixture, "a row that the new table refuses leaves everything as it was", "[db]")
{
    TableSpec old = layout("grp", 2);
    old.primary_key.clear();
    create("a", old);
    for (int i = 0; i < 2; ++i) insert("a", "grp", {{"username", "alice"}, {"grp", "ld"}});
    const auto refused = migrate();
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().text, Catch::Contains("the table is as it was"));
    CHECK(rows("a", "grp") == 2);
    CHECK(version(a, "grp") == 2);
    CHECK(driver->table("a", "grp")->column("id") == MemoryTable::npos);
}

TEST_CASE_METHOD(Fixture, "only the number may be wrong, and a newer table is left alone", "[db]")
{
    TableSpec wrong = layout("grp");
    wrong.version = 1;
    create("a", wrong);
    CHECK(migrate() == Names{"grp"});
    CHECK(version(a, "grp") == 2);
    VersionTable versions;
    REQUIRE(versions.open(a));
    REQUIRE(versions.write("grp", 7));
    CHECK_THAT(migrate({"grp"}).error().text, Catch::Contains("newer"));
    CHECK_THAT(migrate({"nothing"}).error().text, Catch::Contains("there is no table nothing"));
}
