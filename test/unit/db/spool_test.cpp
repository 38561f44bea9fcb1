#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "core/base/log.h"
#include "core/db/memory_driver.h"
#include "core/db/run_blocking.h"
#include "core/db/spool_table.h"
#include "core/db/table.h"
#include "test/unit/support/virtual_time.h"

using namespace junctor;
using namespace junctor::db;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

namespace
{

struct Event {
    std::string name;
    static constexpr auto table = db::table("events", versions{1}, column("name", &Event::name));
};

// Lives of a server on one virtual clock, with one database and one folder.
struct World {
    VirtualClock clock;
    VirtualWorker worker{clock, 0};
    Worker::Here here{worker};
    std::shared_ptr<MemoryDriver> driver = std::make_shared<MemoryDriver>(clock);
    std::shared_ptr<MemoryFolder> folder = std::make_shared<MemoryFolder>();

    World()
    {
        set_log_level(-2);
        TableSpec events;
        events.name = "events";
        events.version = 1;
        events.columns.resize(1);
        events.columns[0].name = "name";
        events.columns[0].kind = ColumnSpec::Kind::Varchar;
        events.columns[0].length = 64;
        REQUIRE(driver->create("sim", events));
    }
    ~World() { set_log_level(2); }
    void turn() { junctor::test::settle(worker); }
    void pass(Duration time) { junctor::test::pass(clock, worker, time); }
    Names events()
    {
        Names names;
        for (const auto& row : driver->table("sim", "events")->rows)
            names.push_back(std::get<std::string>(row[0]));
        return names;
    }
    std::size_t positions() { return driver->table("sim", spool_table)->rows.size(); }
};

struct Life {
    World& world;
    Databases databases;
    std::shared_ptr<Database> database;
    Table<Event> events;
    std::vector<Task<Result<void>>> pending;
    Names acknowledged;

    explicit Life(World& w, DatabaseSettings settings = {}) : world(w)
    {
        databases.use(settings);
        databases.add(world.driver);
        databases.keep_journals(
            [this](IfMissing) { return Result<std::shared_ptr<LogFolder>>(world.folder); }, world.worker);
        auto opened = databases.open_with_spool("memory://localhost/sim");
        INFO((opened ? "" : opened.error().text));
        REQUIRE(opened);
        database = *opened;
        (void)events.bind(database);  // it may be away
    }
    ~Life() { world.turn(); }
    Task<Result<void>> keep_one(std::string name)
    {
        std::vector<Statement> statements;
        statements.push_back(events.insertion({name}));
        auto kept = co_await database->keep(std::move(statements));
        if (kept) acknowledged.push_back(name);
        co_return kept;
    }
    void keep(const std::string& name)
    {
        pending.push_back(keep_one(name));
        pending.back().start();
    }
    Spool::State state() const { return database->spool()->status().state; }
    std::uint64_t kept() const { return database->spool()->status().kept; }
};

}  // namespace

TEST_CASE("While the database answers, what is kept is committed before it is acknowledged", "[db][spool]")
{
    World world;
    Life life(world);
    world.driver->slow(50ms);
    life.keep("a");
    life.keep("b");
    world.turn();
    CHECK(life.acknowledged.empty());
    world.pass(200ms);
    CHECK(life.acknowledged == Names{"a", "b"});
    CHECK(world.events() == Names{"a", "b"});
    CHECK(life.kept() == 0);
}

TEST_CASE("While the database is away rows are kept on disk, and follow in order when it is back",
          "[db][spool]")
{
    World world;
    Life life(world);
    life.keep("a");
    world.turn();
    const bool silent = GENERATE(false, true);
    silent ? world.driver->silent() : world.driver->away();
    for (const char* name : {"b", "c", "d"}) life.keep(name);
    world.pass(2001ms);
    CHECK(life.acknowledged == Names{"a", "b", "c", "d"});
    CHECK(world.events() == Names{"a"});
    CHECK(life.state() == Spool::State::Away);
    CHECK(life.kept() == 3);
    CHECK(world.folder->syncs() > 0);

    world.driver->back();
    life.keep("e");  // behind the others, though the database could take it
    world.pass(5s);
    CHECK(world.events() == Names{"a", "b", "c", "d", "e"});
    CHECK(life.state() == Spool::State::Direct);
    CHECK(life.kept() == 0);
    CHECK(life.database->spool()->status().bytes == 0);
    life.keep("f");
    world.turn();
    CHECK(world.events().back() == "f");
}

TEST_CASE("A connection that breaks in the commit neither loses nor doubles a row", "[db][spool]")
{
    World world;
    Life life(world);
    life.keep("a");
    world.turn();
    world.driver->break_at_commit();  // it is there, but nobody knows
    life.keep("b");
    world.turn();
    CHECK(life.acknowledged == Names{"a", "b"});
    CHECK(life.state() == Spool::State::Away);
    CHECK(life.kept() == 1);
    SECTION("in the same life")
    {
        world.pass(2s);
        CHECK(life.state() == Spool::State::Direct);
        CHECK(life.kept() == 0);
    }
    SECTION("and in the next one")
    {
        world.folder->crash();
        Life next(world);
        CHECK(next.state() == Spool::State::Direct);
        CHECK(next.kept() == 0);
    }
    SECTION("also if the replay's commit breaks, too")
    {
        life.keep("c");
        world.turn();
        world.driver->break_at_commit();
        world.pass(1100ms);
        CHECK(life.state() == Spool::State::Away);
        world.pass(10s);
        CHECK(life.state() == Spool::State::Direct);
        CHECK(world.events() == Names{"a", "b", "c"});
        return;
    }
    CHECK(world.events() == Names{"a", "b"});
}

TEST_CASE("Killed with a spool, a server commits it at its next start, before anybody reads", "[db][spool]")
{
    World world;
    {
        Life life(world);
        world.driver->away();
        for (int i = 0; i < 2500; ++i) life.keep(std::to_string(i));
        world.turn();
        REQUIRE(life.acknowledged.size() == 2500);
    }
    world.folder->crash();
    SECTION("with the database there")
    {
        world.driver->back();
        Life next(world);
        CHECK(world.events().size() == 2500);
        CHECK(next.kept() == 0);
        CHECK(world.positions() == 0);  // of the life that has ended
    }
    SECTION("or when it comes")
    {
        Life next(world);
        CHECK(next.kept() == 2500);
        world.driver->back();
        world.pass(30s);
        CHECK(world.events().size() == 2500);
        CHECK(next.kept() == 0);
    }
    Names sorted = world.events();
    CHECK(std::is_sorted(sorted.begin(), sorted.end(),
                         [](const auto& a, const auto& b) { return std::stoi(a) < std::stoi(b); }));
}

TEST_CASE("What the database refuses keeps nobody up", "[db][spool]")
{
    World world;
    Life life(world);
    world.driver->table("sim", "events")->unique_keys.push_back({0});
    life.keep("a");
    world.turn();
    SECTION("a direct write is told so; its neighbours are written")
    {
        life.keep("b");
        life.keep("a");
        life.keep("c");
        world.turn();
        CHECK(world.events() == Names{"a", "b", "c"});
        REQUIRE(life.pending[2].done());
        CHECK_FALSE(life.pending[2].take());
        CHECK(life.acknowledged == Names{"a", "b", "c"});
    }
    SECTION("from the spool it goes aside, where an admin finds it")
    {
        world.driver->away();
        for (const char* name : {"b", "a", "c"}) life.keep(name);
        world.turn();
        world.driver->back();
        world.pass(5s);
        CHECK(world.events() == Names{"a", "b", "c"});
        CHECK(life.database->spool()->counters().refused.value() == 1);
        CHECK(life.state() == Spool::State::Direct);
        const auto names = *world.folder->names();
        CHECK(std::count_if(names.begin(), names.end(),
                            [](const auto& n) { return n.find("-refused.") != n.npos; }) == 1);
    }
}

TEST_CASE("A spool has a limit", "[db][spool]")
{
    World world;
    DatabaseSettings settings;
    settings.spool.bytes = 2000;
    Life life(world, settings);
    world.driver->away();
    for (int i = 0; i < 100; ++i) {
        life.keep(std::to_string(i));
        world.turn();
    }
    CHECK(life.acknowledged.size() > 5);
    CHECK(life.acknowledged.size() < 50);
    REQUIRE(life.pending.back().done());
    const auto refused = life.pending.back().take();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().status == 503);
    world.driver->back();
    world.pass(5s);
    CHECK(world.events() == life.acknowledged);
}

// Whatever happens in whatever order: what was acknowledged is there once, in its order; nothing is there
// twice.
TEST_CASE("A hundred random stories of crashes: nothing acknowledged is lost or doubled", "[db][spool]")
{
    for (std::uint32_t seed = 1; seed <= 100; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random(seed);
        World world;
        Names acknowledged;
        int next = 0;
        for (int lives = 0; lives < 4; ++lives) {
            Life life(world);
            if (!life.events.is_bound()) {
                world.driver->back();
                world.driver->slow(0ms);
                REQUIRE(life.events.bind(life.database));
            }
            for (int step = 0; step < 60; ++step) {
                switch (random() % 10) {
                    case 0: world.driver->away(); break;
                    case 1: world.driver->silent(); break;
                    case 2: world.driver->break_at_commit(); break;
                    case 3: world.driver->slow(Duration(1ms) * (random() % 300)); break;
                    case 4:
                    case 5: world.driver->back(); break;
                    case 6: world.pass(Duration(1ms) * (random() % 5000)); break;
                    default:
                        for (unsigned i = 0; i < random() % 5; ++i) life.keep(std::to_string(next++));
                        world.turn();
                }
            }
            acknowledged.insert(acknowledged.end(), life.acknowledged.begin(), life.acknowledged.end());
            world.folder->crash();
            world.driver->slow(0ms);
            world.driver->back();  // a start waits for a silent one, but not for one that is away
            if (random() % 2 == 0) world.driver->away();
        }
        world.driver->back();
        Life last(world);
        world.pass(1min);
        const Names events = world.events();
        const std::set<std::string> once(events.begin(), events.end());
        REQUIRE(once.size() == events.size());
        for (const auto& name : acknowledged) REQUIRE(once.contains(name));
        REQUIRE(std::is_sorted(events.begin(), events.end(),
                               [](const auto& a, const auto& b) { return std::stoi(a) < std::stoi(b); }));
        REQUIRE(acknowledged.size() > 50);
    }
}
