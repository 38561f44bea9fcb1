#include "modules/sqlite/dialect.h"

#include <fmt/format.h>

#include "core/base/ascii.h"

namespace junctor::sqlite
{

std::string Dialect::column_type(const db::ColumnSpec& column) const
{
    using Kind = db::ColumnSpec::Kind;
    switch (column.kind) {
        case Kind::Int16:
        case Kind::Int32:
        case Kind::Int64:
        case Kind::UInt8:
        case Kind::UInt16:
        case Kind::UInt32:
        case Kind::UInt64: return "INTEGER";
        case Kind::Float: return "REAL";
        case Kind::Char: return fmt::format("CHAR({})", column.length);
        case Kind::Varchar: return fmt::format("VARCHAR({})", column.length);
        case Kind::Text: return "TEXT";
        case Kind::Blob: return "BLOB";
        case Kind::DateTime: return "DATETIME";
        case Kind::Timestamp: return "TIMESTAMP";
    }
    return "TEXT";
}

std::string Dialect::column_rest(const db::ColumnSpec& column, bool key) const
{
    // Only INTEGER PRIMARY KEY is numbered by the database.
    if (column.numbered && key) return " PRIMARY KEY";
    return SqlDialect::column_rest(column, key);
}

std::string Dialect::default_text(const db::ColumnSpec& column) const
{
    // A zero date is no date to SQLite's functions.
    if (column.type() == db::Type::DateTime && column.default_value->starts_with("0000-"))
        return "'1900-01-01 00:00:00'";
    return SqlDialect::default_text(column);
}

bool Dialect::separate_primary_key(const db::TableSpec& table) const
{
    if (table.primary_key.size() != 1) return true;
    const db::ColumnSpec* key = table.column(table.primary_key.front());
    return key == nullptr || !key->numbered;
}

db::Type declared_type(std::string_view declaration)
{
    const std::string text = lower_copy(declaration);
    const auto has = [&text](std::string_view word) { return text.find(word) != std::string::npos; };
    if (has("date") || has("time")) return db::Type::DateTime;
    if (has("int") || has("bool")) return db::Type::Integer;
    if (has("char") || has("clob") || has("text") || text.empty()) return db::Type::Text;
    if (has("blob")) return db::Type::Blob;
    return db::Type::Real;
}

}  // namespace junctor::sqlite
