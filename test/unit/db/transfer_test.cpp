#include "core/db/transfer.h"

#include <sstream>

#include "core/base/base64.h"
#include "core/db/backup.h"
#include "test/unit/db/two_databases.h"

using namespace junctor;
using namespace junctor::db;
using test::TwoDatabases;

namespace
{

struct Fixture : TwoDatabases {
    const std::string body = std::string("\0\xff\n\"", 4);

    // Of every type a value, a table of an older layout, and one that nobody knows.
    void fill()
    {
        create("a", layout("location"));
        insert("a", "location",
               {{"username", "alice"},
                {"contact", "sip:alice@192.0.2.1;x=\"\\\xc3\xa9\""},
                {"q", 0.29},
                {"expires", DateTime{1173657600}},
                {"received", Null{}},
                {"cseq", std::int64_t{-5}}});
        create("a", layout("grp", 2));
        for (int i = 0; i < 1100; ++i) insert("a", "grp", {{"username", std::to_string(i)}, {"grp", "ld"}});
        create("a", layout("silo", 5));
        insert("a", "silo",
               {{"mid", std::int64_t{41}}, {"body", Blob{body}}, {"src_addr", "\xff not UTF-8"}});
        TableSpec own;
        own.name = "own";
        ColumnSpec text;
        text.name = "text";
        text.nullable = true;
        own.columns = {text};
        create("a", own);
        insert("a", "own", {{"text", "mine"}});
    }
    void all_arrived()
    {
        REQUIRE(rows("b", "location") == 1);
        CHECK(cell("b", "location", 0, "contact") == Value("sip:alice@192.0.2.1;x=\"\\\xc3\xa9\""));
        CHECK(cell("b", "location", 0, "q") == Value(0.29));
        CHECK(cell("b", "location", 0, "expires") == Value(DateTime{1173657600}));
        CHECK(cell("b", "location", 0, "received") == Value(Null{}));
        CHECK(cell("b", "location", 0, "cseq") == Value(std::int64_t{-5}));
        CHECK(rows("b", "grp") == 1100);
        CHECK(driver->table("b", "grp")->column("id") == MemoryTable::npos);
        CHECK(cell("b", "silo", 0, "mid") == Value(std::int64_t{41}));
        CHECK(cell("b", "silo", 0, "body") == Value(Blob{body}));
        CHECK(cell("b", "silo", 0, "src_addr") == Value("\xff not UTF-8"));
        CHECK(cell("b", "own", 0, "text") == Value("mine"));
        CHECK(version(b, "location") == 1004);
        CHECK(version(b, "silo") == 5);
        CHECK(version(b, "own") == 0);
    }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a copy has every table and row, in the layouts of its source", "[db]")
{
    fill();
    std::uint64_t told = 0;
    CopyOptions options;
    options.report = [&told](const std::string&, std::uint64_t rows) { told += rows; };
    CHECK(copy_database(a, b, schema, options) == 1103u);
    CHECK(told == 1103);
    all_arrived();
}

TEST_CASE_METHOD(Fixture, "rows that are there already are not mixed with others", "[db]")
{
    fill();
    create("b", layout("grp"));
    insert("b", "grp", {{"username", "old"}});
    const auto refused = copy_database(a, b, schema, {});
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().text, Catch::Contains("grp") && Catch::Contains("--replace"));
    CHECK(rows("b", "location") == 0);  // nothing was written
    CopyOptions replace;
    replace.replace = true;
    CHECK(copy_database(a, b, schema, replace) == 1103u);
    CHECK(rows("b", "grp") == 1100);
    CHECK(driver->table("b", "grp")->column("id") != MemoryTable::npos);  // its own layout stays
}

TEST_CASE_METHOD(Fixture, "a table that lacks columns of the source is refused before anything is written",
                 "[db]")
{
    fill();
    create("b", layout("location", 1003));
    CHECK_THAT(copy_database(a, b, schema, {}).error().text, Catch::Contains("lacks id, cflags"));
    CHECK(rows("b", "grp") == 0);
}

TEST_CASE_METHOD(Fixture, "NULL where the target allows none becomes its default or nothing", "[db]")
{
    TableSpec source = layout("location"), target = source;
    for (ColumnSpec& column : source.columns) column.nullable = true;
    create("b", target);
    RowWriter writer(b, target, {"username", "q", "expires", "unknown"});
    REQUIRE(writer.add({Value("alice"), Null{}, Null{}, Value("passed over")}));
    REQUIRE(writer.finish() == 1u);
    CHECK(cell("b", "location", 0, "q") == Value(1.0));
    CHECK(cell("b", "location", 0, "username") == Value("alice"));

    RowWriter bad(b, target, {"cseq"});
    CHECK_THAT(bad.add({Value("many")}).error().text, Catch::Contains("a value of cseq is not an integer"));
    CHECK(bad.add({Value("42")}));
}

TEST_CASE_METHOD(Fixture, "a backup restores everything into an empty database", "[db]")
{
    fill();
    std::stringstream file;
    CHECK(write_backup(a, schema, file, {}) == 1103u);
    CHECK(read_backup(file, b, schema, {}) == 1103u);
    all_arrived();
    CHECK_THAT(read_backup(file, b, schema, {}).error().text, Catch::Contains("has rows already"));
}

TEST_CASE_METHOD(Fixture, "a damaged backup changes nothing and says where it is damaged", "[db]")
{
    create("a", layout("grp"));
    insert("a", "grp", {{"username", "alice"}});
    std::stringstream file;
    REQUIRE(write_backup(a, schema, file, {}));
    const std::string text = file.str();
    const auto error_of = [&](const std::string& damaged) {
        std::istringstream in(damaged);
        const auto read = read_backup(in, b, schema, {});
        return read ? std::string("it was read") : read.error().text;
    };
    CHECK_THAT(error_of(""), Catch::Contains("line 1: the file ends too early"));
    CHECK_THAT(error_of("{}\n"), Catch::Contains("line 1: this is no backup"));
    CHECK_THAT(error_of(text.substr(0, text.find("{\"end"))), Catch::Contains("ends too early"));
    std::string fewer = text;
    fewer.erase(fewer.find("[1"), fewer.find("{\"end") - fewer.find("[1"));
    CHECK_THAT(error_of(fewer), Catch::Contains("the number of rows does not fit"));
    std::string narrow = text;
    narrow.replace(narrow.find("[1,"), 3, "[");
    CHECK_THAT(error_of(narrow), Catch::Contains("line 3: this row makes no sense"));
    CHECK(driver->table("b", "grp") == nullptr);
}

TEST_CASE("base 64 there and back (RFC 4648 §10)", "[base]")
{
    for (const auto& [bytes, text] : {std::pair{"", ""},
                                      {"f", "Zg=="},
                                      {"fo", "Zm8="},
                                      {"foo", "Zm9v"},
                                      {"foob", "Zm9vYg=="},
                                      {"foobar", "Zm9vYmFy"}}) {
        CHECK(to_base64(bytes) == text);
        CHECK(from_base64(text) == bytes);
    }
    CHECK_FALSE(from_base64("Zg="));
    CHECK_FALSE(from_base64("Z*=="));
}
