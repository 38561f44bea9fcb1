#include "core/db/schema.h"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::db;

TEST_CASE("OpenSER's tables are described, in the layout of 1.2.0", "[db]")
{
    const auto schema = Schema::find();
    REQUIRE(schema);
    CHECK(schema->tables().size() == 29);
    for (const TableSpec& table : schema->tables()) {
        INFO(table.name);
        CHECK_FALSE(table.description.empty());
        CHECK_FALSE(table.primary_key.empty());
        for (const ColumnSpec& column : table.columns) CHECK_FALSE(column.description.empty());
    }
    const TableSpec* location = schema->table("location");
    REQUIRE(location != nullptr);
    CHECK(location->version == 1004);
    CHECK(location->columns.front().name == "id");
    CHECK(location->columns.front().numbered);
    CHECK(location->column("cflags") != nullptr);
    CHECK(location->column("expires")->type() == Type::DateTime);
    CHECK(location->column("contact")->type_text() == "varchar(255)");
    CHECK(schema->table("subscriber")->version == 6);
    CHECK(schema->table("gw")->version == 4);
    CHECK(schema->table("nothing") == nullptr);
}

TEST_CASE("an older layout is told as what differs", "[db]")
{
    const auto schema = Schema::find();
    REQUIRE(schema);
    const auto& variants = schema->table("location")->variants;
    REQUIRE(variants.size() == 1);
    CHECK(variants[0].version == 1003);
    CHECK(variants[0].columns.size() == 14);
    CHECK(variants[0].primary_key == std::vector<std::string>{"username", "domain", "contact"});
    CHECK(variants[0].indexes.empty());
    for (const ColumnSpec& column : variants[0].columns) CHECK(column.name != "cflags");
}

TEST_CASE("a mistake in a table's file is named with the file", "[db]")
{
    const auto folder = std::filesystem::temp_directory_path() / "junctor_schema_test";
    std::filesystem::create_directories(folder);
    const auto error_of = [&](const std::string& text) {
        std::ofstream(folder / "t.json") << text;
        const auto schema = Schema::load(folder.string());
        return schema ? std::string() : schema.error().text;
    };
    CHECK_THAT(error_of("{"), Catch::Contains("t.json"));
    CHECK_THAT(error_of(R"({"table": "t", "version": 1})"), Catch::Contains("columns"));
    CHECK_THAT(error_of(R"({"table": "t", "version": 1, "columns": [{"name": "a", "type": "int99"}]})"),
               Catch::Contains("unknown type int99"));
    CHECK_THAT(error_of(R"({"table": "t", "version": 1, "columns": [{"name": "a", "type": "varchar"}]})"),
               Catch::Contains("needs a length"));
    CHECK_THAT(error_of(R"({"table": "t", "version": 1, "columns": [{"name": "a", "type": "text"}],
                           "primary_key": ["b"]})"),
               Catch::Contains("names the column b"));
    CHECK(error_of(R"({"table": "t", "version": 1, "columns": [{"name": "a", "type": "text"}]})").empty());
    std::filesystem::remove_all(folder);
    CHECK_FALSE(Schema::load(folder.string()));
}
