#include "core/db/memory_driver.h"

#include <catch2/catch.hpp>

#include "core/db/run_blocking.h"
#include "core/runtime/virtual_worker.h"
#include "test/unit/db/driver_suite.h"

using namespace junctor;
using namespace junctor::db;
using namespace std::chrono_literals;
using test::Thing;

TEST_CASE("the in-memory driver", "[db]")
{
    VirtualClock clock;
    Databases databases;
    databases.add(std::make_shared<MemoryDriver>(clock));
    test::driver_suite(databases, "memory://localhost/suite");
}

namespace
{

// A worker on the virtual clock that awaits queries of table things.
struct Simulation {
    VirtualClock clock;
    VirtualWorker worker{clock, 0};
    Worker::Here here{worker};
    std::shared_ptr<MemoryDriver> driver = std::make_shared<MemoryDriver>(clock);
    Databases databases;
    Table<Thing> things;

    Simulation()
    {
        databases.add(driver);
        REQUIRE(driver->create("sim", test::things()));
        REQUIRE(things.bind(databases, "memory://localhost/sim?deadline=1000"));
    }
    void advance(Duration step)
    {
        clock.advance(step);
        worker.timers().run_due();
        worker.run_posted();
    }
    Thing thing(std::string name)
    {
        Thing row;
        row.name = std::move(name);
        return row;
    }
    std::size_t rows() { return driver->table("sim", "things")->rows.size(); }
};

}  // namespace

TEST_CASE("a slow database answers when its time has come", "[db]")
{
    Simulation sim;
    sim.driver->slow(50ms);
    auto writing = sim.things.insert(sim.thing("a"));
    auto reading = sim.things.select();
    writing.start();
    reading.start();
    sim.advance(49ms);
    CHECK_FALSE(writing.done());
    sim.advance(2ms);
    REQUIRE(writing.done());
    REQUIRE(reading.done());
    CHECK(writing.take() == 1u);
    CHECK(sim.rows() == 1);
}

TEST_CASE("while one batch is committed the next one gathers", "[db]")
{
    Simulation sim;
    sim.driver->slow(50ms);
    std::vector<Task<Result<std::uint64_t>>> writes;
    for (int i = 0; i < 10; ++i) {
        writes.push_back(sim.things.insert(sim.thing(std::to_string(i))));
        writes.back().start();
    }
    sim.advance(51ms);
    CHECK(writes[0].done());
    CHECK_FALSE(writes[1].done());
    sim.advance(51ms);
    for (auto& write : writes) CHECK(write.done());
    CHECK(sim.driver->commits() == 2);
}

TEST_CASE("past its deadline a query fails, and a late answer changes nothing", "[db]")
{
    Simulation sim;
    sim.driver->slow(3s);
    auto reading = sim.things.select();
    reading.start();
    sim.advance(1001ms);
    REQUIRE(reading.done());
    const auto answer = reading.take();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().status == 504);
    CHECK(answer.error().text == "things: the database did not answer within 1 s");
    CHECK(sim.things.database().counters().timed_out.value() == 1);
    sim.advance(3s);
    CHECK(sim.things.database().counters().failed.value() == 1);

    SECTION("a query may have a deadline of its own")
    {
        auto patient = sim.things.select({}, {}, 4s);
        patient.start();
        sim.advance(3001ms);
        REQUIRE(patient.done());
        CHECK(patient.take());
    }
    SECTION("a write whose caller gave up is still written")
    {
        auto writing = sim.things.insert(sim.thing("late"));
        writing.start();
        sim.advance(1001ms);
        REQUIRE(writing.done());
        CHECK_FALSE(writing.take());
        sim.advance(2s);
        CHECK(sim.rows() == 1);
    }
}

TEST_CASE("a database that is away fails at once, also what was under way; then it is back", "[db]")
{
    Simulation sim;
    sim.driver->slow(50ms);
    auto under_way = sim.things.insert(sim.thing("a"));
    under_way.start();
    sim.driver->away();
    sim.worker.run_posted();
    REQUIRE(under_way.done());
    CHECK(under_way.take().error().status == 503);
    auto refused = sim.things.select();
    refused.start();
    REQUIRE(refused.done());
    CHECK(refused.take().error().status == 503);

    sim.driver->back();
    sim.driver->slow(0ms);
    auto fine = sim.things.insert(sim.thing("a"));
    fine.start();
    REQUIRE(fine.done());
    CHECK(fine.take());
    CHECK(sim.rows() == 1);
}

TEST_CASE("a silent database is met by the deadline only", "[db]")
{
    Simulation sim;
    sim.driver->silent();
    auto reading = sim.things.select();
    reading.start();
    sim.advance(999ms);
    CHECK_FALSE(reading.done());
    sim.advance(2ms);
    REQUIRE(reading.done());
    CHECK(reading.take().error().status == 504);
}

TEST_CASE("a cancelled query leaves nothing behind", "[db]")
{
    Simulation sim;
    sim.driver->slow(50ms);
    {
        auto reading = sim.things.select();
        reading.start();
        auto writing = sim.things.insert(sim.thing("a"));
        writing.start();
    }
    CHECK(sim.worker.timers().running() == 2);  // the database's own
    sim.advance(51ms);
    CHECK(sim.rows() == 1);  // accepted is accepted
    CHECK(sim.worker.timers().running() == 0);
}

TEST_CASE("a database that does not answer is asked no more until it does", "[db][breaker]")
{
    Simulation sim;
    const auto ask = [&] {
        auto reading = sim.things.select();
        reading.start();
        sim.advance(1ms);
        return reading.done() ? std::optional(reading.take()) : std::nullopt;
    };
    sim.driver->silent();
    std::vector<Task<Result<std::vector<Thing>>>> first;
    for (int i = 0; i < 5; ++i) {
        first.push_back(sim.things.select());
        first.back().start();
    }
    sim.advance(1001ms);
    for (auto& reading : first) {
        REQUIRE(reading.done());
        CHECK(reading.take().error().status == 504);
    }
    CHECK(sim.things.database().breaker() == Breaker::State::Open);

    const auto refused = ask();  // at once
    REQUIRE(refused);
    REQUIRE_FALSE(*refused);
    CHECK(refused->error().status == 503);
    CHECK(refused->error().text.find("the database is away; it is asked again in 0.5 s") !=
          std::string::npos);
    CHECK(sim.things.database().counters().refused.value() == 1);

    sim.driver->back();
    CHECK_FALSE(*ask());
    sim.advance(499ms);
    CHECK(*ask());  // the probe
    CHECK(sim.things.database().breaker() == Breaker::State::Closed);
    CHECK(*ask());
}

TEST_CASE("a database whose driver is connected again is asked at once", "[db][breaker]")
{
    Simulation sim;
    const auto ask = [&] {
        auto reading = sim.things.select();
        reading.start();
        REQUIRE(reading.done());
        return reading.take().has_value();
    };
    sim.driver->away();
    for (int i = 0; i < 5; ++i) CHECK_FALSE(ask());
    sim.driver->back();
    CHECK_FALSE(ask());  // refused by the breaker
    sim.driver->connected();
    CHECK(ask());
    CHECK(sim.things.database().breaker() == Breaker::State::Closed);
    CHECK(ask());
}

TEST_CASE("slow queries are counted", "[db]")
{
    Simulation sim;
    sim.driver->slow(600ms);
    auto reading = sim.things.select();
    reading.start();
    CHECK(sim.things.database().waiting() == 1);
    sim.advance(600ms);
    REQUIRE(reading.done());
    CHECK(sim.things.database().counters().slow.value() == 1);
    CHECK(sim.things.database().waiting() == 0);
}

TEST_CASE("a queue of writes that is full refuses more", "[db]")
{
    VirtualClock clock;
    VirtualWorker worker(clock, 0);
    const Worker::Here here(worker);
    MemoryDriver driver(clock);
    REQUIRE(driver.create("sim", test::things()));
    const Url url = Url::parse("memory://localhost/sim").value();
    DatabaseSettings settings;
    settings.deadline = 1s;
    settings.writes = {.waiting = 2, .batch = 10};
    auto database = std::make_shared<Database>(url, driver.open(url, Opening::Existing).value(), settings);
    Table<Thing> things;
    REQUIRE(things.bind(database));
    driver.slow(50ms);
    std::vector<Task<Result<std::uint64_t>>> writes;
    for (int i = 0; i < 4; ++i) {
        Thing row;
        row.name = std::to_string(i);
        writes.push_back(things.insert(row));
        writes.back().start();
    }
    REQUIRE(writes[3].done());  // one is with the database, two wait
    CHECK(writes[3].take().error().status == 503);
    CHECK(database->writes().counters().refused.value() == 1);
    database->close();
    for (int i = 0; i < 3; ++i) CHECK(writes[static_cast<std::size_t>(i)].take());
    CHECK(driver.table("sim", "things")->rows.size() == 3);
}

TEST_CASE("outside of a worker a query is refused, not lost", "[db]")
{
    VirtualClock clock;
    Databases databases;
    auto driver = std::make_shared<MemoryDriver>(clock);
    databases.add(driver);
    REQUIRE(driver->create("sim", test::things()));
    Table<Thing> things;
    auto unbound = things.select();
    unbound.start();
    REQUIRE(unbound.done());
    CHECK(unbound.take().error().text == "table things is not bound to a database");
    REQUIRE(things.bind(databases, "memory://localhost/sim"));
    auto reading = things.select();
    reading.start();
    REQUIRE(reading.done());
    CHECK_THAT(reading.take().error().text, Catch::Contains("on a worker's thread only"));
}

TEST_CASE("one URL is one database, and a scheme without a driver says what to load", "[db]")
{
    VirtualClock clock;
    Databases databases;
    databases.add(std::make_shared<MemoryDriver>(clock));
    const auto one = databases.open("memory://localhost/x");
    REQUIRE(one);
    CHECK(databases.open("memory://localhost/x").value() == *one);
    CHECK(databases.open("memory://localhost/y").value() != *one);
    const auto none = databases.open("mysql://openser:openserrw@localhost/openser");
    REQUIRE_FALSE(none);
    CHECK(none.error().text ==
          "mysql://openser:***@localhost/openser: no driver is loaded for it; add loadmodule \"mysql.so\"");
    CHECK_THAT(databases.open("memory://localhost/x?deadline=soon").error().text,
               Catch::Contains("deadline=soon"));
}
