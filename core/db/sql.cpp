#include "core/db/sql.h"

#include <fmt/format.h>

namespace junctor::db
{
namespace
{

std::string_view sign(Compare compare)
{
    switch (compare) {
        case Compare::Equal: return "=";
        case Compare::NotEqual: return "<>";
        case Compare::Less: return "<";
        case Compare::LessOrEqual: return "<=";
        case Compare::Greater: return ">";
        case Compare::GreaterOrEqual: return ">=";
    }
    return "=";
}

void collect(const Condition& condition, std::vector<const Value*>& values)
{
    for (const Value& value : condition.values) values.push_back(&value);
    for (const Condition& child : condition.children) collect(child, values);
}

bool is_number(ColumnSpec::Kind kind)
{
    switch (kind) {
        case ColumnSpec::Kind::Int16:
        case ColumnSpec::Kind::Int32:
        case ColumnSpec::Kind::Int64:
        case ColumnSpec::Kind::UInt8:
        case ColumnSpec::Kind::UInt16:
        case ColumnSpec::Kind::UInt32:
        case ColumnSpec::Kind::UInt64:
        case ColumnSpec::Kind::Float: return true;
        case ColumnSpec::Kind::Char:
        case ColumnSpec::Kind::Varchar:
        case ColumnSpec::Kind::Text:
        case ColumnSpec::Kind::Blob:
        case ColumnSpec::Kind::DateTime:
        case ColumnSpec::Kind::Timestamp: return false;
    }
    return false;
}

}  // namespace

std::string doubled(std::string_view text, char quote)
{
    std::string out(1, quote);
    for (const char c : text) {
        if (c == quote) out += c;
        out += c;
    }
    return out + quote;
}

// Writes one statement; counts placeholders as it goes.
struct SqlDialect::Writer {
    const SqlDialect& dialect;
    const Layout& layout;
    std::string out;
    unsigned placeholders = 0;

    std::string name(ColumnId id) const { return dialect.quoted(layout.columns[id].name); }
    std::string next() { return dialect.placeholder(++placeholders); }

    void columns(const std::vector<ColumnId>& ids)
    {
        for (std::size_t i = 0; i < ids.size(); ++i) out += (i == 0 ? "" : ", ") + name(ids[i]);
    }

    void insertion(const std::vector<Assignment>& values)
    {
        out += "INSERT INTO " + dialect.quoted(layout.table) + " (";
        for (std::size_t i = 0; i < values.size(); ++i) out += (i == 0 ? "" : ", ") + name(values[i].column);
        out += ") VALUES (";
        for (std::size_t i = 0; i < values.size(); ++i) out += (i == 0 ? "" : ", ") + next();
        out += ')';
    }

    void update(const std::vector<Assignment>& values)
    {
        out += "UPDATE " + dialect.quoted(layout.table) + " SET ";
        for (std::size_t i = 0; i < values.size(); ++i)
            out += (i == 0 ? "" : ", ") + name(values[i].column) + " = " + next();
    }

    void where(const Condition& all)
    {
        if (all.is_everything()) return;
        out += " WHERE ";
        condition(all);
    }

    void condition(const Condition& one)
    {
        switch (one.kind) {
            case Condition::Kind::And: group(one, " AND ", "1 = 1"); break;
            case Condition::Kind::Or: group(one, " OR ", "1 = 0"); break;
            case Condition::Kind::Compare:
                out += fmt::format("{} {} {}", name(one.column), sign(one.compare), next());
                break;
            case Condition::Kind::In: list(one); break;
            case Condition::Kind::IsNull: out += name(one.column) + " IS NULL"; break;
            case Condition::Kind::NotNull: out += name(one.column) + " IS NOT NULL"; break;
        }
    }

    void group(const Condition& one, std::string_view joint, std::string_view of_none)
    {
        if (one.children.empty()) out += of_none;
        for (std::size_t i = 0; i < one.children.size(); ++i) {
            if (i > 0) out += joint;
            const bool nested = !one.children[i].children.empty();
            if (nested) out += '(';
            condition(one.children[i]);
            if (nested) out += ')';
        }
    }

    void list(const Condition& one)
    {
        if (one.values.empty()) {
            out += "1 = 0";
            return;
        }
        out += name(one.column) + " IN (";
        for (std::size_t i = 0; i < one.values.size(); ++i) out += (i == 0 ? "" : ", ") + next();
        out += ')';
    }
};

std::string SqlDialect::text(const Statement& statement) const
{
    Writer writer{*this, *statement.layout, {}, 0};
    switch (statement.kind) {
        case Statement::Kind::Select:
            writer.out = "SELECT ";
            writer.columns(statement.columns);
            writer.out += " FROM " + quoted(statement.layout->table);
            writer.where(statement.where);
            for (std::size_t i = 0; i < statement.order.size(); ++i)
                writer.out += (i == 0 ? " ORDER BY " : ", ") + writer.name(statement.order[i].column) +
                              (statement.order[i].descending ? " DESC" : "");
            if (statement.limit > 0) writer.out += " LIMIT " + writer.next();
            break;
        case Statement::Kind::Insert:
        case Statement::Kind::Upsert: writer.insertion(statement.values); break;
        case Statement::Kind::Update:
            writer.update(statement.values);
            writer.where(statement.where);
            break;
        case Statement::Kind::Remove:
            writer.out = "DELETE FROM " + quoted(statement.layout->table);
            writer.where(statement.where);
            break;
    }
    return std::move(writer.out);
}

std::string SqlDialect::renaming(std::string_view table, std::string_view to) const
{
    return fmt::format("ALTER TABLE {} RENAME TO {}", quoted(table), quoted(to));
}

std::vector<std::string> SqlDialect::creation(const TableSpec& table) const
{
    const auto list = [this](const std::vector<std::string>& names) {
        std::string out;
        for (const std::string& name : names) out += (out.empty() ? "" : ", ") + quoted(name);
        return out;
    };
    std::string create = "CREATE TABLE " + quoted(table.name) + " (";
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const ColumnSpec& column = table.columns[i];
        const bool key = table.primary_key.size() == 1 && table.primary_key.front() == column.name;
        create += fmt::format("{}\n    {} {}{}", i == 0 ? "" : ",", quoted(column.name), column_type(column),
                              column_rest(column, key));
    }
    if (!table.primary_key.empty() && separate_primary_key(table))
        create += ",\n    PRIMARY KEY (" + list(table.primary_key) + ")";
    std::vector<std::string> statements{create + "\n)" + table_rest()};
    for (const IndexSpec& index : table.indexes)
        statements.push_back(fmt::format("CREATE {}INDEX {} ON {} ({})", index.unique ? "UNIQUE " : "",
                                         quoted(table.name + "_" + index.name), quoted(table.name),
                                         list(index.columns)));
    return statements;
}

std::string SqlDialect::quoted(std::string_view name) const
{
    return doubled(name, '"');
}

std::string SqlDialect::placeholder(unsigned) const
{
    return "?";
}

std::string SqlDialect::column_rest(const ColumnSpec& column, bool) const
{
    std::string out = column.nullable ? "" : " NOT NULL";
    if (column.default_value) out += " DEFAULT " + default_text(column);
    return out;
}

std::string SqlDialect::default_text(const ColumnSpec& column) const
{
    if (is_number(column.kind)) return *column.default_value;
    if (column.kind == ColumnSpec::Kind::Timestamp && *column.default_value == "CURRENT_TIMESTAMP")
        return *column.default_value;
    return doubled(*column.default_value, '\'');
}

bool SqlDialect::separate_primary_key(const TableSpec&) const
{
    return true;
}

std::vector<const Value*> bound_values(const Statement& statement)
{
    std::vector<const Value*> values;
    for (const Assignment& assignment : statement.values) values.push_back(&assignment.value);
    collect(statement.where, values);
    return values;
}

Statement update_of(const Statement& upsert)
{
    Statement update;
    update.kind = Statement::Kind::Update;
    update.layout = upsert.layout;
    for (const Assignment& assignment : upsert.values) {
        if (std::find(upsert.key.begin(), upsert.key.end(), assignment.column) == upsert.key.end()) {
            update.values.push_back(assignment);
            continue;
        }
        Condition same;
        same.column = assignment.column;
        same.kind = std::holds_alternative<Null>(assignment.value) ? Condition::Kind::IsNull
                                                                   : Condition::Kind::Compare;
        if (same.kind == Condition::Kind::Compare) same.values.push_back(assignment.value);
        update.where.children.push_back(std::move(same));
    }
    if (update.values.empty())  // nothing but keys: say again what the row says
        update.values.push_back(upsert.values.front());
    return update;
}

Statement insertion_of(const Statement& upsert)
{
    Statement insertion = upsert;
    insertion.kind = Statement::Kind::Insert;
    insertion.key.clear();
    return insertion;
}

}  // namespace junctor::db
