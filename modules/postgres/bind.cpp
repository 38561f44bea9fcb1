#include "modules/postgres/bind.h"

#include <algorithm>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "core/base/ascii.h"

namespace junctor::postgres
{
namespace
{

// The column of the value with this number, in the order of bound_values(); `number` is counted down.
const std::string* column_of(const db::Condition& condition, std::size_t& number, const db::Layout& layout)
{
    if (number < condition.values.size()) return &layout.columns[condition.column].name;
    number -= condition.values.size();
    for (const db::Condition& child : condition.children)
        if (const std::string* found = column_of(child, number, layout)) return found;
    return nullptr;
}

std::string column_of(const db::Statement& statement, std::size_t number)
{
    if (number < statement.values.size())
        return statement.layout->columns[statement.values[number].column].name;
    number -= statement.values.size();
    const std::string* found = column_of(statement.where, number, *statement.layout);
    return found == nullptr ? "limit" : *found;
}

std::size_t count_values(const db::Condition& condition)
{
    std::size_t count = condition.values.size();
    for (const db::Condition& child : condition.children) count += count_values(child);
    return count;
}

// `number`: of the condition's first value.
bool is_impossible(const db::Condition& condition, std::size_t number, const Prepared& prepared)
{
    const auto unstorable = [&](const db::Value& value) {
        return !is_storable(value, prepared.parameters[number++]);
    };
    const auto child = [&](const db::Condition& one) {
        const std::size_t first = number;
        number += count_values(one);
        return is_impossible(one, first, prepared);
    };
    switch (condition.kind) {
        case db::Condition::Kind::And:
            return std::any_of(condition.children.begin(), condition.children.end(), child);
        case db::Condition::Kind::Or:
            return std::all_of(condition.children.begin(), condition.children.end(), child);
        case db::Condition::Kind::Compare:
            return condition.compare == db::Compare::Equal && unstorable(condition.values.front());
        case db::Condition::Kind::In:
            return std::all_of(condition.values.begin(), condition.values.end(), unstorable);
        case db::Condition::Kind::IsNull:
        case db::Condition::Kind::NotNull: return false;
    }
    return false;
}

}  // namespace

Result<void> bind(const db::Statement& statement, const Prepared& prepared, Parameters& parameters,
                  db::Calendar& calendar)
{
    const std::vector<const db::Value*> values = bound_values(statement);
    const std::size_t count = values.size() + (statement.limit > 0 ? 1 : 0);
    if (count != prepared.parameters.size())
        return fail(fmt::format("{} values for {} places", count, prepared.parameters.size()));
    parameters.start(count);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (auto added = parameters.add(*values[i], prepared.parameters[i], calendar); !added)
            return fail(added.error().status,
                        fmt::format("{}: {}", column_of(statement, i), added.error().text));
    if (statement.limit == 0) return {};
    const auto limit = static_cast<std::int64_t>(std::min<std::uint64_t>(statement.limit, INT64_MAX));
    return parameters.add(limit, prepared.parameters.back(), calendar);
}

bool finds_nothing(const db::Statement& statement, const Prepared& prepared)
{
    const std::size_t first = statement.values.size();
    return statement.kind != db::Statement::Kind::Insert && statement.kind != db::Statement::Kind::Upsert &&
           first + count_values(statement.where) <= prepared.parameters.size() &&
           is_impossible(statement.where, first, prepared);
}

db::RowSet rows_of(const pg_result& result, const db::Statement& select, const Prepared& prepared,
                   db::Calendar& calendar)
{
    const std::size_t columns = std::min(select.columns.size(), prepared.columns.size());
    const int count = PQntuples(&result);
    db::RowSet rows(select.columns.size());
    rows.reserve(static_cast<std::size_t>(count));
    for (int row = 0; row < count; ++row)
        for (std::size_t column = 0; column < columns; ++column) {
            const auto field = static_cast<int>(column);
            if (PQgetisnull(&result, row, field) != 0) {
                rows.add_null();
                continue;
            }
            const std::string_view bytes(PQgetvalue(&result, row, field),
                                         static_cast<std::size_t>(PQgetlength(&result, row, field)));
            add_cell(rows, bytes, prepared.columns[column],
                     select.layout->columns[select.columns[column]].type, calendar);
        }
    return rows;
}

std::uint64_t touched_by(const pg_result& result, const db::Statement& statement)
{
    if (statement.kind == db::Statement::Kind::Upsert && PQresultStatus(&result) == PGRES_TUPLES_OK) {
        std::uint64_t count = 0;  // as a whole it returns the number: 8 bytes
        if (PQntuples(&result) == 1)
            for (int i = 0; i < PQgetlength(&result, 0, 0); ++i)
                count = count << 8 | static_cast<unsigned char>(PQgetvalue(&result, 0, 0)[i]);
        return count;
    }
    return parse_unsigned(PQcmdTuples(const_cast<pg_result*>(&result)), UINT64_MAX).value_or(0);
}

}  // namespace junctor::postgres
