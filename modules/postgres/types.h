// Values in PostgreSQL's binary form, by the types that the server says a statement's parameters and columns
// have.
//
// Text and bytes travel as they are, so that nothing is quoted anywhere; dates travel as numbers, which costs
// neither side a calendar. A column of another type is read through a cast (Dialect::readable). One thread.
#pragma once

#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/db/calendar.h"
#include "core/db/row_set.h"
#include "core/db/value.h"

namespace junctor::postgres
{

using TypeId = unsigned;  // an "OID" of table pg_type
namespace type
{
constexpr TypeId boolean = 16, bytea = 17, char1 = 18, name = 19, int8 = 20, int2 = 21, int4 = 23, text = 25,
                 float4 = 700, float8 = 701, bpchar = 1042, varchar = 1043, date = 1082, timestamp = 1114,
                 timestamptz = 1184, numeric = 1700;
}

db::Type meaning_of(TypeId type);  // of a column, for those who bind a table
bool is_readable(TypeId type);     // by add_cell()

// One value from its binary form. `wanted`: as whom the table was bound.
void add_cell(db::RowSet& rows, std::string_view bytes, TypeId type, db::Type wanted, db::Calendar& calendar);

// NUL and what is no UTF-8 have no place in a text of PostgreSQL's; bytes take everything.
bool is_storable(const db::Value& value, TypeId type);

// Values as PQsendQueryPrepared() takes them. Texts are not copied: they must live until they are sent.
class Parameters
{
public:
    void start(std::size_t count);  // forgets what there was
    // Refused: text that is not storable, a number beyond the column's.
    Result<void> add(const db::Value& value, TypeId type, db::Calendar& calendar);

    int count() const { return static_cast<int>(values_.size()); }
    const char* const* values() const { return values_.data(); }
    const int* lengths() const { return lengths_.data(); }
    const int* formats() const { return formats_.data(); }

private:
    void add_bytes(std::string_view bytes);
    void add_text(std::string text);  // the server reads it as a literal
    template <class Number>
    void add_number(Number number);
    Result<void> add_integer(std::int64_t number, TypeId type, db::Calendar& calendar);

    std::vector<const char*> values_;
    std::vector<int> lengths_, formats_;
    std::vector<std::array<char, 8>> numbers_;  // reserved by start(): addresses stay
    std::deque<std::string> texts_;
};

}  // namespace junctor::postgres
