#include "core/admin/database_commands.h"

#include <catch2/catch.hpp>

#include "core/db/memory_driver.h"
#include "test/unit/db/driver_suite.h"
#include "test/unit/support/virtual_time.h"

using namespace junctor;
using namespace std::chrono_literals;

namespace
{

struct Fixture {
    VirtualClock clock;
    VirtualWorker worker{clock, 0};
    Worker::Here here{worker};
    std::shared_ptr<db::MemoryDriver> driver = std::make_shared<db::MemoryDriver>(clock);
    db::Databases databases;
    db::Table<db::test::Thing> things, others;
    Registry registry;

    Fixture()
    {
        databases.add(driver);
        REQUIRE(driver->create("sim", db::test::things()));
    }
    Result<void> bind(db::TableBase& table) { return table.bind(databases, "memory://localhost/sim"); }
    std::uint64_t statistic(std::string_view name)
    {
        const Statistic* const found = registry.find_statistic("db", name);
        REQUIRE(found != nullptr);
        return found->value();
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a server that started without its database tells what it awaits, and how long",
                 "[admin][db]")
{
    databases.start_without_them(worker);
    driver->away();
    REQUIRE(bind(things));
    REQUIRE(bind(others));
    admin::add_database_commands(registry, databases);
    CHECK(statistic("awaited") == 2);
    CHECK(statistic("awaited_seconds") == 0);
    test::pass(clock, worker, 60s);
    CHECK(statistic("awaited") == 2);
    CHECK(statistic("awaited_seconds") == 60);

    SECTION("until it is there")
    {
        driver->back();
        test::pass(clock, worker, 3s);
    }
    SECTION("or the server ends")
    {
        databases.end_waiting();
    }
    CHECK(statistic("awaited") == 0);
    CHECK(statistic("awaited_seconds") == 0);
}

TEST_CASE_METHOD(Fixture, "a table that is wrong when its database comes is awaited until it is mended",
                 "[admin][db]")
{
    databases.start_without_them(worker);
    driver->away();
    REQUIRE(bind(things));
    admin::add_database_commands(registry, databases);
    db::Value& version = driver->table("sim", "version")->rows[0][1];
    version = std::int64_t{1};
    driver->back();
    test::pass(clock, worker, 20s);
    CHECK(statistic("awaited") == 1);
    CHECK(statistic("awaited_seconds") == 20);
    version = std::int64_t{3};
    test::pass(clock, worker, 1s);
    CHECK(statistic("awaited") == 0);
}

TEST_CASE_METHOD(Fixture, "where every database had to be there, nothing is said to be awaited",
                 "[admin][db]")
{
    REQUIRE(bind(things));
    admin::add_database_commands(registry, databases);
    CHECK(registry.find_statistic("db", "awaited") == nullptr);
    CHECK(statistic("memory://localhost/sim-breaker") == 0);
}
