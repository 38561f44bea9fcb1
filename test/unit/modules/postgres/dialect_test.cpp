#include "modules/postgres/dialect.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::postgres;
using db::Statement;
using db::Value;

namespace
{

const auto layout = std::make_shared<const db::Layout>(
    db::Layout{"grp", {{"user", db::Type::Text}, {"number", db::Type::Integer}, {"ratio", db::Type::Real}}});

Statement upsert(Value user)
{
    Statement statement;
    statement.kind = Statement::Kind::Upsert;
    statement.layout = layout;
    statement.values = {{0, std::move(user)}, {1, Value(std::int64_t{1})}};
    statement.key = {0};
    return statement;
}

}  // namespace

TEST_CASE("PostgreSQL's placeholders are numbered", "[db][postgres]")
{
    Statement select;
    select.layout = layout;
    select.columns = {1};
    select.where.kind = db::Condition::Kind::Compare;
    select.where.values.push_back(Value("x"));
    select.limit = 1;
    CHECK(Dialect().statement(select) == R"(SELECT "number" FROM "grp" WHERE "user" = $1 LIMIT $2)");
}

TEST_CASE("an upsert is one statement that says how many rows it touched", "[db][postgres]")
{
    CHECK(Dialect().statement(upsert(Value("x"))) ==
          R"(WITH updated AS (UPDATE "grp" SET "number" = $2 WHERE "user" = $1 RETURNING 1), )"
          R"(inserted AS (INSERT INTO "grp" ("user", "number") SELECT $1, $2 )"
          R"(WHERE NOT EXISTS (SELECT 1 FROM updated) RETURNING 1) )"
          R"(SELECT (SELECT count(*) FROM updated) + (SELECT count(*) FROM inserted))");
    CHECK_THAT(Dialect().statement(upsert(db::Null{})), Catch::Contains(R"(WHERE "user" IS NULL)"));
    const auto key = [](const Statement& statement) { return key_of(statement, Form::Whole); };
    CHECK(key(upsert(Value("x"))) == key(upsert(Value("y"))));
    CHECK(key(upsert(Value("x"))) != key(upsert(db::Null{})));

    Statement keys_alone = upsert(Value("x"));
    keys_alone.key = {0, 1};
    CHECK_THAT(Dialect().statement(keys_alone), Catch::Contains(R"(SET "user" = "user" WHERE)"));
}

TEST_CASE("of an upsert the update alone takes the same parameters, if each of them stands in it",
          "[db][postgres]")
{
    const Statement whole = upsert(Value("x"));
    CHECK(may_be_update_only(whole));
    CHECK(Dialect().statement(whole, Form::UpdateOnly) ==
          R"(UPDATE "grp" SET "number" = $2 WHERE "user" = $1)");
    CHECK(key_of(whole, Form::UpdateOnly) != key_of(whole, Form::Whole));

    CHECK_FALSE(may_be_update_only(upsert(db::Null{})));
    Statement keys_alone = whole;
    keys_alone.key = {0, 1};
    CHECK_FALSE(may_be_update_only(keys_alone));
    Statement insertion = whole;
    insertion.kind = Statement::Kind::Insert;
    CHECK_FALSE(may_be_update_only(insertion));
}

TEST_CASE("columns of other types are read through casts", "[db][postgres]")
{
    Statement select;
    select.layout = layout;
    select.columns = {0, 1, 2};
    CHECK(Dialect().readable("SELECT x", select, {869, type::numeric, type::numeric}) ==
          "SELECT c0::text, c1::text, c2::float8 FROM (SELECT x) AS t (c0, c1, c2)");
    CHECK(Dialect().readable("SELECT x", select, {type::text, type::int4, type::numeric}) ==
          "SELECT c0, c1, c2::float8 FROM (SELECT x) AS t (c0, c1, c2)");
}

TEST_CASE("tables of OpenSER are made as PostgreSQL understands them", "[db][postgres]")
{
    const auto schema = db::Schema::find();
    REQUIRE(schema);
    const auto text = Dialect().creation(*schema->table("location"));
    REQUIRE(text.size() == 2);
    CHECK_THAT(text[0], Catch::Contains("\"id\" BIGSERIAL NOT NULL,") &&
                            Catch::Contains("\"expires\" TIMESTAMP NOT NULL DEFAULT '2020-05-28 21:32:15'") &&
                            Catch::Contains("\"cseq\" INTEGER NOT NULL DEFAULT 13") &&
                            Catch::Contains("\"received\" VARCHAR(255)") &&
                            Catch::Contains("PRIMARY KEY (\"id\")"));
    CHECK_THAT(Dialect().creation(*schema->table("domain"))[0],
               Catch::Contains("\"last_modified\" TIMESTAMP NOT NULL DEFAULT '1900-01-01 00:00:00'"));
}
