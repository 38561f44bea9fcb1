#include <catch2/catch.hpp>

#include "core/base/log.h"
#include "core/db/memory_driver.h"
#include "core/runtime/virtual_worker.h"
#include "test/unit/db/driver_suite.h"
#include "test/unit/support/virtual_time.h"

using namespace junctor;
using namespace junctor::db;
using namespace std::chrono_literals;
using db::test::Thing;

namespace
{

struct Errors final : LogSink {
    void write(LogLevel level, std::string_view line, bool) override
    {
        if (level <= LogLevel::Error) lines.emplace_back(line);
    }
    std::vector<std::string> lines;
};

constexpr const char* url = "memory://localhost/sim";

struct Start {
    VirtualClock clock;
    VirtualWorker worker{clock, 0};
    Worker::Here here{worker};
    std::shared_ptr<MemoryDriver> driver = std::make_shared<MemoryDriver>(clock);
    Databases databases;
    Table<Thing> things;
    std::shared_ptr<Errors> errors = std::make_shared<Errors>();  // of the log

    Start()
    {
        databases.add(driver);
        REQUIRE(driver->create("sim", db::test::things()));
        driver->away();
        set_log_sink(errors);
    }
    ~Start() { set_log_sink(stderr_sink()); }

    void pass(Duration time) { junctor::test::pass(clock, worker, time); }
    int status_of_query()  // 0: it is answered
    {
        auto reading = things.select();
        reading.start();
        worker.run_posted();
        REQUIRE(reading.done());
        const auto rows = reading.take();
        return rows ? 0 : rows.error().status;
    }
};

}  // namespace

TEST_CASE("a start while the database is away is refused", "[db]")
{
    Start start;
    const auto bound = start.things.bind(start.databases, url);
    REQUIRE_FALSE(bound);
    CHECK(bound.error().status == 503);
}

TEST_CASE("db_required=no: tables are bound when the database comes, and until then queries get 503", "[db]")
{
    Start start;
    start.databases.start_without_them(start.worker);
    bool asked_for_columns = false;
    REQUIRE(start.things.bind(start.databases, url, [&]() -> Result<void> {
        asked_for_columns = true;
        return {};
    }));
    CHECK_FALSE(start.things.is_bound());
    CHECK(start.status_of_query() == 503);
    start.pass(60s);
    CHECK_FALSE(start.things.is_bound());
    CHECK(start.status_of_query() == 503);

    start.driver->back();
    start.pass(3s);  // the breaker's longest pause, and one
    CHECK(start.things.is_bound());
    CHECK(asked_for_columns);
    CHECK(start.status_of_query() == 0);
}

TEST_CASE("a database that comes with a wrong table is a clear error in the log, until it is mended", "[db]")
{
    Start start;
    start.databases.start_without_them(start.worker);
    REQUIRE(start.things.bind(start.databases, url));
    auto& versions = start.driver->table("sim", "version")->rows;
    versions[0][1] = std::int64_t{1};
    start.driver->back();
    start.pass(20s);
    CHECK(start.status_of_query() == 503);
    const auto& errors = start.errors->lines;
    REQUIRE_FALSE(errors.empty());
    CHECK(std::count_if(errors.begin(), errors.end(), [](const std::string& line) {
              return line.find("cannot be used") != std::string::npos;
          }) == 1);  // not one each second
    CHECK_THAT(errors.back(), Catch::Contains("things") && Catch::Contains("has version 1") &&
                                  Catch::Contains("junctorctl db migrate things"));
    versions[0][1] = std::int64_t{3};
    start.pass(1s);
    CHECK(start.status_of_query() == 0);
}

TEST_CASE("db_required=no: a wrong table of a database that is there still refuses the start", "[db]")
{
    Start start;
    start.databases.start_without_them(start.worker);
    start.driver->back();
    start.driver->table("sim", "version")->rows[0][1] = std::int64_t{1};
    CHECK_FALSE(start.things.bind(start.databases, url));
}

TEST_CASE("what is postponed is tried again until it succeeds, in its order, or is given up", "[db]")
{
    Start start;
    start.databases.start_without_them(start.worker);
    std::string done;
    int needed = 3;
    const auto work = [&](char name) {
        return [&, name]() -> Task<Result<void>> {
            if (needed > 0) co_return fail(503, "away");
            done += name;
            co_return Result<void>{};
        };
    };
    const auto first = work('a'), second = work('b');
    REQUIRE(start.databases.now_or_later("a", first));
    REQUIRE(start.databases.now_or_later("b", second));
    start.pass(5s);
    CHECK(done.empty());
    SECTION("success")
    {
        needed = 0;
        start.pass(1s);
        CHECK(done == "ab");
        REQUIRE(start.databases.now_or_later("c", work('c')));
        CHECK(done == "abc");  // nothing to wait for
    }
    SECTION("given up at the end")
    {
        start.databases.end_waiting();
        needed = 0;
        start.pass(5s);
        CHECK(done.empty());
    }
}
