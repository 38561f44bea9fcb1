#include <cmath>
#include <deque>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <libpq-fe.h>

#include "core/db/dynamic_table.h"
#include "core/db/run_blocking.h"
#include "core/runtime/event_loop.h"
#include "modules/postgres/driver.h"
#include "test/database/real_server.h"
#include "test/unit/db/driver_suite.h"

using namespace junctor;
using namespace junctor::db;
using test::Thing;

namespace
{

// A session beside the driver's: an administrator at the server.
class Administrator
{
public:
    explicit Administrator(const std::string& text) : session_(nullptr, PQfinish)
    {
        const Url url = Url::parse(text).value();
        const std::string port = std::to_string(url.port);
        session_.reset(PQsetdbLogin(url.host.c_str(), port.c_str(), nullptr, nullptr, url.database.c_str(),
                                    url.user.c_str(), url.password.c_str()));
        REQUIRE(PQstatus(session_.get()) == CONNECTION_OK);
        PQsetNoticeProcessor(
            session_.get(), [](void*, const char*) {}, nullptr);
    }
    // The first value, if there is one.
    std::string run(const std::string& sql)
    {
        const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(session_.get(), sql.c_str()),
                                                                    PQclear);
        INFO(sql << ": " << PQresultErrorMessage(result.get()));
        REQUIRE(PQresultStatus(result.get()) != PGRES_FATAL_ERROR);
        return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
    }
    // Ends the connections of a driver that are in this state: 'idle', 'active' ...
    void cut_connections(const std::string& condition = "true")
    {
        run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'junctor' "
            "AND pid <> pg_backend_pid() AND " +
            condition);
    }
    void cut_what_waits_for_a_lock()
    {
        const std::string waits = "wait_event_type = 'Lock'";
        while (run("SELECT count(*) FROM pg_stat_activity WHERE " + waits) == "0") {
        }
        cut_connections(waits);
    }

private:
    std::unique_ptr<PGconn, void (*)(PGconn*)> session_;
};

struct Fixture {
    std::string url;
    Databases databases;
    std::deque<DynamicTable> tables;
    explicit Fixture(const std::string& parameters = {}) : url(test::real_server_url("POSTGRES"))
    {
        databases.add(std::make_shared<postgres::Driver>());
        // Types and views, too, not tables alone.
        Administrator(url).run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        if (!parameters.empty()) url = test::with_parameters(url, parameters);
    }
    std::shared_ptr<Database> database() { return *databases.open(url); }
    DynamicTable& things()
    {
        REQUIRE(run_blocking(database()->create(test::things())));
        return table("things", {"name", "note", "number", "ratio", "bytes", "moment", "extra"});
    }
    // The table things has been made.
    void bind(Table<Thing>& things)
    {
        DynamicTable version("version", versions());
        REQUIRE(run_blocking(database()->create(*Schema::find()->table("version"))));
        const ColumnId name = version.add("table_name", Type::Text),
                       number = version.add("table_version", Type::Integer);
        REQUIRE(version.bind(database()));
        std::vector<Assignment> three{{name, Value("things")}, {number, Value(std::int64_t{3})}};
        REQUIRE(run_blocking(version.insert(three)));
        REQUIRE(things.bind(database()));
    }
    DynamicTable& table(const std::string& name, const std::vector<std::string>& columns)
    {
        DynamicTable& table = tables.emplace_back(name, versions());
        for (const auto& column : columns) table.add_of_any_type(column);
        const auto bound = table.bind(database());
        INFO((bound ? "" : bound.error().text));
        REQUIRE(bound);
        return table;
    }
};

std::vector<Assignment> row(std::vector<Value> values)
{
    std::vector<Assignment> assignments;
    for (Value& value : values)
        assignments.push_back({static_cast<ColumnId>(assignments.size()), std::move(value)});
    return assignments;
}

std::vector<Assignment> thing(const std::string& name, std::int64_t number = 0)
{
    return row({name, Null{}, number, 0.5, Blob{}, DateTime{}, Null{}});
}

Thing named(const std::string& name, std::int64_t number = 0)
{
    Thing row;
    row.name = name;
    row.number = number;
    return row;
}

// A worker that lives as long as the test: readings are asked on its own loop, as in the server.
class TestWorker
{
public:
    // Runs `task` here to its end.
    template <class T>
    T run(Task<T> task)
    {
        std::optional<T> result;
        auto whole = keep(std::move(task), result);
        loop_.post([&whole] { whole.start(); });
        loop_.run();
        return std::move(*result);
    }

private:
    template <class T>
    Task<bool> keep(Task<T> task, std::optional<T>& result)
    {
        result.emplace(co_await std::move(task));
        loop_.stop();
        co_return true;
    }
    EventLoop loop_{0};
};

// Starts all of them before it waits for any; the answers in their order.
using Start = std::function<Task<Result<RowSet>>(int)>;
Task<bool> one_of(Task<Result<RowSet>> task, std::optional<Result<RowSet>>& place, int& left,
                  OneShot<bool>::Resolver all)
{
    place.emplace(co_await std::move(task));
    if (--left == 0) all.resolve(true);
    co_return true;
}
Task<std::vector<std::optional<Result<RowSet>>>> at_once(int count, Start start, TaskGroup& group)
{
    std::vector<std::optional<Result<RowSet>>> answers(static_cast<std::size_t>(count));
    OneShot<bool> all;
    int left = count;
    for (int i = 0; i < count; ++i)
        group.start(one_of(start(i), answers[static_cast<std::size_t>(i)], left, all.resolver()));
    co_await all;
    co_return answers;
}

// The answer is one row: how many the unit has touched.
Task<Result<RowSet>> written(const Table<Thing>& things, std::vector<Statement> unit, std::uint64_t order_key)
{
    const auto touched = co_await things.write(std::move(unit), order_key);
    if (!touched) co_return fail(touched.error());
    RowSet rows(1);
    rows.add_integer(static_cast<std::int64_t>(*touched));
    co_return rows;
}

// Connections come back after a while.
template <class Attempt>
bool succeeds_soon(Attempt attempt)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < end)
        if (attempt()) return true;
    return false;
}

}  // namespace

TEST_CASE("the postgres driver", "[database][postgres]")
{
    Fixture f;
    test::driver_suite(f.databases, f.url);
}

TEST_CASE("the postgres driver with several connections", "[database][postgres]")
{
    Fixture f("readers=3&writers=3&timezone=%2B05:30");
    CHECK_FALSE(f.databases.open(f.url));  // nothing is decoded: + stands as it is
    Fixture several("readers=3&writers=3&timezone=+05:30");
    test::driver_suite(several.databases, several.url);
}

TEST_CASE("a wrong password, server or database stops the start; db create makes a database",
          "[database][postgres]")
{
    Fixture f;
    const auto right = Url::parse(f.url).value();
    const auto refusal = [&](const std::string& account, int port, const std::string& database) {
        const auto opened =
            f.databases.open(fmt::format("postgres://{}@{}:{}/{}", account, right.host, port, database));
        REQUIRE_FALSE(opened);
        CHECK(opened.error().status == 503);
        CHECK_THAT(opened.error().text,
                   !Catch::Contains("s3cret") && !Catch::Contains(right.password) && !Catch::Contains("\n"));
        return opened.error().text;
    };
    CHECK_THAT(refusal(right.user + ":s3cret", right.port, right.database),
               Catch::Contains("authentication failed"));
    CHECK_THAT(refusal(right.user + ":s3cret", 9, right.database), Catch::Contains("refused"));
    const std::string account = right.user + ":" + right.password;
    CHECK_THAT(refusal(account, right.port, "nowhere"),
               Catch::Contains("\"nowhere\" does not exist") && Catch::Contains("db create"));

    const auto made = fmt::format("postgres://{}@{}:{}/made_\"here\"", account, right.host, right.port);
    Administrator administrator(f.url);
    administrator.run("DROP DATABASE IF EXISTS \"made_\"\"here\"\"\"");
    {
        Databases others;
        others.add(std::make_shared<postgres::Driver>());
        REQUIRE(others.open(made, true));
        CHECK(run_blocking((*others.open(made))->tables())->empty());
    }
    administrator.run("DROP DATABASE \"made_\"\"here\"\"\" WITH (FORCE)");
}

TEST_CASE("every table of OpenSER is made and found again", "[database][postgres]")
{
    Fixture f;
    const auto schema = Schema::find();
    REQUIRE(schema);
    for (const TableSpec& table : schema->tables()) {
        INFO(table.name);
        const auto created = run_blocking(f.database()->create(table));
        INFO((created ? "" : created.error().text));
        REQUIRE(created);
        CHECK_FALSE(run_blocking(f.database()->create(table)));  // it is there
        const auto found = run_blocking(f.database()->inspect(table.name));
        REQUIRE(found);
        REQUIRE(found->columns.size() == table.columns.size());
        for (const ColumnSpec& column : table.columns) {
            INFO(column.name);
            CHECK(found->column(column.name)->type == column.type());
            CHECK(found->column(column.name)->nullable == column.nullable);
        }
    }
    CHECK(run_blocking(f.database()->tables())->size() == schema->tables().size());
}

TEST_CASE("postgres: a table that cannot be made whole is not made", "[database][postgres]")
{
    Fixture f;
    TableSpec table = test::things();
    table.indexes.push_back({"one", {"name"}, false});
    table.indexes.push_back({"one", {"note"}, false});  // the same name
    CHECK_FALSE(run_blocking(f.database()->create(table)));
    CHECK(run_blocking(f.database()->tables())->empty());
}

TEST_CASE("columns of any type are read and written", "[database][postgres]")
{
    Fixture f("timezone=+02:00");
    Administrator administrator(f.url);
    administrator.run(
        "CREATE TYPE colour AS ENUM ('red', "
        "'blue');"
        "CREATE DOMAIN short_text AS varchar(9)");
    administrator.run(
        "CREATE TABLE odd (small smallint, flag boolean, q numeric(10,2), letter char(4), ip inet, "
        "zoned timestamptz, day date, c colour, single real, short short_text, at time, "
        "key uuid, big numeric(20))");
    const std::vector<std::string> names{"small", "flag",   "q",     "letter", "ip",  "zoned", "day",
                                         "c",     "single", "short", "at",     "key", "big"};
    const DynamicTable& odd = f.table("odd", names);
    const Type types[] = {Type::Integer,  Type::Integer,  Type::Real, Type::Text, Type::Text,
                          Type::DateTime, Type::DateTime, Type::Text, Type::Real, Type::Text,
                          Type::Text,     Type::Text,     Type::Real};
    for (std::size_t i = 0; i < names.size(); ++i) {
        INFO(names[i]);
        CHECK(odd.type_of(static_cast<ColumnId>(i)) == types[i]);
    }
    const std::string uuid = "00000000-0000-4000-8000-000000000001";
    const auto inserted = run_blocking(odd.insert(
        row({std::int64_t{-7}, std::int64_t{1}, 0.25, "o", "192.0.2.1", DateTime{1173657600},
             DateTime{1173650400}, "blue", 0.5, "text", "12:00:01", uuid, std::int64_t{1} << 60})));
    INFO((inserted ? "" : inserted.error().text));
    REQUIRE(inserted);
    CHECK(administrator.run("SELECT zoned AT TIME ZONE 'UTC' FROM odd") == "2007-03-12 00:00:00");
    CHECK(administrator.run("SELECT day FROM odd") == "2007-03-12");

    std::vector<ColumnId> columns;
    for (ColumnId id = 0; id < names.size(); ++id) columns.push_back(id);
    const auto rows = run_blocking(odd.select(columns, equals(3, "o")));
    INFO((rows ? "" : rows.error().text));
    REQUIRE(rows);
    REQUIRE(rows->size() == 1);
    const Value expected[] = {
        std::int64_t{-7},     std::int64_t{1}, 0.25, "o",    "192.0.2.1/32", DateTime{1173657600},
        DateTime{1173650400}, "blue",          0.5,  "text", "12:00:01",     uuid,
        std::ldexp(1, 60)};
    for (std::size_t i = 0; i < names.size(); ++i) {
        INFO(names[i]);
        CHECK(rows->at(0, i).value() == expected[i]);
    }
    // A scan reads them the same way.
    Statement select;
    auto layout = std::make_shared<Layout>();
    layout->table = "odd";
    for (std::size_t i = 0; i < names.size(); ++i) layout->columns.push_back({names[i], types[i]});
    select.layout = layout;
    select.columns = columns;
    const auto scan = f.database()->scan(select, 10);
    const auto scanned = run_blocking(f.database()->next(*scan));
    REQUIRE(scanned);
    REQUIRE(scanned->size() == 1);
    for (std::size_t i = 0; i < names.size(); ++i) CHECK(scanned->at(0, i).value() == expected[i]);
}

TEST_CASE("an error of one query leaves its neighbours in the stream alone", "[database][postgres]")
{
    TestWorker worker;
    Fixture f;
    const DynamicTable& things = f.things();
    for (int i = 0; i < 10; ++i) REQUIRE(run_blocking(things.insert(thing("t" + std::to_string(i), i))));
    Administrator(f.url).run("CREATE VIEW faulty AS SELECT 1 / (number - 5) AS quotient, number FROM things");
    const DynamicTable& faulty = f.table("faulty", {"quotient", "number"});

    TaskGroup group;
    const auto start = [&](int i) {
        std::vector<ColumnId> columns{0};
        return faulty.select(columns, equals(1, std::int64_t{i % 10}));
    };
    for (int round = 0; round < 2; ++round) {  // the second one with prepared statements
        const auto answers = worker.run(at_once(200, start, group));
        for (int i = 0; i < 200; ++i) {
            INFO(i);
            const auto& answer = *answers[static_cast<std::size_t>(i)];
            REQUIRE(answer.has_value() == (i % 10 != 5));
            if (answer)
                CHECK(answer->size() == 1);
            else
                CHECK_THAT(answer.error().text, Catch::Contains("division by zero"));
        }
    }
}

TEST_CASE("text that no row can hold is not found, nor is there anything to change", "[database][postgres]")
{
    Fixture f;
    const DynamicTable& things = f.things();
    REQUIRE(run_blocking(things.insert(thing("a"))));
    for (const std::string& text : {std::string("a\0", 2), std::string("a\xff")}) {
        std::vector<ColumnId> columns{0};
        const auto found = run_blocking(things.select(columns, equals(0, text)));
        REQUIRE(found);
        CHECK(found->empty());
        std::vector<Assignment> values{{2, Value(std::int64_t{5})}};
        CHECK(run_blocking(things.update(equals(0, text), values)) == 0u);
        CHECK(run_blocking(things.remove(equals(0, text))) == 0u);
        const auto other = run_blocking(things.select(columns, compare(0, Compare::NotEqual, text)));
        REQUIRE_FALSE(other);
        CHECK_THAT(other.error().text, Catch::Contains("name: ") && Catch::Contains("UTF-8"));
        CHECK(run_blocking(things.select(columns, either(equals(0, text), equals(0, "a")))).has_value() ==
              false);
        CHECK(
            run_blocking(things.select(columns, both(equals(0, text), equals(2, std::int64_t{0}))))->empty());
    }
}

TEST_CASE("a table that is changed while it is in use is read as it is then", "[database][postgres]")
{
    TestWorker worker;
    Fixture f;
    const DynamicTable& things = f.things();
    REQUIRE(run_blocking(things.insert(thing("a", 7))));
    const auto read = [&] {
        std::vector<ColumnId> columns{2};
        const auto rows = worker.run(things.select(columns, equals(0, "a")));
        INFO((rows ? "" : rows.error().text));
        REQUIRE(rows);
        return rows->at(0, 0).value();
    };
    CHECK(read() == Value(std::int64_t{7}));
    Administrator administrator(f.url);
    administrator.run("ALTER TABLE things ALTER COLUMN number TYPE integer");
    CHECK(read() == Value(std::int64_t{7}));
    administrator.run("DEALLOCATE ALL");  // of the administrator's own session: nothing happens
    CHECK(read() == Value(std::int64_t{7}));
}

TEST_CASE("more shapes of statements than are kept prepared", "[database][postgres]")
{
    TestWorker worker;
    Fixture f;
    const DynamicTable& things = f.things();
    REQUIRE(run_blocking(things.insert(thing("a", 7))));
    for (int round = 0; round < 2; ++round)
        for (int count = 1; count < 260; ++count) {
            std::vector<Value> names(static_cast<std::size_t>(count), Value("x"));
            names.back() = "a";
            std::vector<ColumnId> columns{2};
            const auto rows = worker.run(things.select(columns, any_of(0, names)));
            INFO((rows ? "" : rows.error().text));
            REQUIRE(rows);
            REQUIRE(rows->size() == 1);
        }
    std::vector<ColumnId> columns{2};
    std::vector<Value> many(70000, Value("x"));
    const auto refused = worker.run(things.select(columns, any_of(0, many)));
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().text, Catch::Contains("70000 values"));
    CHECK(worker.run(things.select(columns, Condition{})));
}

TEST_CASE("connections that the server cut are made anew; what was under way hears of it",
          "[database][postgres]")
{
    TestWorker worker;
    Fixture f;
    const DynamicTable& things = f.things();
    Administrator administrator(f.url);
    std::vector<ColumnId> columns{0};
    REQUIRE(worker.run(things.select(columns, Condition{})));

    SECTION("idle ones")
    {
        for (int i = 0; i < 3; ++i) {
            administrator.cut_connections();
            // At most one query is lost to a connection whose end nobody has seen yet.
            const auto read = worker.run(things.select(columns, Condition{}));
            if (!read) CHECK(read.error().status == 503);
            CHECK(succeeds_soon([&] { return worker.run(things.select(columns, Condition{})).has_value(); }));
            CHECK(f.database()->reconnects() > static_cast<std::uint64_t>(i));
        }
    }
    SECTION("while a reading waits: 503 at once")
    {
        administrator.run("BEGIN; LOCK TABLE things");
        TaskGroup group;
        const auto start = [&](int) {
            std::vector<ColumnId> names{0};
            return things.select(names, Condition{});
        };
        std::thread cut([&] { Administrator(f.url).cut_what_waits_for_a_lock(); });
        const auto answers = worker.run(at_once(20, start, group));
        cut.join();
        for (std::size_t i = 0; i < 20; ++i) {
            REQUIRE_FALSE(*answers[i]);
            CHECK((*answers[i]).error().status == 503);  // not 504: no deadline had to pass
        }
        administrator.run("COMMIT");
    }
}

TEST_CASE("a write whose commit nobody could confirm says that its outcome is unknown",
          "[database][postgres]")
{
    TestWorker worker;
    Fixture f;
    const DynamicTable& things = f.things();
    REQUIRE(run_blocking(things.insert(thing("before"))));
    Administrator administrator(f.url);
    administrator.run("BEGIN; LOCK TABLE things");
    std::thread cut([&] { Administrator(f.url).cut_what_waits_for_a_lock(); });
    const auto written = worker.run(things.insert(thing("during")));
    cut.join();
    REQUIRE_FALSE(written);
    CHECK(written.error().status == 503);
    CHECK_THAT(written.error().text, Catch::Contains("whether this was written is unknown"));
    administrator.run("COMMIT");
    CHECK(administrator.run("SELECT count(*) FROM things") == "1");
    CHECK(succeeds_soon([&] { return worker.run(things.insert(thing("after"))).has_value(); }));
    CHECK(administrator.run("SELECT count(*) FROM things") == "2");
}

TEST_CASE("units that fail for many reasons fail alone and all others are committed", "[database][postgres]")
{
    Fixture f;
    REQUIRE(run_blocking(f.things().insert(thing("t3"))));
    Table<Thing> things;
    f.bind(things);
    TaskGroup group;
    const auto answers = run_blocking(at_once(
        200,
        [&](int i) {
            std::vector<Statement> unit;
            std::string name = "t" + std::to_string(i);
            if (i % 10 == 4) name += '\xff';                // refused by us
            if (i % 10 == 6) name = std::string(300, 'x');  // refused by the server
            unit.push_back(things.insertion(named(name, i)));
            if (i % 10 == 8) unit.push_back(things.insertion(named("t3")));  // half of it fails
            return written(things, std::move(unit), 0);
        },
        group));
    for (int i = 0; i < 200; ++i) {
        INFO(i);
        const auto& answer = *answers[static_cast<std::size_t>(i)];
        const bool good = i != 3 && i % 10 != 4 && i % 10 != 6 && i % 10 != 8;
        REQUIRE(answer.has_value() == good);
        if (good) CHECK(answer->at(0, 0).integer == 1);
        if (i == 3 || i % 10 == 8) CHECK(answer.error().status == 409);
    }
    CHECK(Administrator(f.url).run("SELECT count(*) FROM things") == std::to_string(200 - 1 - 60 + 1));
}

TEST_CASE("rows that were there are updated, those that were not inserted, in one batch",
          "[database][postgres]")
{
    Fixture f;
    DynamicTable& plain = f.things();
    for (int i = 0; i < 100; i += 2) REQUIRE(run_blocking(plain.insert(thing("t" + std::to_string(i), -1))));
    Table<Thing> things;
    f.bind(things);
    const bool some_fail = GENERATE(false, true);
    TaskGroup group;
    const auto answers = run_blocking(at_once(
        100,
        [&](int i) {
            std::string name = "t" + std::to_string(i);
            if (some_fail && i % 10 == 7) name = std::string(300, 'x');
            std::vector<Statement> unit;
            unit.push_back(things.upserting(named(name, i), &Thing::name));
            return written(things, std::move(unit), static_cast<std::uint64_t>(i));
        },
        group));
    for (int i = 0; i < 100; ++i) {
        INFO(i);
        const auto& answer = *answers[static_cast<std::size_t>(i)];
        REQUIRE(answer.has_value() == !(some_fail && i % 10 == 7));
        if (answer) CHECK(answer->at(0, 0).integer == 1);
    }
    Administrator administrator(f.url);
    const std::string good = some_fail ? "90" : "100";
    CHECK(administrator.run("SELECT count(*) FROM things") == good);
    CHECK(administrator.run("SELECT count(*) FROM things WHERE name = 't' || number") == good);
}

TEST_CASE("what is done to a row one after the other stays in that order within a batch",
          "[database][postgres]")
{
    Fixture f;
    f.things();
    Table<Thing> things;
    f.bind(things);
    TaskGroup group;
    // Ten rows, each three times: put there, removed, and for the even ones put there again.
    const auto answers = run_blocking(at_once(
        31,
        [&](int i) {
            const int number = i % 10, round = i / 10;
            const std::string name = "t" + std::to_string(number);
            std::vector<Statement> unit;
            if (round == 1 || (round == 2 && number % 2 != 0))
                unit.push_back(things.removal(where(&Thing::name, name)));
            else
                unit.push_back(things.upserting(named(name, round), &Thing::name));
            return written(things, std::move(unit), static_cast<std::uint64_t>(number));
        },
        group));
    for (const auto& answer : answers) CHECK(answer->has_value());
    Administrator administrator(f.url);
    CHECK(administrator.run("SELECT string_agg(name || ':' || number, ' ' ORDER BY name) FROM things") ==
          "t0:3 t2:2 t4:2 t6:2 t8:2");
}

TEST_CASE("workers on threads of their own write and read at once", "[database][postgres]")
{
    constexpr unsigned workers = 4;
    std::vector<std::unique_ptr<EventLoop>> loops;
    for (unsigned w = 0; w < workers; ++w) loops.push_back(std::make_unique<EventLoop>(w));
    Fixture f;
    const DynamicTable& things = f.things();
    struct Run {
        static Task<bool> write(const DynamicTable& things, unsigned worker, EventLoop& loop,
                                std::atomic<int>& good)
        {
            for (int i = 0; i < 50; ++i) {
                const std::string key = fmt::format("{}/{}", worker, i);
                const auto written = co_await things.insert(thing(key, i));
                std::vector<ColumnId> columns{2};
                const auto read = co_await things.select(std::move(columns), equals(0, key));
                if (written && read && read->size() == 1 && read->at(0, 0).integer == i) ++good;
            }
            loop.stop();
            co_return true;
        }
    };
    std::atomic<int> good = 0;
    std::vector<Task<bool>> tasks;
    for (unsigned w = 0; w < workers; ++w) tasks.push_back(Run::write(things, w, *loops[w], good));
    std::vector<std::thread> threads;
    for (unsigned w = 0; w < workers; ++w)
        threads.emplace_back([&, w] {
            loops[w]->post([&, w] { tasks[w].start(); });
            loops[w]->run();
        });
    for (auto& thread : threads) thread.join();
    CHECK(good == static_cast<int>(workers) * 50);
}

TEST_CASE("a scan that is left in the middle ends; a large one comes whole", "[database][postgres]")
{
    Fixture f;
    f.things();
    Administrator administrator(f.url);
    administrator.run(
        "INSERT INTO things SELECT 'n' || i, repeat('x', 500), i, 0.5, '\\x00ff', now(), NULL "
        "FROM generate_series(1, 20000) AS i");
    Statement select;
    select.layout = std::make_shared<const Layout>(
        Layout{"things", {{"name", Type::Text}, {"note", Type::Text}, {"number", Type::Integer}}});
    select.columns = {0, 1, 2};
    {
        const auto scan = f.database()->scan(select, 100);
        for (int i = 0; i < 3; ++i) CHECK(run_blocking(f.database()->next(*scan))->size() == 100);
    }
    const auto scan = f.database()->scan(select, 3000);
    std::size_t count = 0;
    std::int64_t sum = 0;
    for (;;) {
        const auto rows = run_blocking(f.database()->next(*scan));
        REQUIRE(rows);
        if (rows->empty()) break;
        count += rows->size();
        for (std::size_t i = 0; i < rows->size(); ++i) sum += rows->at(i, 2).integer;
    }
    CHECK(count == 20000);
    CHECK(sum == 20000LL * 20001 / 2);

    Statement missing = select;
    auto layout = std::make_shared<Layout>(*select.layout);
    layout->table = "nothing";
    missing.layout = layout;
    const auto none = f.database()->scan(missing, 10);
    const auto refused = run_blocking(f.database()->next(*none));
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().text, Catch::Contains("nothing"));
}
