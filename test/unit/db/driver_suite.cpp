#include "test/unit/db/driver_suite.h"

#include <limits>

#include <catch2/catch.hpp>

#include "core/db/admin.h"
#include "core/db/dynamic_table.h"
#include "core/db/run_blocking.h"
#include "core/db/transfer.h"

namespace junctor::db::test
{
namespace
{

ColumnSpec spec(std::string name, ColumnSpec::Kind kind, bool nullable = false)
{
    ColumnSpec column;
    column.name = std::move(name);
    column.kind = kind;
    column.length = 255;
    column.nullable = nullable;
    return column;
}

Thing named(std::string name, std::int64_t number = 0)
{
    Thing thing;
    thing.name = std::move(name);
    thing.number = number;
    return thing;
}

std::vector<std::string> names(const Result<std::vector<Thing>>& things)
{
    std::vector<std::string> all;
    REQUIRE(things);
    for (const Thing& thing : *things) all.push_back(thing.name);
    return all;
}

using Names = std::vector<std::string>;

// Writes `count` rows without waiting in between; the answer: how many succeeded. The last of `group`'s tasks
// resumes us, so that the group must live longer.
Task<int> write_at_once(const Table<Thing>& things, int count, TaskGroup& group)
{
    int succeeded = 0, answered = 0;
    OneShot<bool> all;
    struct One {
        static Task<bool> write(const Table<Thing>& things, int number, int count, int& succeeded,
                                int& answered, OneShot<bool>::Resolver all)
        {
            Thing thing = named("n" + std::to_string(number), number);
            const auto written = co_await things.insert(std::move(thing));
            if (written) ++succeeded;
            if (++answered == count) all.resolve(true);
            co_return true;
        }
    };
    for (int i = 0; i < count; ++i)
        group.start(One::write(things, i, count, succeeded, answered, all.resolver()));
    co_await all;
    co_return succeeded;
}

void values_come_back(const Table<Thing>& things)
{
    std::string every_byte;
    for (int c = 0; c < 256; ++c) every_byte += static_cast<char>(c);
    struct Sample {
        std::string text;
        bool may_be_refused = false;  // NUL, and what is no UTF-8: not every server takes them as text
    };
    for (const Sample& sample :
         {Sample{"it's; \"quoted\" \\ -- % _ $1 :a ? `x`"}, Sample{"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"},
          Sample{std::string(10000, 'x')}, Sample{std::string()}, Sample{std::string("a\0b\0", 4), true},
          Sample{"\xff\xfe\xc0\x80", true}, Sample{every_byte, true}}) {
        // A key is no longer than its declaration.
        const std::string key = sample.text.substr(0, 255);
        Thing thing = named(key, std::numeric_limits<std::int64_t>::min());
        thing.note = sample.text;
        thing.ratio = -0.1;
        thing.bytes.bytes = every_byte + sample.text;
        thing.moment = DateTime{0};
        thing.extra = -7;
        const auto written = run_blocking(things.insert(thing));
        INFO((written ? "" : written.error().text));
        if (!written && sample.may_be_refused) {
            CHECK(written.error().status != 503);  // it would not be tried again
            CHECK(run_blocking(things.select(where(&Thing::bytes, thing.bytes)))->empty());
            continue;
        }
        REQUIRE(written);

        const auto back = run_blocking(things.select(where(&Thing::name, key)));
        REQUIRE(back);
        REQUIRE(back->size() == 1);
        const Thing& read = back->front();
        CHECK(read.name == key);
        CHECK(read.note == sample.text);
        CHECK(read.number == thing.number);
        CHECK(read.ratio == thing.ratio);
        CHECK(read.bytes == thing.bytes);
        CHECK(read.moment == thing.moment);
        CHECK(read.extra == thing.extra);
    }
}

void conditions(const Table<Thing>& things)
{
    for (int i = 1; i <= 5; ++i) {
        Thing thing = named(std::string(1, static_cast<char>('a' + i - 1)), i);
        thing.moment = DateTime{1173657600 + i};
        if (i % 2 == 0) thing.note = "even";
        REQUIRE(run_blocking(things.insert(thing)));
    }
    const auto select = [&](Where<Thing> condition) {
        return names(run_blocking(things.select(std::move(condition), order_by(&Thing::name))));
    };
    CHECK(select({}) == Names{"a", "b", "c", "d", "e"});
    CHECK(select(where(&Thing::number, 3)) == Names{"c"});
    CHECK(select(where(&Thing::number, Compare::NotEqual, 3)) == Names{"a", "b", "d", "e"});
    CHECK(select(where(&Thing::number, Compare::Less, 3)) == Names{"a", "b"});
    CHECK(select(where(&Thing::number, Compare::LessOrEqual, 3)) == Names{"a", "b", "c"});
    CHECK(select(where(&Thing::moment, Compare::Greater, DateTime{1173657603})) == Names{"d", "e"});
    CHECK(select(where(&Thing::moment, Compare::GreaterOrEqual, DateTime{1173657603})) ==
          Names{"c", "d", "e"});
    CHECK(select(where(&Thing::note, "even").also(&Thing::number, Compare::Greater, 2)) == Names{"d"});
    CHECK(select(where(&Thing::number, 1).or_else(where(&Thing::note, "even").also(&Thing::number, 4))) ==
          Names{"a", "d"});
    CHECK(select(where_in(&Thing::name, Names{"b", "e", "z"})) == Names{"b", "e"});
    CHECK(select(where_in(&Thing::name, Names{})).empty());
    CHECK(select(where_null(&Thing::note)) == Names{"a", "c", "e"});
    CHECK(select(where_not_null(&Thing::note)) == Names{"b", "d"});
    CHECK(select(where(&Thing::name, "x' OR '1'='1")).empty());
    CHECK(select(where(&Thing::note, Compare::NotEqual, "odd")) ==
          Names{"b", "d"});  // NULL compares with nothing

    CHECK(names(run_blocking(things.select({}, order_by(&Thing::number, true).first(2)))) == Names{"e", "d"});
}

void changes(const Table<Thing>& things)
{
    for (int i = 1; i <= 3; ++i)
        REQUIRE(run_blocking(things.insert(named(std::string(1, static_cast<char>('a' + i - 1)), i))));

    auto touched = run_blocking(things.update(where(&Thing::number, Compare::Less, 3),
                                              set(&Thing::note, "new").also(&Thing::ratio, 0.5)));
    CHECK(touched == 2u);
    CHECK(names(run_blocking(things.select(where(&Thing::note, "new"), order_by(&Thing::name)))) ==
          Names{"a", "b"});
    CHECK(run_blocking(things.update(where(&Thing::name, "nobody"), set(&Thing::ratio, 1))) == 0u);

    CHECK(run_blocking(things.upsert(named("a", 100), &Thing::name)) == 1u);
    CHECK(run_blocking(things.upsert(named("z", 26), &Thing::name)) == 1u);
    CHECK(names(run_blocking(things.select({}, order_by(&Thing::number)))) == Names{"b", "c", "z", "a"});

    CHECK(run_blocking(things.remove(where(&Thing::number, Compare::Greater, 20))) == 2u);
    CHECK(run_blocking(things.remove({})) == 2u);
    CHECK(names(run_blocking(things.select())).empty());
}

void all_or_nothing(const Table<Thing>& things)
{
    REQUIRE(run_blocking(things.insert(named("a"))));
    const auto twice = run_blocking(things.insert(named("a")));
    REQUIRE_FALSE(twice);
    CHECK(twice.error().status == 409);
    CHECK_THAT(twice.error().text, Catch::StartsWith("things: "));

    std::vector<Statement> together;
    together.push_back(things.insertion(named("b")));
    together.push_back(things.insertion(named("a")));
    CHECK_FALSE(run_blocking(things.write(together, 0)));
    CHECK(names(run_blocking(things.select())) == Names{"a"});

    together.pop_back();
    together.push_back(things.removal(where(&Thing::name, "a")));
    CHECK(run_blocking(things.write(together, 0)) == 2u);
    CHECK(names(run_blocking(things.select())) == Names{"b"});
}

void layouts(Databases& databases, const std::string& url, Database& database)
{
    const auto bound = [&] {
        Table<Thing> things;
        return things.bind(databases, url);
    };
    Table<Thing> renamed;
    for (auto& renaming : renamed.renamings()) {
        CHECK(renaming.parameter == "name_column");
        *renaming.name = "title";
    }
    const auto missing = renamed.bind(databases, url);
    REQUIRE_FALSE(missing);
    CHECK_THAT(missing.error().text, Catch::Contains("has no column title, needed is text") &&
                                         Catch::Contains("junctorctl db migrate things") &&
                                         Catch::Contains("modparam name_column"));

    DynamicTable version("version", versions());
    const ColumnId name = version.add("table_name", Type::Text),
                   number = version.add("table_version", Type::Integer);
    REQUIRE(version.bind(databases, url));
    std::vector<Assignment> four{{number, Value(std::int64_t{4})}};
    REQUIRE(run_blocking(version.update(equals(name, "things"), four)) == 1u);
    CHECK_THAT(bound().error().text, Catch::Contains("has version 4") &&
                                         Catch::Contains("needed is 2 or 3") &&
                                         Catch::Contains("junctorctl db migrate things"));
    REQUIRE(run_blocking(version.remove(equals(name, "things"))) == 1u);
    CHECK_THAT(bound().error().text, Catch::Contains("has version 0"));

    REQUIRE(run_blocking(database.drop("things")));
    CHECK_THAT(bound().error().text,
               Catch::Contains("does not exist") && Catch::Contains("junctorctl db create things"));

    TableSpec older = things();
    std::erase_if(older.columns, [](const ColumnSpec& column) { return column.name == "extra"; });
    REQUIRE(run_blocking(database.create(older)));
    std::vector<Assignment> two{{name, Value("things")}, {number, Value(std::int64_t{2})}};
    REQUIRE(run_blocking(version.insert(two)));
    Table<Thing> things;
    REQUIRE(things.bind(databases, url));
    CHECK_FALSE(things.has(&Thing::extra));
    Thing thing = named("a");
    thing.extra = 5;
    CHECK(run_blocking(things.insert(thing)));
    CHECK(run_blocking(things.select())->front().extra == std::nullopt);
    const auto lacking = run_blocking(things.select(where(&Thing::extra, 5)));
    REQUIRE_FALSE(lacking);
    CHECK_THAT(lacking.error().text, Catch::Contains("no column extra"));
}

}  // namespace

TableSpec things()
{
    using Kind = ColumnSpec::Kind;
    TableSpec table;
    table.name = "things";
    table.version = 3;
    table.columns = {spec("name", Kind::Varchar),     spec("note", Kind::Text, true),
                     spec("number", Kind::Int64),     spec("ratio", Kind::Float),
                     spec("bytes", Kind::Blob),       spec("moment", Kind::DateTime),
                     spec("extra", Kind::Int32, true)};
    table.primary_key = {"name"};
    return table;
}

void driver_suite(Databases& databases, const std::string& url)
{
    const auto schema = Schema::find();
    REQUIRE(schema);
    const auto opened = databases.open(url, true);
    REQUIRE(opened);
    Database& database = **opened;
    REQUIRE(create_tables(database, *schema, {"subscriber", "location"}));
    REQUIRE(run_blocking(database.create(things())));
    DynamicTable version("version", versions());
    const ColumnId name = version.add("table_name", Type::Text),
                   number = version.add("table_version", Type::Integer);
    REQUIRE(version.bind(databases, url));
    std::vector<Assignment> row{{name, Value("things")}, {number, Value(std::int64_t{3})}};
    REQUIRE(run_blocking(version.insert(row)));
    Table<Thing> things;
    {
        const auto bound = things.bind(databases, url);
        INFO((bound ? "" : bound.error().text));
        REQUIRE(bound);
    }

    SECTION("values come back byte by byte, whatever they are")
    {
        values_come_back(things);
    }
    SECTION("conditions, order and limit choose rows")
    {
        conditions(things);
    }
    SECTION("updates, upserts and removals say how many rows they touched")
    {
        changes(things);
    }
    SECTION("a unit is written whole or not at all, and a double key is a conflict")
    {
        all_or_nothing(things);
    }
    SECTION("a table is bound in every accepted layout and in no other")
    {
        layouts(databases, url, database);
    }
    SECTION("two rows in `version` for one table stop the start")
    {
        // Made by hand: the table's own key forbids it.
        REQUIRE(run_blocking(database.drop("version")));
        TableSpec without_key = *schema->table("version");
        without_key.primary_key.clear();
        REQUIRE(run_blocking(database.create(without_key)));
        REQUIRE(run_blocking(version.insert(row)));
        REQUIRE(run_blocking(version.insert(row)));
        Table<Thing> again;
        CHECK_THAT(again.bind(databases, url).error().text, Catch::Contains("has 2 rows for things"));
    }
    SECTION("writes that come together share commits")
    {
        TaskGroup group;
        const auto before = database.writes().counters().commits.value();
        CHECK(run_blocking(write_at_once(things, 300, group)) == 300);
        CHECK(names(run_blocking(things.select())).size() == 300);
        CHECK(database.writes().counters().accepted.value() >= 300);
        // A driver that answers at once commits each. How many share one of the others' hangs on the disk.
        const auto commits = database.writes().counters().commits.value() - before;
        CHECK(commits < (url.starts_with("memory:") ? 301u : 300u));
        CHECK(database.writes().waiting() == 0);
    }
    SECTION("one bad write among many fails alone")
    {
        TaskGroup group;
        REQUIRE(run_blocking(things.insert(named("n7"))));
        CHECK(run_blocking(write_at_once(things, 50, group)) == 49);
        CHECK(names(run_blocking(things.select())).size() == 50);
    }
    SECTION("a scan delivers every row once, batch after batch")
    {
        TaskGroup group;
        REQUIRE(run_blocking(write_at_once(things, 25, group)) == 25);
        std::int64_t sum = 0;
        const auto count = run_blocking(things.scan([&sum](Thing& thing) { sum += thing.number; }, {}, 10));
        CHECK(count == 25u);
        CHECK(sum == 300);
        CHECK(run_blocking(things.scan([](Thing&) {}, where(&Thing::number, Compare::Less, 10), 10)) == 10u);
        CHECK(run_blocking(things.scan([](Thing&) {}, where(&Thing::number, -1))) == 0u);
    }
    SECTION("a table whose columns are named at run time knows their types")
    {
        Thing thing = named("a", 42);
        thing.moment = DateTime{1173657600};
        REQUIRE(run_blocking(things.insert(thing)));
        DynamicTable table("things", versions::from(2));
        const ColumnId text = table.add("name", Type::Text), moment = table.add_of_any_type("MOMENT"),
                       count = table.add_of_any_type("number");
        CHECK(table.add("name", Type::Text) == text);
        REQUIRE(table.bind(databases, url));
        CHECK(table.type_of(moment) == Type::DateTime);
        CHECK(table.type_of(count) == Type::Integer);
        std::vector<ColumnId> columns{count, moment};
        const auto rows = run_blocking(table.select(columns, equals(text, "a")));
        REQUIRE(rows);
        REQUIRE(rows->size() == 1);
        CHECK(rows->at(0, 0).integer == 42);
        CHECK(rows->at(0, 1).value() == Value(DateTime{1173657600}));
    }
    SECTION("a table has its rows also under another name, and nothing under the old one")
    {
        REQUIRE(run_blocking(things.insert(named("a", 42))));
        REQUIRE(run_blocking(database.rename("things", "other things")));
        CHECK(run_blocking(database.inspect("things"))->columns.empty());
        DynamicTable other("other things", versions());
        const ColumnId count = other.add("number", Type::Integer);
        REQUIRE(other.bind(databases, url));
        CHECK(run_blocking(other.select(std::vector<ColumnId>{count}, {}))->at(0, 0).integer == 42);
        REQUIRE(run_blocking(database.rename("other things", "things")));
        CHECK(names(run_blocking(things.select())) == Names{"a"});
        CHECK_FALSE(run_blocking(database.rename("nothing", "something")));
    }
    SECTION("the database goes on numbering behind rows that came with their numbers")
    {
        const TableSpec& location = *schema->table("location");
        RowWriter writer(database, location, {"id", "username"});
        REQUIRE(writer.add({Value(std::int64_t{7}), Value("seven")}));
        REQUIRE(writer.finish() == 1u);
        RowWriter next(database, location, {"username"});
        REQUIRE(next.add({Value("eight")}));
        REQUIRE(next.finish() == 1u);
        DynamicTable table("location", versions());
        const ColumnId id = table.add("id", Type::Integer), user = table.add("username", Type::Text);
        REQUIRE(table.bind(databases, url));
        CHECK(run_blocking(table.select(std::vector<ColumnId>{id}, equals(user, "eight")))->at(0, 0).integer >
              7);
    }
    SECTION("the checks of an administrator name what is missing")
    {
        const auto checks = check_tables(database, *schema);
        REQUIRE(checks);
        CHECK(checks->size() == schema->tables().size());
        for (const TableCheck& check : *checks) {
            const bool made =
                check.table == "subscriber" || check.table == "location" || check.table == "version";
            CHECK((check.state == TableCheck::State::Good) == made);
            if (!made)
                CHECK_THAT(check.remarks.at(0), Catch::Contains("junctorctl db create " + check.table));
        }
        CHECK_FALSE(
            create_tables(database, *schema, {"aliases", "subscriber"}));  // one exists: nothing is made
        CHECK(create_tables(database, *schema, {"aliases"}) == Names{"aliases"});
        CHECK(drop_tables(database, *schema, {"aliases", "acc"}) == Names{"aliases"});
        CHECK(run_blocking(database.version_of("aliases")) == 0);
        CHECK(run_blocking(database.version_of("location")) == 1004);
        CHECK(drop_tables(database, *schema, {}) == Names{"location", "subscriber", "version"});
    }
}

}  // namespace junctor::db::test
