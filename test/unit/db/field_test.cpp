#include "core/db/field.h"

#include <catch2/catch.hpp>

using namespace junctor::db;

namespace
{

// What a member of type T becomes when the database has `value`; empty: it cannot be read.
template <class T>
std::optional<T> read(const Value& value)
{
    RowSet rows(1);
    rows.add(value);
    T out{};
    if (!Field<T>::read(rows.at(0, 0), out)) return std::nullopt;
    return out;
}

}  // namespace

TEST_CASE("numbers are read from numbers and from their text, within the member's range", "[db]")
{
    CHECK(read<int>(std::int64_t{-7}) == -7);
    CHECK(read<int>("42") == 42);
    CHECK(read<int>(42.0) == 42);
    CHECK_FALSE(read<int>(42.5));
    CHECK_FALSE(read<int>("42x"));
    CHECK_FALSE(read<int>(std::int64_t{1} << 40));
    CHECK_FALSE(read<std::uint16_t>(std::int64_t{-1}));
    CHECK(read<std::uint32_t>(std::int64_t{-1}) == 0xffffffffu);  // an unsigned column handed out as signed
    CHECK(read<bool>(std::int64_t{2}) == true);
    CHECK(read<double>("0.25") == 0.25);
    CHECK(read<double>(std::int64_t{3}) == 3.0);
    CHECK_FALSE(read<double>("much"));
}

TEST_CASE("NULL is the empty value, or nothing in an optional", "[db]")
{
    CHECK(read<int>(Null{}) == 0);
    CHECK(read<std::string>(Null{}) == "");
    CHECK(read<DateTime>(Null{}) == DateTime{0});
    CHECK(read<std::optional<int>>(Null{}) == std::optional<std::optional<int>>(std::in_place));
    CHECK(read<std::optional<std::string>>("x") == std::optional<std::string>("x"));
    CHECK_FALSE(read<std::optional<int>>("x"));
}

TEST_CASE("text, bytes and dates keep to themselves", "[db]")
{
    CHECK(read<std::string>("x") == "x");
    CHECK(read<std::string>(Blob{"x"}) == "x");
    CHECK_FALSE(read<std::string>(std::int64_t{1}));
    CHECK(read<Blob>("x") == Blob{"x"});
    CHECK(read<DateTime>(DateTime{5}) == DateTime{5});
    CHECK(read<DateTime>(std::int64_t{5}) == DateTime{5});
    CHECK_FALSE(read<DateTime>("yesterday"));
}

TEST_CASE("members become values of their column's type", "[db]")
{
    CHECK(Field<bool>::value(true) == Value(std::int64_t{1}));
    CHECK(Field<std::string>::value("x") == Value("x"));
    CHECK(Field<std::optional<int>>::value(std::optional<int>()) == Value(Null{}));
    CHECK(Field<std::optional<std::string>>::value(std::optional<std::string>("x")) == Value("x"));
    CHECK(Field<DateTime>::value(DateTime{1}) == Value(DateTime{1}));
}
