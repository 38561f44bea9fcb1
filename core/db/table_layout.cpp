#include "core/db/table_layout.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/db/run_blocking.h"

namespace junctor::db
{
namespace
{

// Types that a module would not notice to differ: a number's width, datetime or timestamp, bytes or text.
bool same_type(Type wanted, const FoundColumn& found)
{
    return wanted == found.type || (wanted == Type::Text && found.type == Type::Blob) ||
           (wanted == Type::Blob && found.type == Type::Text);
}

const ColumnSpec* find(const std::vector<ColumnSpec>& columns, std::string_view name)
{
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const ColumnSpec& column) { return iequals(column.name, name); });
    return found == columns.end() ? nullptr : &*found;
}

bool fits(const std::vector<ColumnSpec>& wanted, const FoundTable& found)
{
    return std::all_of(wanted.begin(), wanted.end(), [&](const ColumnSpec& column) {
        const FoundColumn* there = found.column(column.name);
        return there != nullptr && same_type(column.type(), *there);
    });
}

// A variant whose columns are a part of another's (one without `id`) fits both: the one that leaves fewest
// columns over is meant.
const TableSpec::Variant* fitting_variant(const TableSpec& table, int version, const FoundTable& found)
{
    const TableSpec::Variant* best = nullptr;
    for (const auto& variant : table.variants)
        if (variant.version == version && fits(variant.columns, found) &&
            (best == nullptr || variant.columns.size() > best->columns.size()))
            best = &variant;
    return best;
}

void compare(const std::vector<ColumnSpec>& wanted, const FoundTable& found, TableLayout& layout)
{
    for (const ColumnSpec& column : wanted) {
        const FoundColumn* there = found.column(column.name);
        if (there == nullptr)
            layout.missing.push_back(column.name);
        else if (!same_type(column.type(), *there))
            layout.odd.push_back(
                fmt::format("{} is {}, should be {}", column.name, there->native_type, column.type_text()));
    }
    for (const FoundColumn& there : found.columns)
        if (find(wanted, there.name) == nullptr) layout.further.push_back(there.name);
}

ColumnSpec from_catalogue(const FoundColumn& found)
{
    using Kind = ColumnSpec::Kind;
    ColumnSpec column;
    column.name = found.name;
    column.nullable = true;
    switch (found.type) {
        case Type::Integer: column.kind = Kind::Int64; break;
        case Type::Real: column.kind = Kind::Float; break;
        case Type::Text: column.kind = Kind::Text; break;
        case Type::Blob: column.kind = Kind::Blob; break;
        case Type::DateTime: column.kind = Kind::DateTime; break;
    }
    return column;
}

bool has_all(const std::vector<ColumnSpec>& columns, const std::vector<std::string>& names)
{
    return std::all_of(names.begin(), names.end(),
                       [&](const std::string& name) { return find(columns, name) != nullptr; });
}

// The table as it is, told with the words of the layout `of`.
template <class Layout>
void describe(const Layout& of, const FoundTable& found, TableSpec& there)
{
    for (const FoundColumn& column : found.columns) {
        const ColumnSpec* known = find(of.columns, column.name);
        const bool same = known != nullptr && same_type(known->type(), column);
        there.columns.push_back(same ? *known : from_catalogue(column));
        there.columns.back().name = column.name;
    }
    if (has_all(there.columns, of.primary_key)) there.primary_key = of.primary_key;
    for (const IndexSpec& index : of.indexes)
        if (has_all(there.columns, index.columns)) there.indexes.push_back(index);
}

}  // namespace

TableLayout recognize(const FoundTable& found, const TableSpec* wanted, int version)
{
    TableLayout layout;
    layout.there.name = found.name;
    layout.there.version = version;
    layout.wanted = wanted;
    if (found.columns.empty()) return layout;
    if (wanted == nullptr) {
        describe(TableSpec{}, found, layout.there);
        return layout;
    }
    compare(wanted->columns, found, layout);
    layout.is_wanted = version == wanted->version && layout.missing.empty() && layout.odd.empty();
    if (!layout.is_wanted) layout.variant = fitting_variant(*wanted, version, found);
    if (layout.variant != nullptr)
        describe(*layout.variant, found, layout.there);
    else
        describe(*wanted, found, layout.there);
    return layout;
}

Result<TableLayout> layout_of(Database& database, const Schema& schema, const std::string& table)
{
    const auto found = run_blocking(database.inspect(table));
    if (!found) return fail(found.error());
    if (found->columns.empty()) return recognize(*found, schema.table(table), 0);
    const auto version = run_blocking(database.version_of(table));
    TableLayout layout = recognize(*found, schema.table(table), version ? *version : -1);
    if (!version) layout.version_error = version.error().text;
    return layout;
}

}  // namespace junctor::db
