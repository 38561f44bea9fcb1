#include "core/db/statement_bytes.h"

#include <algorithm>
#include <bit>

namespace junctor::db
{
namespace
{

constexpr std::uint32_t max_depth = 32;  // of conditions

void write_value(ByteWriter& out, const Value& value)
{
    out.number8(static_cast<std::uint8_t>(value.index()));
    if (const auto* number = std::get_if<std::int64_t>(&value))
        out.number64(static_cast<std::uint64_t>(*number));
    else if (const auto* real = std::get_if<double>(&value))
        out.number64(std::bit_cast<std::uint64_t>(*real));
    else if (const auto* text = std::get_if<std::string>(&value))
        out.text(*text);
    else if (const auto* blob = std::get_if<Blob>(&value))
        out.text(blob->bytes);
    else if (const auto* moment = std::get_if<DateTime>(&value))
        out.number64(static_cast<std::uint64_t>(moment->seconds));
}

// By the order of the alternatives of Value.
Value read_value(ByteReader& in, bool& good)
{
    switch (in.number8()) {
        case 0: return Null{};
        case 1: return static_cast<std::int64_t>(in.number64());
        case 2: return std::bit_cast<double>(in.number64());
        case 3: return std::string(in.text());
        case 4: return Blob{std::string(in.text())};
        case 5: return DateTime{static_cast<std::int64_t>(in.number64())};
    }
    good = false;
    return Null{};
}

// Its length came from the file: ends early when there is nothing more to read, or `good` no longer holds.
template <class Read>
void read_list(ByteReader& in, const bool& good, Read read)
{
    const std::uint32_t count = in.number32();
    for (std::uint32_t i = 0; i < count && good && in.ok(); ++i) read();
}

void write_condition(ByteWriter& out, const Condition& condition)
{
    out.number8(static_cast<std::uint8_t>(condition.kind));
    out.number8(static_cast<std::uint8_t>(condition.compare));
    out.number16(condition.column);
    out.number32(static_cast<std::uint32_t>(condition.values.size()));
    for (const Value& value : condition.values) write_value(out, value);
    out.number32(static_cast<std::uint32_t>(condition.children.size()));
    for (const Condition& child : condition.children) write_condition(out, child);
}

Condition read_condition(ByteReader& in, bool& good, std::uint32_t depth)
{
    Condition condition;
    const std::uint8_t kind = in.number8(), compare = in.number8();
    condition.column = in.number16();
    good = good && depth < max_depth && kind <= static_cast<std::uint8_t>(Condition::Kind::NotNull) &&
           compare <= static_cast<std::uint8_t>(Compare::GreaterOrEqual);
    if (!good) return condition;
    condition.kind = static_cast<Condition::Kind>(kind);
    condition.compare = static_cast<Compare>(compare);
    read_list(in, good, [&] { condition.values.push_back(read_value(in, good)); });
    read_list(in, good, [&] { condition.children.push_back(read_condition(in, good, depth + 1)); });
    return condition;
}

void write_statement(ByteWriter& out, const Statement& s)
{
    out.number8(static_cast<std::uint8_t>(s.kind));
    out.text(s.layout->table);
    out.number32(static_cast<std::uint32_t>(s.layout->columns.size()));
    for (const Layout::Column& column : s.layout->columns) {
        out.text(column.name);
        out.number8(static_cast<std::uint8_t>(column.type));
    }
    out.number32(static_cast<std::uint32_t>(s.values.size()));
    for (const Assignment& assignment : s.values) {
        out.number16(assignment.column);
        write_value(out, assignment.value);
    }
    out.number32(static_cast<std::uint32_t>(s.key.size()));
    for (const ColumnId column : s.key) out.number16(column);
    write_condition(out, s.where);
}

bool columns_exist(const Condition& condition, std::size_t count)
{
    if (condition.kind == Condition::Kind::And || condition.kind == Condition::Kind::Or)
        return std::all_of(condition.children.begin(), condition.children.end(),
                           [&](const Condition& child) { return columns_exist(child, count); });
    return condition.column < count;
}

bool is_sound(const Statement& s)
{
    const std::size_t count = s.layout->columns.size();
    return std::all_of(s.values.begin(), s.values.end(),
                       [&](const Assignment& a) { return a.column < count; }) &&
           std::all_of(s.key.begin(), s.key.end(), [&](ColumnId id) { return id < count; }) &&
           columns_exist(s.where, count);
}

Layout read_layout(ByteReader& in, bool& good)
{
    Layout layout;
    layout.table = in.text();
    read_list(in, good, [&] {
        Layout::Column column;
        column.name = in.text();
        const std::uint8_t type = in.number8();
        good = good && type <= static_cast<std::uint8_t>(Type::DateTime);
        column.type = static_cast<Type>(type);
        layout.columns.push_back(std::move(column));
    });
    return layout;
}

}  // namespace

LayoutPtr UnitReader::shared(Layout layout)
{
    const auto known =
        std::find_if(layouts_.begin(), layouts_.end(), [&](const LayoutPtr& one) { return *one == layout; });
    if (known != layouts_.end()) return *known;
    return layouts_.emplace_back(std::make_shared<const Layout>(std::move(layout)));
}

std::optional<Statement> UnitReader::read_statement(ByteReader& in)
{
    Statement s;
    bool good = true;
    const std::uint8_t kind = in.number8();
    if (kind > static_cast<std::uint8_t>(Statement::Kind::Upsert)) return {};
    s.kind = static_cast<Statement::Kind>(kind);
    Layout layout = read_layout(in, good);
    if (!good || !in.ok()) return {};
    s.layout = shared(std::move(layout));
    read_list(in, good, [&] {
        const ColumnId column = in.number16();
        s.values.push_back({column, read_value(in, good)});
    });
    read_list(in, good, [&] { s.key.push_back(in.number16()); });
    s.where = read_condition(in, good, 0);
    if (!good || !in.ok() || !is_sound(s)) return {};
    return s;
}

void write_unit(ByteWriter& out, const Unit& unit)
{
    out.number32(static_cast<std::uint32_t>(unit.statements.size()));
    for (const Statement& statement : unit.statements) write_statement(out, statement);
}

std::optional<Unit> UnitReader::read(ByteReader& in)
{
    Unit unit;
    bool good = true;
    read_list(in, good, [&] {
        auto statement = read_statement(in);
        good = statement.has_value();
        if (good) unit.statements.push_back(std::move(*statement));
    });
    if (!good || !in.ok()) return {};
    return unit;
}

}  // namespace junctor::db
