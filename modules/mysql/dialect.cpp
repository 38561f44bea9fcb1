#include "modules/mysql/dialect.h"

#include <fmt/format.h>

namespace junctor::mysql
{

std::string Dialect::quoted(std::string_view name) const
{
    return db::doubled(name, '`');
}

std::string Dialect::column_type(const db::ColumnSpec& column) const
{
    using Kind = db::ColumnSpec::Kind;
    switch (column.kind) {
        case Kind::Int16: return "SMALLINT";
        case Kind::Int32: return "INT";
        case Kind::Int64: return "BIGINT";
        case Kind::UInt8: return "TINYINT UNSIGNED";
        case Kind::UInt16: return "SMALLINT UNSIGNED";
        case Kind::UInt32: return "INT UNSIGNED";
        case Kind::UInt64: return "BIGINT UNSIGNED";
        case Kind::Float: return "DOUBLE";  // FLOAT keeps seven digits
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
    if (column.numbered) return " NOT NULL AUTO_INCREMENT";
    // A TIMESTAMP that is not told otherwise changes with every update of its row, in older servers.
    return (column.nullable ? " NULL" : "") + SqlDialect::column_rest(column, key);
}

std::string Dialect::default_text(const db::ColumnSpec& column) const
{
    const std::string text = SqlDialect::default_text(column);
    const bool is_long =
        column.kind == db::ColumnSpec::Kind::Text || column.kind == db::ColumnSpec::Kind::Blob;
    return is_long ? "(" + text + ")" : text;  // of these, MySQL takes an expression only
}

std::string Dialect::table_rest() const
{
    return fmt::format(" ENGINE=InnoDB {}", character_set);
}

db::Type declared_type(std::string_view data_type)
{
    const auto ends = [data_type](std::string_view end) { return data_type.ends_with(end); };
    if (ends("int") || data_type == "year" || data_type == "bit") return db::Type::Integer;
    if (data_type == "float" || data_type == "double" || data_type == "decimal") return db::Type::Real;
    if (data_type == "datetime" || data_type == "timestamp" || data_type == "date") return db::Type::DateTime;
    if (ends("blob") || ends("binary")) return db::Type::Blob;
    return db::Type::Text;
}

}  // namespace junctor::mysql
