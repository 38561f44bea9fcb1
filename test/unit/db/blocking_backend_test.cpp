#include "core/db/blocking_backend.h"

#include <condition_variable>
#include <mutex>
#include <semaphore>
#include <thread>

#include <catch2/catch.hpp>

#include "core/db/database.h"
#include "core/db/memory_table.h"
#include "core/db/run_blocking.h"
#include "core/db/table.h"
#include "core/runtime/virtual_worker.h"
#include "test/unit/db/driver_suite.h"

using namespace junctor;
using namespace junctor::db;
using namespace std::chrono_literals;
using test::Thing;

namespace
{

// A database with one table in memory, which fails where a test says so.
struct Server {
    MemoryTable table{test::things()}, in_transaction_before{test::things()}, savepoint{test::things()};
    std::mutex mutex;
    bool refuses_connections = false, refuses_commit = false, gives_up = false;
    bool breaks_commit = false;
    int breaks_next = 0;        // so many reads and begins break their connections
    int deadlocks = 0;          // so many writes end their transactions
    bool locks_second = false;  // each second write waits in vain for a lock, which undoes that write alone
    int executed = 0;
    int restarts = 0;  // cut all connections
    int connections = 0, begins = 0, rollbacks = 0;
    // A gate that readings wait at, for full queues.
    bool gate_closed = false;
    std::condition_variable gate;
};

class FakeConnection final : public BlockingConnection
{
public:
    explicit FakeConnection(Server& server) : server_(server), restarts_(server.restarts) {}

    Result<RowSet> read(const Statement& select) override
    {
        if (select.layout->table == "version") {
            RowSet three(1);
            three.add_integer(3);
            return three;
        }
        if (breaks()) return fail(503, "the connection broke");
        std::unique_lock lock(server_.mutex);
        server_.gate.wait(lock, [this] { return !server_.gate_closed; });
        return server_.table.select(select);
    }
    Result<std::uint64_t> execute(const Statement& statement) override
    {
        const std::lock_guard lock(server_.mutex);
        if (server_.deadlocks > 0) {
            --server_.deadlocks;
            open_ = false;
            return fail(503, "a deadlock");
        }
        if (server_.locks_second && ++server_.executed % 2 == 0) {
            open_ = false;
            return fail(503, "a lock");
        }
        if (server_.gives_up) {
            open_ = false;
            server_.table = server_.in_transaction_before;
            return fail(503, "the disk is full");
        }
        return server_.table.execute(statement);
    }
    Result<void> begin() override
    {
        if (breaks()) return fail(503, "the connection broke");
        ++server_.begins;
        server_.in_transaction_before = server_.table;
        open_ = true;
        return {};
    }
    Result<void> commit() override
    {
        if (server_.breaks_commit) {
            broken_ = true;
            return fail(503, "the connection broke");
        }
        if (server_.refuses_commit) return fail(503, "no commit today");
        open_ = false;
        return {};
    }
    void rollback() override
    {
        server_.table = server_.in_transaction_before;
        ++server_.rollbacks;
        open_ = false;
    }
    bool in_transaction() override { return open_; }
    Result<void> set_savepoint() override
    {
        server_.savepoint = server_.table;
        return {};
    }
    void drop_savepoint() override {}
    void back_to_savepoint() override
    {
        if (open_) server_.table = server_.savepoint;
    }
    Result<void> scan(const Statement& select, std::size_t, const std::function<bool(RowSet)>& each) override
    {
        auto rows = read(select);
        if (!rows) return fail(rows.error());
        each(std::move(*rows));
        return fail(503, "the connection broke");
    }
    Result<FoundTable> inspect(const std::string& table) override
    {
        FoundTable found{table, {}};
        if (table == "version")
            found.columns.push_back({"table_version", Type::Integer, "", true});
        else
            for (const auto& column : server_.table.columns)
                found.columns.push_back({column.name, column.type, "", true});
        return found;
    }
    Result<std::vector<std::string>> tables() override { return std::vector<std::string>{"things"}; }
    Result<void> create(const TableSpec&) override { return {}; }
    Result<void> drop(const std::string&) override { return {}; }
    Result<void> rename(const std::string&, const std::string&) override { return {}; }
    Result<TextRows> run_sql(const std::string&) override { return TextRows{}; }
    bool is_lost() override
    {
        const std::lock_guard lock(server_.mutex);
        return broken_ || restarts_ != server_.restarts;
    }

private:
    bool breaks()
    {
        const std::lock_guard lock(server_.mutex);
        if (server_.breaks_next == 0) return false;
        --server_.breaks_next;
        return broken_ = true;
    }

    Server& server_;
    const int restarts_;
    bool open_ = false, broken_ = false;
};

struct Fixture {
    Server server;
    std::shared_ptr<Database> database;
    Table<Thing> things;

    explicit Fixture(BlockingBackend::Limits limits = {})
    {
        const auto connect = [this](BlockingBackend::Use) -> Result<std::unique_ptr<BlockingConnection>> {
            const std::lock_guard lock(server.mutex);
            if (server.refuses_connections) return fail(503, "nobody listens there");
            ++server.connections;
            return std::make_unique<FakeConnection>(server);
        };
        database = std::make_shared<Database>(Url::parse("memory://h/d").value(),
                                              std::make_shared<BlockingBackend>(connect, limits));
        REQUIRE(things.bind(database));
    }
    ~Fixture() { database->close(); }

    Result<std::uint64_t> insert(std::string name)
    {
        Thing thing;
        thing.name = std::move(name);
        return run_blocking(things.insert(thing));
    }
};

}  // namespace

TEST_CASE("a commit that fails is a failure of every write in it, and is undone", "[db]")
{
    Fixture f;
    f.server.refuses_commit = true;
    const auto failed = f.insert("a");
    REQUIRE_FALSE(failed);
    CHECK(failed.error().text == "things: no commit today");
    CHECK(f.server.rollbacks == 1);
    CHECK(f.server.table.rows.empty());
    f.server.refuses_commit = false;
    CHECK(f.insert("a"));
}

TEST_CASE("a database that gives a transaction up fails all that was in it", "[db]")
{
    Fixture f;
    f.server.gives_up = true;
    CHECK(f.insert("a").error().status == 503);
    f.server.gives_up = false;
    CHECK(f.insert("a"));
    CHECK(f.server.table.rows.size() == 1);
}

TEST_CASE("a database that is away is refused at once until it is back", "[db]")
{
    Fixture f(BlockingBackend::Limits{.first_wait = 1ms, .longest_wait = 4ms});
    {
        const std::lock_guard lock(f.server.mutex);
        ++f.server.restarts;
        f.server.refuses_connections = true;
    }
    Result<std::vector<Thing>> answer = run_blocking(f.things.select());
    REQUIRE_FALSE(answer);
    CHECK(answer.error().text == "things: nobody listens there");
    CHECK(answer.error().status == 503);
    CHECK(f.insert("a").error().status == 503);
    {
        const std::lock_guard lock(f.server.mutex);
        f.server.refuses_connections = false;
    }
    // Each of these is refused without waiting, until a thread has connected again by itself.
    for (int i = 0; !answer && i < 100000; ++i) answer = run_blocking(f.things.select());
    CHECK(answer);
    Result<std::uint64_t> written = f.insert("b");
    for (int i = 0; !written && i < 100000; ++i) written = f.insert("b");
    CHECK(written);
    CHECK(f.server.table.rows.size() == 1);
}

TEST_CASE("a query whose connection broke is asked again on a new one", "[db]")
{
    Fixture f;
    const int before = f.server.connections;
    f.server.breaks_next = 1;
    CHECK(run_blocking(f.things.select()));
    CHECK(f.server.connections > before);
    f.server.breaks_next = 1;
    CHECK(f.insert("a"));
    CHECK(f.server.table.rows.size() == 1);

    f.server.breaks_next = 2;  // but once only
    CHECK(run_blocking(f.things.select()).error().text == "things: the connection broke");
}

TEST_CASE("a write whose connection broke after its begin is not repeated: it may have happened", "[db]")
{
    Fixture f;
    REQUIRE(f.insert("a"));
    f.server.breaks_commit = true;
    CHECK(f.insert("b").error().status == 503);
    CHECK(f.server.begins == 2);
    f.server.breaks_commit = false;
    CHECK(f.insert("c"));
}

TEST_CASE("a connection that a write has lost is made again without being asked for", "[db]")
{
    Server server;
    std::counting_semaphore told(0);
    BlockingBackend backend(
        [&server](BlockingBackend::Use) { return std::make_unique<FakeConnection>(server); }, {});
    backend.when_connected([&told] { told.release(); });
    VirtualClock clock;
    VirtualWorker worker(clock, 0);
    server.breaks_commit = true;
    backend.write(worker, {}, [](const auto&) {});
    CHECK(told.try_acquire_for(10s));
    CHECK(told.try_acquire_for(10s));
    backend.close();
    CHECK(backend.reconnects() == 1);
}

TEST_CASE("a transaction that lost to another program's is done again", "[db]")
{
    Fixture f;
    f.server.deadlocks = 2;
    CHECK(f.insert("a"));
    CHECK(f.server.begins == 3);
    f.server.deadlocks = 3;
    CHECK(f.insert("b").error().text == "things: a deadlock");
    CHECK(f.server.table.rows.size() == 1);
}

TEST_CASE("nothing stays of a transaction that waited in vain for a lock", "[db]")
{
    Fixture f;
    f.server.locks_second = true;
    Thing a, b;
    a.name = "a";
    b.name = "b";
    std::vector<Statement> both{f.things.insertion(a), f.things.insertion(b)};
    const auto written = run_blocking(f.things.write(std::move(both), 0));
    REQUIRE_FALSE(written);
    CHECK(written.error().text == "things: a lock");
    f.server.locks_second = false;
    CHECK(f.insert("c"));
    CHECK(f.server.table.rows.size() == 1);
}

TEST_CASE("a scan that breaks off says so after what it had delivered", "[db]")
{
    Fixture f;
    REQUIRE(f.insert("a"));
    int rows = 0;
    const auto scanned = run_blocking(f.things.scan([&rows](Thing&) { ++rows; }));
    CHECK(rows == 1);
    REQUIRE_FALSE(scanned);
    CHECK_THAT(scanned.error().text, Catch::Contains("the connection broke"));
}

TEST_CASE("a scan that nobody goes on with ends, also while its thread waits", "[db]")
{
    Fixture f;
    for (const char* name : {"a", "b", "c"}) REQUIRE(f.insert(name));
    Statement select;
    auto layout = std::make_shared<Layout>();
    layout->table = "things";
    layout->columns = {{"name", Type::Text}};
    select.layout = layout;
    select.columns = {0};
    {
        const auto never_asked = f.database->scan(select);
    }
    const auto scan = f.database->scan(select);
    CHECK(run_blocking(f.database->next(*scan))->size() == 3);
}

namespace
{

// Two readings while the gate is closed: one waits there, one in the queue; then one too many.
Task<bool> fill_queue(Fixture& f)
{
    auto at_gate = f.things.select();
    at_gate.start();
    std::vector<Task<Result<std::vector<Thing>>>> queued;
    bool refused = false;
    // The reader takes the first out of the queue when it gets to run: then one more fits.
    for (int i = 0; i < 3 && !refused; ++i) {
        queued.push_back(f.things.select());
        queued.back().start();
        if (queued.back().done()) {
            const auto answer = queued.back().take();
            refused = !answer && answer.error().status == 503;
        }
    }
    {
        const std::lock_guard lock(f.server.mutex);
        f.server.gate_closed = false;
    }
    f.server.gate.notify_all();
    co_return refused;
}

}  // namespace

TEST_CASE("readings beyond the limit are refused at once", "[db]")
{
    Fixture f(BlockingBackend::Limits{.readers = 1, .waiting_reads = 1});
    f.server.gate_closed = true;
    CHECK(run_blocking(fill_queue(f)));
    // As soon as the reader's thread has worked off what waits there is room again.
    bool answered = false;
    for (int tries = 0; tries < 1000000 && !answered; ++tries) {
        answered = run_blocking(f.things.select()).has_value();
        std::this_thread::yield();
    }
    CHECK(answered);
}
