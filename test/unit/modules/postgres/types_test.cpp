#include "modules/postgres/types.h"

#include <limits>

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::postgres;
using db::Value;

namespace
{

// What the server would be sent for a value; "NULL", or "text:..." where it is not in binary form.
std::string sent(const Value& value, TypeId type, db::Zone zone = db::Zone::utc())
{
    Parameters parameters;
    db::Calendar calendar(zone);
    parameters.start(1);
    const auto added = parameters.add(value, type, calendar);
    INFO((added ? "" : added.error().text));
    REQUIRE(added);
    REQUIRE(parameters.count() == 1);
    if (parameters.values()[0] == nullptr) return "NULL";
    if (parameters.formats()[0] == 0) return std::string("text:") + parameters.values()[0];
    return {parameters.values()[0], static_cast<std::size_t>(parameters.lengths()[0])};
}

std::string refusal(const Value& value, TypeId type)
{
    Parameters parameters;
    db::Calendar calendar(db::Zone::utc());
    parameters.start(1);
    const auto added = parameters.add(value, type, calendar);
    return added ? "" : added.error().text;
}

Value read(const std::string& bytes, TypeId type, db::Type wanted, db::Zone zone = db::Zone::utc())
{
    db::RowSet rows(1);
    db::Calendar calendar(zone);
    add_cell(rows, bytes, type, wanted, calendar);
    REQUIRE(rows.size() == 1);
    return rows.at(0, 0).value();
}

std::string bytes(std::initializer_list<int> list)
{
    std::string out;
    for (const int byte : list) out += static_cast<char>(byte);
    return out;
}

constexpr std::int64_t y2k = 946684800;

}  // namespace

TEST_CASE("values go out in the form of the parameter's type", "[db][postgres]")
{
    CHECK(sent(db::Null{}, type::int4) == "NULL");
    CHECK(sent(std::int64_t{258}, type::int2) == bytes({1, 2}));
    CHECK(sent(std::int64_t{-2}, type::int4) == bytes({0xff, 0xff, 0xff, 0xfe}));
    CHECK(sent(std::int64_t{1} << 40, type::int8) == bytes({0, 0, 1, 0, 0, 0, 0, 0}));
    CHECK(sent(std::int64_t{5}, type::numeric) == "text:5");
    CHECK(sent(std::int64_t{5}, type::varchar) == "text:5");
    CHECK(sent(std::int64_t{7}, type::boolean) == "text:t");
    CHECK(sent(1.0, type::float8) == bytes({0x3f, 0xf0, 0, 0, 0, 0, 0, 0}));
    CHECK(sent(-0.1, type::numeric) == "text:-0.1");
    CHECK(sent("it's \\ $1", type::text) == "it's \\ $1");
    CHECK(sent(std::string(), type::varchar).empty());
    CHECK(sent("a\xff", type::bytea) == "a\xff");
    CHECK(sent(db::Blob{std::string("\0\xff", 2)}, type::bytea) == std::string("\0\xff", 2));
    CHECK(sent("10.0.0.1", 869) == "text:10.0.0.1");  // inet: the server reads it as a literal
}

TEST_CASE("dates go out as the zone's clocks show them, or as the moment they are", "[db][postgres]")
{
    const auto east = db::Zone::fixed(7200);
    CHECK(sent(db::DateTime{y2k}, type::timestamp) == std::string(8, '\0'));
    CHECK(sent(db::DateTime{y2k + 1}, type::timestamptz, east) == bytes({0, 0, 0, 0, 0, 0x0f, 0x42, 0x40}));
    CHECK(sent(db::DateTime{y2k - 7199}, type::timestamp, east) == bytes({0, 0, 0, 0, 0, 0x0f, 0x42, 0x40}));
    CHECK(sent(db::DateTime{0}, type::varchar, east) == "text:1970-01-01 02:00:00");
    CHECK(sent(db::DateTime{5}, type::int4) == bytes({0, 0, 0, 5}));
}

TEST_CASE("what the column cannot hold is refused before it is sent", "[db][postgres]")
{
    for (const std::string& text : {std::string("a\0b", 3), std::string("\xff"), std::string("\xc0\x80")}) {
        CHECK_THAT(refusal(text, type::varchar), Catch::Contains("NUL or invalid UTF-8"));
        CHECK_THAT(refusal(db::Blob{text}, type::text), Catch::Contains("NUL or invalid UTF-8"));
        CHECK(refusal(text, type::bytea).empty());
    }
    CHECK_THAT(refusal(std::int64_t{40000}, type::int2), Catch::Contains("40000 is beyond"));
    CHECK_THAT(refusal(std::int64_t{1} << 31, type::int4), Catch::Contains("2147483648 is beyond"));
    CHECK_THAT(refusal(db::DateTime{std::numeric_limits<std::int64_t>::max()}, type::timestamp),
               Catch::Contains("beyond what a date can be"));
}

TEST_CASE("columns are read by their type and given as the module wants them", "[db][postgres]")
{
    using db::Type;
    CHECK(read(bytes({0xff, 0xfe}), type::int2, Type::Integer) == Value(std::int64_t{-2}));
    CHECK(read(bytes({0, 0, 1, 0}), type::int4, Type::Integer) == Value(std::int64_t{256}));
    CHECK(read(bytes({0x80, 0, 0, 0, 0, 0, 0, 0}), type::int8, Type::Integer) ==
          Value(std::numeric_limits<std::int64_t>::min()));
    CHECK(read(bytes({1}), type::boolean, Type::Integer) == Value(std::int64_t{1}));
    CHECK(read(bytes({0, 0, 0, 9}), type::int4, Type::Text) == Value("9"));
    CHECK(read(bytes({0xbf, 0x80, 0, 0}), type::float4, Type::Real) == Value(-1.0));
    CHECK(read(bytes({0x3f, 0xe0, 0, 0, 0, 0, 0, 0}), type::float8, Type::Real) == Value(0.5));
    CHECK(read("o   ", type::bpchar, Type::Text) == Value("o"));
    CHECK(read("o   ", type::varchar, Type::Text) == Value("o   "));
    CHECK(read(std::string("\0\xff", 2), type::bytea, Type::Blob) ==
          Value(db::Blob{std::string("\0\xff", 2)}));
    CHECK(read(std::string("\0\xff", 2), type::bytea, Type::Text) == Value(std::string("\0\xff", 2)));
    CHECK(read("2007-03-12 00:00:00", type::varchar, Type::DateTime) == Value(db::DateTime{1173657600}));
}

TEST_CASE("dates are read as moments, whatever kind the column is of", "[db][postgres]")
{
    using db::Type;
    const auto east = db::Zone::fixed(7200);
    CHECK(read(std::string(8, '\0'), type::timestamp, Type::DateTime, east) ==
          Value(db::DateTime{y2k - 7200}));
    CHECK(read(std::string(8, '\0'), type::timestamptz, Type::DateTime, east) == Value(db::DateTime{y2k}));
    CHECK(read(bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), type::timestamp, Type::DateTime) ==
          Value(db::DateTime{y2k - 1}));  // a microsecond before it
    CHECK(read(bytes({0, 0, 0, 1}), type::date, Type::DateTime) == Value(db::DateTime{y2k + 86400}));
    CHECK(read(bytes({0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), type::timestamp, Type::DateTime) ==
          Value(db::Null{}));
    CHECK(read(std::string(8, '\0'), type::timestamp, Type::Text, east) == Value("2000-01-01 00:00:00"));
}

TEST_CASE("numbers of a wrong length read as zero", "[db][postgres]")
{
    CHECK(read("abc", type::int4, db::Type::Integer) == Value(std::int64_t{0}));
    CHECK(read("", type::float8, db::Type::Real) == Value(0.0));
}
