#include <filesystem>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "core/db/dynamic_table.h"
#include "core/db/run_blocking.h"
#include "core/runtime/event_loop.h"
#include "modules/sqlite/dialect.h"
#include "modules/sqlite/driver.h"
#include "test/unit/db/driver_suite.h"

using namespace junctor;
using namespace junctor::db;
using test::Thing;

namespace
{

// A file that goes with the test.
struct File {
    std::string path =
        (std::filesystem::temp_directory_path() / ("junctor_sqlite_test_" + std::to_string(getpid()) + ".db"))
            .string();
    File() { remove(); }
    ~File() { remove(); }
    std::string url(const std::string& parameters = {}) const { return "sqlite://" + path + parameters; }
    void remove() const
    {
        for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
    }
};

struct Fixture {
    File file;
    Databases databases;
    Fixture() { databases.add(std::make_shared<sqlite::Driver>()); }
};

}  // namespace

TEST_CASE("the sqlite driver", "[db][sqlite]")
{
    Fixture f;
    test::driver_suite(f.databases, f.file.url());
}

TEST_CASE("a file that is not there stops the start, and one that is no database, too", "[db][sqlite]")
{
    Fixture f;
    const auto missing = f.databases.open(f.file.url());
    REQUIRE_FALSE(missing);
    CHECK_THAT(missing.error().text, Catch::Contains("there is no file") && Catch::Contains("db create"));
    std::ofstream(f.file.path) << std::string(5000, 'x');
    CHECK_THAT(f.databases.open(f.file.url()).error().text, Catch::Contains("not a database"));
}

TEST_CASE("parameters of a sqlite URL are checked", "[db][sqlite]")
{
    Fixture f;
    for (const char* wrong :
         {"?readers=0", "?readers=many", "?timezone=Mars", "?busy_timeout=0", "?journal=off"}) {
        INFO(wrong);
        CHECK_FALSE(f.databases.open(f.file.url(wrong), true));
    }
    CHECK_FALSE(f.databases.open("sqlite://:memory:", true));
    CHECK(f.databases.open(f.file.url("?readers=1&timezone=utc&busy_timeout=100&deadline=300"), true));
}

TEST_CASE("dates are written as text in the zone of the URL and read from either form", "[db][sqlite]")
{
    Fixture f;
    const std::string url = f.file.url("?timezone=%2B02:00");
    CHECK_FALSE(f.databases.open(url, true));  // nothing is decoded: + stands as it is
    auto database = f.databases.open(f.file.url("?timezone=+02:00"), true);
    REQUIRE(database);
    TableSpec things = test::things();
    REQUIRE(run_blocking((*database)->create(things)));

    // As text and as number: a column read by another type than it was written.
    DynamicTable raw("things", versions());
    const ColumnId name = raw.add("name", Type::Text);
    for (const ColumnSpec& column : things.columns)
        raw.add(column.name, column.name == "moment" ? Type::Text : column.type());
    const ColumnId moment = raw.add("moment", Type::Text);
    const ColumnId bytes = raw.add("bytes", Type::Blob), number = raw.add("number", Type::Integer),
                   ratio = raw.add("ratio", Type::Real);
    auto layout = std::make_shared<Layout>();
    layout->table = "things";
    layout->columns = {{"name", Type::Text}, {"moment", Type::DateTime}};
    REQUIRE_FALSE(raw.bind(*database));  // text wanted, date found: a wrong layout
    DynamicTable table("things", versions());
    for (const ColumnSpec& column : things.columns) table.add(column.name, column.type());
    REQUIRE(table.bind(*database));
    const auto insert = [&](const char* key, Value when) {
        std::vector<Assignment> row{{name, Value(key)},
                                    {moment, std::move(when)},
                                    {bytes, Value(Blob{})},
                                    {number, Value(std::int64_t{0})},
                                    {ratio, Value(0.0)}};
        REQUIRE(run_blocking(table.insert(row)));
    };
    insert("a date", DateTime{0});
    insert("text", "1970-01-01 02:00:00");
    insert("a number", std::int64_t{0});
    insert("zero", "0000-00-00 00:00:00");
    Statement select;
    select.layout = layout;
    select.columns = {0, 1};
    const auto rows = run_blocking((*database)->read(select));
    REQUIRE(rows);
    REQUIRE(rows->size() == 4);
    for (std::size_t i = 0; i < 3; ++i) CHECK(rows->at(i, 1).value() == Value(DateTime{0}));
    CHECK(rows->at(3, 1).is_null);
}

TEST_CASE("tables of OpenSER are made as SQLite understands them", "[db][sqlite]")
{
    const auto schema = Schema::find();
    REQUIRE(schema);
    const auto text = sqlite::Dialect().creation(*schema->table("location"));
    REQUIRE(text.size() == 2);
    CHECK_THAT(text[0], Catch::Contains("\"id\" INTEGER PRIMARY KEY,") &&
                            Catch::Contains("\"expires\" DATETIME NOT NULL DEFAULT '2020-05-28 21:32:15'") &&
                            Catch::Contains("\"cseq\" INTEGER NOT NULL DEFAULT 13") &&
                            Catch::Contains("\"received\" VARCHAR(255)"));
    CHECK(text[1] ==
          "CREATE INDEX \"location_udc_loc\" ON \"location\" (\"username\", \"domain\", \"contact\")");
    CHECK_THAT(sqlite::Dialect().creation(*schema->table("domain"))[0],
               Catch::Contains("\"last_modified\" DATETIME NOT NULL DEFAULT '1900-01-01 00:00:00'"));

    Fixture f;
    auto database = f.databases.open(f.file.url(), true);
    REQUIRE(database);
    for (const TableSpec& table : schema->tables()) {
        INFO(table.name);
        REQUIRE(run_blocking((*database)->create(table)));
        const auto found = run_blocking((*database)->inspect(table.name));
        REQUIRE(found);
        REQUIRE(found->columns.size() == table.columns.size());
        for (const ColumnSpec& column : table.columns)
            CHECK(found->column(column.name)->type == column.type());
    }
}

TEST_CASE("what was acknowledged is on disk for another process", "[db][sqlite]")
{
    Fixture f;
    auto database = f.databases.open(f.file.url(), true);
    REQUIRE(database);
    TableSpec things = test::things();
    things.version = 0;
    REQUIRE(run_blocking((*database)->create(things)));
    Statement insert;
    insert.kind = Statement::Kind::Insert;
    auto layout = std::make_shared<Layout>();
    layout->table = "things";
    for (const ColumnSpec& column : things.columns) layout->columns.push_back({column.name, column.type()});
    insert.layout = layout;
    for (ColumnId id = 0; id < 6; ++id) insert.values.push_back({id, Value(std::int64_t{1})});
    std::vector<Statement> one{insert};
    REQUIRE(run_blocking((*database)->write(one, 0)));

    Databases others;
    others.add(std::make_shared<sqlite::Driver>());
    auto other = others.open(f.file.url());
    REQUIRE(other);
    Statement select;
    select.layout = layout;
    select.columns = {2};
    const auto rows = run_blocking((*other)->read(select));
    REQUIRE(rows);
    CHECK(rows->size() == 1);
}

TEST_CASE("workers on threads of their own write and read at once", "[db][sqlite]")
{
    Fixture f;
    auto database = f.databases.open(f.file.url(), true);
    REQUIRE(database);
    TableSpec spec = test::things();
    REQUIRE(run_blocking((*database)->create(spec)));
    DynamicTable table("things", versions());
    for (const ColumnSpec& column : spec.columns) table.add(column.name, column.type());
    REQUIRE(table.bind(*database));

    constexpr int workers = 4, each = 200;
    struct Run {
        static Task<bool> write(const DynamicTable& table, int worker, int count, EventLoop& loop,
                                std::atomic<int>& good)
        {
            for (int i = 0; i < count; ++i) {
                const std::string key = std::to_string(worker) + "/" + std::to_string(i);
                std::vector<Assignment> row;
                row.push_back({0, Value(key)});
                row.push_back({2, Value(std::int64_t{i})});
                row.push_back({3, Value(0.0)});
                row.push_back({4, Value(Blob{})});
                row.push_back({5, Value(DateTime{})});
                const auto written = co_await table.insert(std::move(row));
                std::vector<ColumnId> columns(1, ColumnId{2});
                const auto read = co_await table.select(std::move(columns), equals(0, key));
                if (written && read && read->size() == 1 && read->at(0, 0).integer == i) ++good;
            }
            loop.stop();
            co_return true;
        }
    };
    std::atomic<int> good = 0;
    std::vector<std::unique_ptr<EventLoop>> loops;
    std::vector<Task<bool>> tasks;
    std::vector<std::thread> threads;
    for (int w = 0; w < workers; ++w) {
        loops.push_back(std::make_unique<EventLoop>(static_cast<unsigned>(w)));
        tasks.push_back(Run::write(table, w, each, *loops.back(), good));
    }
    for (int w = 0; w < workers; ++w)
        threads.emplace_back([&, w] {
            loops[static_cast<std::size_t>(w)]->post([&, w] { tasks[static_cast<std::size_t>(w)].start(); });
            loops[static_cast<std::size_t>(w)]->run();
        });
    for (auto& thread : threads) thread.join();
    CHECK(good == workers * each);
    CHECK((*database)->writes().counters().accepted.value() == workers * each);
}
