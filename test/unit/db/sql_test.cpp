#include "core/db/sql.h"

#include <catch2/catch.hpp>

#include "core/db/where.h"

using namespace junctor::db;

namespace
{

class PlainSql final : public SqlDialect
{
protected:
    std::string column_type(const ColumnSpec& column) const override { return column.type_text(); }
};

struct Row {
    std::string name, group;
    int number = 0;
    static constexpr auto table =
        junctor::db::table("grp", versions{2}, column("name", &Row::name), column("grp", &Row::group),
                           column("no\"", &Row::number));
};

Statement statement(Statement::Kind kind, const Where<Row>& where = {})
{
    auto layout = std::make_shared<Layout>();
    layout->table = "grp";
    layout->columns = {{"name", Type::Text}, {"grp", Type::Text}, {"no\"", Type::Integer}};
    Statement s;
    s.kind = kind;
    s.layout = layout;
    s.where = where.condition();
    return s;
}

std::string text(const Statement& statement)
{
    return PlainSql().text(statement);
}

}  // namespace

TEST_CASE("a selection as SQL: names quoted, values held open", "[db]")
{
    Statement select =
        statement(Statement::Kind::Select, where(&Row::name, "x'y").also(&Row::number, Compare::Less, 3));
    select.columns = {1, 2};
    CHECK(text(select) == R"(SELECT "grp", "no""" FROM "grp" WHERE "name" = ? AND "no""" < ?)");
    CHECK(bound_values(select).size() == 2);
    CHECK(*bound_values(select)[0] == Value("x'y"));
    select.order = {{0, true}, {1, false}};
    select.limit = 5;
    CHECK_THAT(text(select), Catch::EndsWith(R"( ORDER BY "name" DESC, "grp" LIMIT ?)"));
}

TEST_CASE("nested conditions keep their meaning", "[db]")
{
    const std::vector<std::string> none, two{"a", "b"};
    auto select = statement(Statement::Kind::Remove,
                            where(&Row::number, 1).or_else(where(&Row::name, "a").also(&Row::group, "b")));
    CHECK(text(select) == R"(DELETE FROM "grp" WHERE "no""" = ? OR ("name" = ? AND "grp" = ?))");
    select = statement(Statement::Kind::Remove, where_in(&Row::name, two).also(where_null(&Row::group)));
    CHECK(text(select) == R"(DELETE FROM "grp" WHERE "name" IN (?, ?) AND "grp" IS NULL)");
    CHECK(text(statement(Statement::Kind::Remove, where_in(&Row::name, none))) ==
          R"(DELETE FROM "grp" WHERE 1 = 0)");
    CHECK(text(statement(Statement::Kind::Remove)) == R"(DELETE FROM "grp")");
    CHECK(
        text(statement(Statement::Kind::Remove, where(&Row::name, "a").also(where_not_null(&Row::group)))) ==
        R"(DELETE FROM "grp" WHERE "name" = ? AND "grp" IS NOT NULL)");
}

TEST_CASE("writes as SQL, their values in the order of the text", "[db]")
{
    Statement update = statement(Statement::Kind::Update, where(&Row::name, "n"));
    update.values = {{1, Value("g")}, {2, Value(std::int64_t{7})}};
    CHECK(text(update) == R"(UPDATE "grp" SET "grp" = ?, "no""" = ? WHERE "name" = ?)");
    CHECK(*bound_values(update)[2] == Value("n"));
    Statement insert = statement(Statement::Kind::Insert);
    insert.values = update.values;
    CHECK(text(insert) == R"(INSERT INTO "grp" ("grp", "no""") VALUES (?, ?))");
}

TEST_CASE("an upsert is an update by its keys, then an insertion", "[db]")
{
    Statement upsert = statement(Statement::Kind::Upsert);
    upsert.values = {{0, Value("n")}, {1, Value(Null{})}, {2, Value(std::int64_t{7})}};
    upsert.key = {0, 1};
    CHECK(text(update_of(upsert)) == R"(UPDATE "grp" SET "no""" = ? WHERE "name" = ? AND "grp" IS NULL)");
    CHECK(text(insertion_of(upsert)) == R"(INSERT INTO "grp" ("name", "grp", "no""") VALUES (?, ?, ?))");
    upsert.key = {0, 1, 2};
    CHECK(text(update_of(upsert)) ==
          R"(UPDATE "grp" SET "name" = ? WHERE "name" = ? AND "grp" IS NULL AND "no""" = ?)");
}

TEST_CASE("statements of one layout that differ in values alone have one shape", "[db]")
{
    const LayoutPtr layout = statement(Statement::Kind::Select).layout;
    const auto shape = [&layout](const Where<Row>& where) {
        Statement one = statement(Statement::Kind::Select, where);
        one.layout = layout;
        return one.shape();
    };
    const std::vector<std::string> one{"a"}, two{"a", "b"};
    CHECK(shape(where(&Row::name, "a")) == shape(where(&Row::name, "b")));
    CHECK(shape(where(&Row::name, "a")) != shape(where(&Row::group, "a")));
    CHECK(shape(where(&Row::name, "a")) != shape(where(&Row::name, Compare::Less, "a")));
    CHECK(shape(where_in(&Row::name, one)) != shape(where_in(&Row::name, two)));
    CHECK(shape(where(&Row::name, "a").also(&Row::group, "b")) !=
          shape(where(&Row::name, "a").or_else(where(&Row::group, "b"))));
    CHECK(shape(where(&Row::name, "a")) !=
          statement(Statement::Kind::Select, where(&Row::name, "a")).shape());
    Statement limited = statement(Statement::Kind::Select);
    const std::string unlimited = limited.shape();
    limited.limit = 1;
    CHECK(limited.shape() != unlimited);
}

TEST_CASE("tables as SQL", "[db]")
{
    TableSpec table;
    table.name = "t";
    ColumnSpec a, b;
    a.name = "a";
    a.kind = ColumnSpec::Kind::Varchar;
    a.length = 10;
    a.default_value = "it's";
    b.name = "b";
    b.kind = ColumnSpec::Kind::Int32;
    b.nullable = true;
    b.default_value = "5";
    table.columns = {a, b};
    table.primary_key = {"a", "b"};
    table.indexes = {{"by_b", {"b"}, true}};
    const auto statements = PlainSql().creation(table);
    REQUIRE(statements.size() == 2);
    CHECK(
        statements[0] ==
        "CREATE TABLE \"t\" (\n    \"a\" varchar(10) NOT NULL DEFAULT 'it''s',\n    \"b\" int32 DEFAULT 5,\n"
        "    PRIMARY KEY (\"a\", \"b\")\n)");
    CHECK(statements[1] == "CREATE UNIQUE INDEX \"t_by_b\" ON \"t\" (\"b\")");
}
