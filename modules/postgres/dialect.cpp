#include "modules/postgres/dialect.h"

#include <algorithm>

#include <fmt/format.h>

namespace junctor::postgres
{
namespace
{

bool is_key(const db::Statement& upsert, db::ColumnId column)
{
    return std::find(upsert.key.begin(), upsert.key.end(), column) != upsert.key.end();
}

bool is_null(const db::Value& value)
{
    return std::holds_alternative<db::Null>(value);
}

void append(std::string& list, std::string_view joint, const std::string& item)
{
    if (!list.empty()) list += joint;
    list += item;
}

}  // namespace

std::string Dialect::statement(const db::Statement& statement, Form form) const
{
    return statement.kind == db::Statement::Kind::Upsert ? upsert(statement, form) : text(statement);
}

// Each value is bound once and stands in both halves. ON CONFLICT would need a unique index on the key, which
// OpenSER's tables do not have.
std::string Dialect::upsert(const db::Statement& statement, Form form) const
{
    std::string columns, values, changes, same;
    for (std::size_t i = 0; i < statement.values.size(); ++i) {
        const db::Assignment& assignment = statement.values[i];
        const std::string name = quoted(statement.layout->columns[assignment.column].name);
        const std::string value = placeholder(static_cast<unsigned>(i + 1));
        append(columns, ", ", name);
        append(values, ", ", value);
        if (!is_key(statement, assignment.column))
            append(changes, ", ", fmt::format("{} = {}", name, value));
        else
            append(same, " AND ",
                   is_null(assignment.value) ? name + " IS NULL" : fmt::format("{} = {}", name, value));
    }
    if (changes.empty()) {  // nothing but keys: say again what the row says
        const std::string name = quoted(statement.layout->columns[statement.values.front().column].name);
        changes = name + " = " + name;
    }
    const std::string table = quoted(statement.layout->table);
    if (form == Form::UpdateOnly) return fmt::format("UPDATE {} SET {} WHERE {}", table, changes, same);
    return fmt::format(
        "WITH updated AS (UPDATE {0} SET {1} WHERE {2} RETURNING 1), inserted AS (INSERT INTO {0} ({3}) "
        "SELECT {4} WHERE NOT EXISTS (SELECT 1 FROM updated) RETURNING 1) "
        "SELECT (SELECT count(*) FROM updated) + (SELECT count(*) FROM inserted)",
        table, changes, same, columns, values);
}

std::string Dialect::readable(const std::string& select, const db::Statement& statement,
                              const std::vector<TypeId>& columns) const
{
    std::string names, list;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string name = fmt::format("c{}", i);
        const db::Type wanted = statement.layout->columns[statement.columns[i]].type;
        append(names, ", ", name);
        if (is_readable(columns[i]))
            append(list, ", ", name);
        else if (columns[i] == type::numeric && wanted == db::Type::Real)
            append(list, ", ", name + "::float8");
        else
            append(list, ", ", name + "::text");
    }
    return fmt::format("SELECT {} FROM ({}) AS t ({})", list, select, names);
}

std::string Dialect::placeholder(unsigned number) const
{
    return fmt::format("${}", number);
}

std::string Dialect::column_type(const db::ColumnSpec& column) const
{
    using Kind = db::ColumnSpec::Kind;
    switch (column.kind) {
        case Kind::UInt8:
        case Kind::Int16: return column.numbered ? "SMALLSERIAL" : "SMALLINT";
        case Kind::UInt16:
        case Kind::Int32: return column.numbered ? "SERIAL" : "INTEGER";
        case Kind::UInt32:
        case Kind::Int64: return column.numbered ? "BIGSERIAL" : "BIGINT";
        case Kind::UInt64: return column.numbered ? "BIGSERIAL" : "NUMERIC(20)";
        case Kind::Float: return "DOUBLE PRECISION";
        case Kind::Char: return fmt::format("CHAR({})", column.length);
        case Kind::Varchar: return fmt::format("VARCHAR({})", column.length);
        case Kind::Text: return "TEXT";
        case Kind::Blob: return "BYTEA";
        case Kind::DateTime:
        case Kind::Timestamp: return "TIMESTAMP";
    }
    return "TEXT";
}

std::string Dialect::default_text(const db::ColumnSpec& column) const
{
    if (column.type() == db::Type::DateTime && column.default_value->starts_with("0000-"))
        return "'1900-01-01 00:00:00'";  // there is no year 0
    return SqlDialect::default_text(column);
}

std::string key_of(const db::Statement& statement, Form form)
{
    std::string key = statement.shape();
    if (statement.kind != db::Statement::Kind::Upsert) return key;
    for (const db::Assignment& assignment : statement.values)
        if (is_key(statement, assignment.column)) key += is_null(assignment.value) ? 'n' : 'v';
    return key += form == Form::UpdateOnly ? 'u' : 'w';
}

bool may_be_update_only(const db::Statement& statement)
{
    if (statement.kind != db::Statement::Kind::Upsert || statement.values.size() == statement.key.size())
        return false;
    return std::none_of(statement.values.begin(), statement.values.end(), [&](const db::Assignment& value) {
        return is_null(value.value) && is_key(statement, value.column);
    });
}

}  // namespace junctor::postgres
