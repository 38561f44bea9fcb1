#include "core/db/transfer.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/ascii.h"
#include "core/db/run_blocking.h"
#include "core/db/table_layout.h"
#include "core/db/version_table.h"

namespace junctor::db
{
namespace
{

constexpr std::size_t batch_rows = 1000;
constexpr DateTime never{-2208988800};  // 1900-01-01 00:00 UTC

LayoutPtr whole_layout(const TableSpec& table)
{
    auto layout = std::make_shared<Layout>();
    layout->table = table.name;
    for (const ColumnSpec& column : table.columns) layout->columns.push_back({column.name, column.type()});
    return layout;
}

Statement select_all(const TableSpec& table)
{
    Statement select;
    select.layout = whole_layout(table);
    for (std::size_t i = 0; i < table.columns.size(); ++i) select.columns.push_back(static_cast<ColumnId>(i));
    return select;
}

std::optional<std::string_view> bytes_of(const Value& value)
{
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* blob = std::get_if<Blob>(&value)) return blob->bytes;
    return {};
}

template <class Number>
std::optional<Number> number_of(const Value& value)
{
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<Number>(*integer);
    if (const auto* real = std::get_if<double>(&value)) return static_cast<Number>(*real);
    if (const auto* moment = std::get_if<DateTime>(&value)) return static_cast<Number>(moment->seconds);
    const auto text = bytes_of(value);
    Number number{};
    if (!text) return {};
    const auto end = std::from_chars(text->data(), text->data() + text->size(), number);
    if (end.ec != std::errc() || end.ptr != text->data() + text->size()) return {};
    return number;
}

// The value as a column of `type` holds it; nothing: it cannot be read so.
std::optional<Value> as(Type type, Value value)
{
    if (std::holds_alternative<Null>(value)) return value;
    switch (type) {
        case Type::Integer:
            if (const auto number = number_of<std::int64_t>(value)) return Value(*number);
            return {};
        case Type::Real:
            if (const auto number = number_of<double>(value)) return Value(*number);
            return {};
        case Type::Text:
            if (std::holds_alternative<std::string>(value)) return value;
            return Value(to_text(value));
        case Type::Blob:
            if (std::holds_alternative<Blob>(value)) return value;
            return Value(Blob{to_text(value)});
        case Type::DateTime:
            if (std::holds_alternative<DateTime>(value)) return value;
            if (const auto* seconds = std::get_if<std::int64_t>(&value)) return Value(DateTime{*seconds});
            return {};
    }
    return {};
}

Value nothing(Type type)
{
    switch (type) {
        case Type::Integer: return std::int64_t{0};
        case Type::Real: return 0.0;
        case Type::Text: return std::string();
        case Type::Blob: return Blob{};
        case Type::DateTime: return never;
    }
    return Null{};
}

}  // namespace

Result<std::uint64_t> read_rows(Database& database, const TableSpec& table,
                                const std::function<Result<void>(Row)>& each)
{
    std::uint64_t count = 0;
    const auto scan = database.scan(select_all(table), batch_rows);
    for (;;) {
        const auto rows = run_blocking(database.next(*scan));
        if (!rows) return fail(rows.error());
        if (rows->empty()) return count;
        for (std::size_t r = 0; r < rows->size(); ++r, ++count) {
            Row row;
            for (std::size_t c = 0; c < rows->columns(); ++c) row.push_back(rows->at(r, c).value());
            if (auto taken = each(std::move(row)); !taken) return fail(std::move(taken.error()));
        }
    }
}

RowWriter::RowWriter(Database& database, TableSpec table, const std::vector<std::string>& given)
    : database_(&database), table_(std::move(table)), layout_(whole_layout(table_))
{
    for (const std::string& name : given) {
        const auto column = std::find_if(table_.columns.begin(), table_.columns.end(),
                                         [&name](const ColumnSpec& one) { return iequals(one.name, name); });
        places_.push_back(column == table_.columns.end() ? -1
                                                         : static_cast<int>(column - table_.columns.begin()));
    }
}

Result<void> RowWriter::add(Row row)
{
    Statement insert;
    insert.kind = Statement::Kind::Insert;
    insert.layout = layout_;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (places_[i] < 0) continue;
        const ColumnSpec& column = table_.columns[static_cast<std::size_t>(places_[i])];
        auto value = as(column.type(), std::move(row[i]));
        if (!value)
            return fail(fmt::format("table {}: a value of {} is not {}", table_.name, column.name,
                                    to_text(column.type())));
        if (std::holds_alternative<Null>(*value) && !column.nullable) {
            if (column.default_value || column.numbered) continue;  // the database fills it
            value = nothing(column.type());
        }
        insert.values.push_back({static_cast<ColumnId>(places_[i]), std::move(*value)});
    }
    batch_.push_back(std::move(insert));
    return batch_.size() < batch_rows ? Result<void>() : flush();
}

Result<void> RowWriter::flush()
{
    if (batch_.empty()) return {};
    const std::size_t rows = batch_.size();
    auto written = run_blocking(database_->write(std::exchange(batch_, {}), 0));
    if (!written) return fail(std::move(written.error()));
    written_ += rows;
    return {};
}

Result<std::uint64_t> RowWriter::finish()
{
    if (auto flushed = flush(); !flushed) return fail(std::move(flushed.error()));
    if (auto numbered = run_blocking(database_->renumber(table_)); !numbered)
        return fail(std::move(numbered.error()));
    return written_;
}

Result<void> ensure_version_table(Database& database, const Schema& schema)
{
    const auto found = run_blocking(database.inspect("version"));
    if (!found) return fail(found.error());
    if (!found->columns.empty()) return {};
    const TableSpec* spec = schema.table("version");
    if (spec == nullptr) return fail("the descriptions of the tables lack version");
    return run_blocking(database.create(*spec));
}

namespace
{

Result<bool> has_rows(Database& database, const TableSpec& table)
{
    Statement first = select_all(table);
    first.limit = 1;
    const auto rows = run_blocking(database.read(std::move(first)));
    if (!rows) return fail(rows.error());
    return !rows->empty();
}

std::vector<std::string> names_of(const std::vector<ColumnSpec>& columns)
{
    std::vector<std::string> names;
    names.reserve(columns.size());
    for (const ColumnSpec& column : columns) names.push_back(column.name);
    return names;
}

}  // namespace

Result<CopyTarget> CopyTarget::plan(Database& to, const Schema& schema, TableSpec source, bool replace)
{
    auto there = layout_of(to, schema, source.name);
    if (!there) return fail(std::move(there.error()));
    CopyTarget target;
    target.source_ = std::move(source);
    target.must_be_made_ = !there->exists();
    target.table_ = target.must_be_made_ ? target.source_ : std::move(there->there);
    if (target.must_be_made_) return target;

    std::vector<std::string> lacking;
    for (const ColumnSpec& column : target.source_.columns)
        if (std::none_of(target.table_.columns.begin(), target.table_.columns.end(),
                         [&](const ColumnSpec& other) { return iequals(other.name, column.name); }))
            lacking.push_back(column.name);
    if (!lacking.empty())
        return fail(fmt::format("table {} of {} lacks {}; drop it there, and it is made with them",
                                target.table_.name, to.url().text(), fmt::join(lacking, ", ")));
    const auto filled = has_rows(to, target.table_);
    if (!filled) return fail(filled.error());
    if (*filled && !replace)
        return fail(fmt::format("table {} of {} has rows already; --replace removes them first",
                                target.table_.name, to.url().text()));
    target.must_be_emptied_ = *filled;
    return target;
}

Result<RowWriter> CopyTarget::open(Database& to) const
{
    if (must_be_made_)
        if (auto made = run_blocking(to.create(table_)); !made) return fail(std::move(made.error()));
    if (must_be_emptied_) {
        Statement remove;
        remove.kind = Statement::Kind::Remove;
        remove.layout = whole_layout(table_);
        std::vector<Statement> one;
        one.push_back(std::move(remove));
        if (auto gone = run_blocking(to.write(std::move(one), 0)); !gone)
            return fail(std::move(gone.error()));
    }
    return RowWriter(to, table_, names_of(source_.columns));
}

Result<std::vector<TableSpec>> all_tables(Database& database, const Schema& schema)
{
    const auto names = run_blocking(database.tables());
    if (!names) return fail(names.error());
    std::vector<TableSpec> tables;
    for (const std::string& name : *names) {
        if (iequals(name, "version")) continue;
        auto layout = layout_of(database, schema, name);
        if (!layout) return fail(std::move(layout.error()));
        tables.push_back(std::move(layout->there));
    }
    return tables;
}

Result<std::uint64_t> copy_database(Database& from, Database& to, const Schema& schema,
                                    const CopyOptions& options)
{
    auto tables = all_tables(from, schema);
    if (!tables) return fail(std::move(tables.error()));
    std::vector<CopyTarget> targets;
    for (TableSpec& table : *tables) {
        auto target = CopyTarget::plan(to, schema, std::move(table), options.replace);
        if (!target) return fail(std::move(target.error()));
        targets.push_back(std::move(*target));
    }
    if (auto made = ensure_version_table(to, schema); !made) return fail(std::move(made.error()));
    VersionTable versions;
    if (auto open = versions.open(to); !open) return fail(std::move(open.error()));
    std::uint64_t all = 0;
    for (const CopyTarget& target : targets) {
        const TableSpec& source = target.source();
        auto writer = target.open(to);
        if (!writer) return fail(std::move(writer.error()));
        auto rows = read_rows(from, source, [&writer](Row row) { return writer->add(std::move(row)); });
        if (rows) rows = writer->finish();
        if (!rows) return rows;
        // Last: a table without its number is not used, so that half a copy is not mistaken for one.
        if (source.version > 0)
            if (auto written = versions.write(source.name, source.version); !written)
                return fail(std::move(written.error()));
        if (options.report) options.report(source.name, *rows);
        all += *rows;
    }
    return all;
}

}  // namespace junctor::db
