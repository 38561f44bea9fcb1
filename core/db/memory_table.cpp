#include "core/db/memory_table.h"

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/db/calendar.h"
#include "core/db/field.h"
#include "core/db/sql.h"

namespace junctor::db
{
namespace
{

constexpr DateTime unset_date{-2208988800};  // 1900-01-01, for what MySQL writes as 0000-00-00

Cell cell_of(const Value& value)
{
    struct Look {
        Cell operator()(Null) const { return {}; }
        Cell operator()(std::int64_t number) const { return {false, Type::Integer, number, 0, {}}; }
        Cell operator()(double number) const { return {false, Type::Real, 0, number, {}}; }
        Cell operator()(const std::string& text) const { return {false, Type::Text, 0, 0, text}; }
        Cell operator()(const Blob& blob) const { return {false, Type::Blob, 0, 0, blob.bytes}; }
        Cell operator()(DateTime moment) const { return {false, Type::DateTime, moment.seconds, 0, {}}; }
    };
    return std::visit(Look{}, value);
}

// As a real database keeps a value in a column of that type; what does not fit stays as it is.
Value converted(const Value& value, Type type)
{
    const Cell cell = cell_of(value);
    if (cell.is_null || cell.type == type) return value;
    std::int64_t number = 0;
    double real = 0;
    switch (type) {
        case Type::Integer: return read_integer(cell, number) ? Value(number) : value;
        case Type::Real: return read_real(cell, real) ? Value(real) : value;
        case Type::Text:
            if (cell.type == Type::DateTime) return Calendar(Zone::utc()).text(DateTime{cell.integer});
            return to_text(value);
        case Type::Blob: return cell.type == Type::Text ? Value(Blob{std::string(cell.text)}) : value;
        case Type::DateTime:
            if (cell.type == Type::Text) {
                const auto moment = Calendar(Zone::utc()).parse(cell.text);
                return moment ? Value(*moment) : Value(Null{});
            }
            return cell.type == Type::Integer ? Value(DateTime{cell.integer}) : value;
    }
    return value;
}

// <0, 0, >0; NULL first, as databases sort.
int order_of(const Value& a, const Value& b)
{
    if (a.index() != b.index()) return a.index() < b.index() ? -1 : 1;
    return std::visit(
        [&b](const auto& left) -> int {
            using T = std::decay_t<decltype(left)>;
            const T& right = std::get<T>(b);
            if constexpr (std::is_same_v<T, Null>)
                return 0;
            else if constexpr (std::is_same_v<T, Blob>)
                return left.bytes.compare(right.bytes);
            else
                return left < right ? -1 : (right < left ? 1 : 0);
        },
        a);
}

bool holds(Compare how, int order)
{
    switch (how) {
        case Compare::Equal: return order == 0;
        case Compare::NotEqual: return order != 0;
        case Compare::Less: return order < 0;
        case Compare::LessOrEqual: return order <= 0;
        case Compare::Greater: return order > 0;
        case Compare::GreaterOrEqual: return order >= 0;
    }
    return false;
}

using Columns = std::vector<std::size_t>;  // of the table, by ColumnId of the statement

bool meets(const MemoryTable& table, const std::vector<Value>& row, const Condition& condition,
           const Columns& at)
{
    const auto child_meets = [&](const Condition& child) { return meets(table, row, child, at); };
    const auto& children = condition.children;
    if (condition.kind == Condition::Kind::And)
        return std::all_of(children.begin(), children.end(), child_meets);
    if (condition.kind == Condition::Kind::Or)
        return std::any_of(children.begin(), children.end(), child_meets);

    const Value& value = row[at[condition.column]];
    const Type type = table.columns[at[condition.column]].type;
    const bool is_null = std::holds_alternative<Null>(value);
    if (condition.kind == Condition::Kind::IsNull) return is_null;
    if (condition.kind == Condition::Kind::NotNull) return !is_null;
    if (is_null) return false;
    const Compare how = condition.kind == Condition::Kind::In ? Compare::Equal : condition.compare;
    return std::any_of(condition.values.begin(), condition.values.end(), [&](const Value& wanted) {
        const Value comparable = converted(wanted, type);
        return !std::holds_alternative<Null>(comparable) && holds(how, order_of(value, comparable));
    });
}

}  // namespace

MemoryTable::MemoryTable(const TableSpec& spec)
{
    for (const ColumnSpec& from : spec.columns) {
        Column to{from.name, from.type(), from.nullable, {}};
        if (from.default_value) to.default_value = converted(Value(*from.default_value), to.type);
        if (from.default_value && to.type == Type::DateTime &&
            std::holds_alternative<Null>(*to.default_value))
            to.default_value = unset_date;  // of a zero date
        if (from.numbered) numbered = columns.size();
        columns.push_back(std::move(to));
    }
    const auto add_key = [this](const std::vector<std::string>& names) {
        unique_keys.emplace_back();
        for (const std::string& name : names) unique_keys.back().push_back(column(name));
    };
    if (!spec.primary_key.empty()) add_key(spec.primary_key);
    for (const IndexSpec& index : spec.indexes)
        if (index.unique) add_key(index.columns);
}

std::size_t MemoryTable::column(std::string_view name) const
{
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (iequals(columns[i].name, name)) return i;
    return npos;
}

Result<std::vector<std::size_t>> MemoryTable::columns_of(const Statement& statement) const
{
    std::vector<std::size_t> at;
    for (const Layout::Column& wanted : statement.layout->columns) {
        at.push_back(wanted.name.empty() ? npos : column(wanted.name));
        if (!wanted.name.empty() && at.back() == npos) return fail("there is no column " + wanted.name);
    }
    return at;
}

Result<RowSet> MemoryTable::select(const Statement& statement) const
{
    const auto at = columns_of(statement);
    if (!at) return fail(at.error());
    std::vector<const std::vector<Value>*> found;
    for (const auto& row : rows)
        if (meets(*this, row, statement.where, *at)) found.push_back(&row);
    std::stable_sort(found.begin(), found.end(), [&](const auto* a, const auto* b) {
        for (const Order& by : statement.order) {
            const int order = order_of((*a)[(*at)[by.column]], (*b)[(*at)[by.column]]);
            if (order != 0) return by.descending ? order > 0 : order < 0;
        }
        return false;
    });
    if (statement.limit > 0 && found.size() > statement.limit) found.resize(statement.limit);

    RowSet result(statement.columns.size());
    for (const auto* row : found)
        for (const ColumnId id : statement.columns)
            result.add(converted((*row)[(*at)[id]], statement.layout->columns[id].type));
    return result;
}

Result<std::uint64_t> MemoryTable::execute(const Statement& statement)
{
    const auto at = columns_of(statement);
    if (!at) return fail(at.error());
    switch (statement.kind) {
        case Statement::Kind::Select: return fail("a reading is not executed");
        case Statement::Kind::Insert: return insert(statement, *at);
        case Statement::Kind::Update: return update(statement, *at);
        case Statement::Kind::Remove:
            return std::erase_if(rows,
                                 [&](const auto& row) { return meets(*this, row, statement.where, *at); });
        case Statement::Kind::Upsert: {
            const auto updated = update(update_of(statement), *at);
            if (!updated || *updated > 0) return updated;
            return insert(statement, *at);
        }
    }
    return fail("no such statement");
}

Result<std::uint64_t> MemoryTable::insert(const Statement& statement, const std::vector<std::size_t>& at)
{
    std::vector<std::pair<std::string, Value>> values;
    for (const Assignment& assignment : statement.values)
        values.emplace_back(columns[at[assignment.column]].name, assignment.value);
    if (auto done = insert(values); !done) return fail(std::move(done.error()));
    return std::uint64_t{1};
}

Result<void> MemoryTable::insert(const std::vector<std::pair<std::string, Value>>& values)
{
    std::vector<std::optional<Value>> given(columns.size());
    for (const auto& [name, value] : values) {
        const std::size_t at = column(name);
        if (at == npos) return fail("there is no column " + name);
        given[at] = value;
    }
    std::vector<Value> row;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const Column& to = columns[i];
        if (given[i])
            row.push_back(converted(*given[i], to.type));
        else if (i == numbered)
            row.emplace_back(last_number + 1);
        else if (to.default_value || to.nullable)
            row.push_back(to.default_value.value_or(Value(Null{})));
        else
            return fail(409, "column " + to.name + " must have a value");
    }
    return put(std::move(row), npos);
}

Result<std::uint64_t> MemoryTable::update(const Statement& statement, const std::vector<std::size_t>& at)
{
    std::uint64_t touched = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!meets(*this, rows[i], statement.where, at)) continue;
        std::vector<Value> row = rows[i];
        for (const Assignment& assignment : statement.values)
            row[at[assignment.column]] = converted(assignment.value, columns[at[assignment.column]].type);
        if (auto done = put(std::move(row), i); !done) return fail(std::move(done.error()));
        ++touched;
    }
    return touched;
}

Result<void> MemoryTable::put(std::vector<Value> row, std::size_t in_place_of)
{
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (!columns[i].nullable && std::holds_alternative<Null>(row[i]))
            return fail(409, "column " + columns[i].name + " must not be NULL");
    for (const auto& key : unique_keys)
        for (std::size_t other = 0; other < rows.size(); ++other) {
            if (other == in_place_of) continue;
            const bool same = std::all_of(key.begin(), key.end(), [&](std::size_t column) {
                return !std::holds_alternative<Null>(row[column]) && row[column] == rows[other][column];
            });
            if (same) return fail(409, "there is a row with the same key");
        }
    if (numbered != npos)
        if (const auto* number = std::get_if<std::int64_t>(&row[numbered]))
            last_number = std::max(last_number, *number);
    if (in_place_of == npos)
        rows.push_back(std::move(row));
    else
        rows[in_place_of] = std::move(row);
    return {};
}

}  // namespace junctor::db
