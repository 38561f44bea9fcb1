#include "core/db/admin.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/db/dynamic_table.h"
#include "core/db/run_blocking.h"

namespace junctor::db
{
namespace
{

bool contains(const std::vector<std::string>& names, std::string_view name)
{
    return std::any_of(names.begin(), names.end(),
                       [name](const std::string& one) { return iequals(one, name); });
}

// The tables meant, `version` aside; an unknown name is an error that lists what there is.
Result<std::vector<const TableSpec*>> meant(const Schema& schema, const std::vector<std::string>& names)
{
    std::vector<const TableSpec*> tables;
    if (names.empty()) {
        for (const TableSpec& table : schema.tables())
            if (table.name != "version") tables.push_back(&table);
        return tables;
    }
    for (const std::string& name : names) {
        const TableSpec* table = schema.table(name);
        if (table == nullptr) {
            std::string known;
            for (const TableSpec& one : schema.tables()) known += " " + one.name;
            return fail(fmt::format("there is no table {}; known are:{}", name, known));
        }
        if (table->name != "version") tables.push_back(table);
    }
    return tables;
}

struct VersionTable {
    DynamicTable table{"version", versions()};
    ColumnId name = table.add("table_name", Type::Text);
    ColumnId number = table.add("table_version", Type::Integer);

    Result<void> open(Database& database)
    {
        // Not owned: it lives for one call of ours.
        return table.bind(std::shared_ptr<Database>(std::shared_ptr<void>(), &database));
    }
    Result<std::uint64_t> forget(const std::string& table_name)
    {
        return run_blocking(table.remove(equals(name, table_name)));
    }
    Result<std::uint64_t> write(const std::string& table_name, int version)
    {
        if (auto forgotten = forget(table_name); !forgotten) return forgotten;
        std::vector<Assignment> values;
        values.push_back({name, table_name});
        values.push_back({number, std::int64_t{version}});
        return run_blocking(table.insert(std::move(values)));
    }
};

Result<void> create_version_table(Database& database, const Schema& schema)
{
    const auto found = run_blocking(database.inspect("version"));
    if (!found) return fail(found.error());
    if (!found->columns.empty()) return {};
    const TableSpec* spec = schema.table("version");
    if (spec == nullptr) return fail("the descriptions of the tables lack version");
    return run_blocking(database.create(*spec));
}

// Types that a module would not notice to differ: a number's width, datetime or timestamp.
bool same_type(Type wanted, const FoundColumn& found)
{
    return wanted == found.type || (wanted == Type::Text && found.type == Type::Blob) ||
           (wanted == Type::Blob && found.type == Type::Text);
}

struct Difference {
    std::vector<std::string> missing, odd, extra;
    bool none() const { return missing.empty() && odd.empty(); }
};

Difference compare(const std::vector<ColumnSpec>& wanted, const FoundTable& found)
{
    Difference difference;
    for (const ColumnSpec& column : wanted) {
        const FoundColumn* there = found.column(column.name);
        if (there == nullptr)
            difference.missing.push_back(column.name);
        else if (!same_type(column.type(), *there))
            difference.odd.push_back(
                fmt::format("{} is {}, should be {}", column.name, there->native_type, column.type_text()));
    }
    for (const FoundColumn& there : found.columns)
        if (std::none_of(wanted.begin(), wanted.end(),
                         [&](const ColumnSpec& column) { return iequals(column.name, there.name); }))
            difference.extra.push_back(there.name);
    return difference;
}

std::string listed(const std::vector<std::string>& names)
{
    return fmt::format("{}", fmt::join(names, ", "));
}

void judge(const TableSpec& spec, const FoundTable& found, TableCheck& check)
{
    const Difference base = compare(spec.columns, found);
    if (base.none() && check.version == spec.version) {
        check.state = TableCheck::State::Good;
        if (!base.extra.empty())
            check.remarks.push_back(
                fmt::format("has further columns, which nobody here uses: {}", listed(base.extra)));
        return;
    }
    for (const TableSpec::Variant& variant : spec.variants) {
        if (variant.version != check.version || !compare(variant.columns, found).none()) continue;
        check.state = TableCheck::State::Accepted;
        check.layout = variant.name;
        check.remarks.push_back(fmt::format(
            "older layout ({}), used as it is; junctorctl db migrate {} renews it", variant.name, spec.name));
        return;
    }
    check.state = TableCheck::State::Wrong;
    if (check.version != spec.version)
        check.remarks.push_back(fmt::format("version {} found, {} needed; junctorctl db migrate {}",
                                            check.version, spec.version, spec.name));
    if (!base.missing.empty())
        check.remarks.push_back(
            fmt::format("columns missing: {}; junctorctl db migrate {}", listed(base.missing), spec.name));
    if (!base.odd.empty())
        check.remarks.push_back(fmt::format("columns of another type: {}", listed(base.odd)));
}

}  // namespace

Result<std::vector<std::string>> create_tables(Database& database, const Schema& schema,
                                               const std::vector<std::string>& names)
{
    const auto tables = meant(schema, names);
    if (!tables) return fail(tables.error());
    const auto present = run_blocking(database.tables());
    if (!present) return fail(present.error());
    for (const TableSpec* table : *tables)
        if (contains(*present, table->name))
            return fail(
                fmt::format("table {} exists in {}; nothing was made", table->name, database.url().text()));

    if (auto made = create_version_table(database, schema); !made) return fail(std::move(made.error()));
    VersionTable version;
    if (auto open = version.open(database); !open) return fail(std::move(open.error()));
    std::vector<std::string> created;
    for (const TableSpec* table : *tables) {
        if (auto made = run_blocking(database.create(*table)); !made) return fail(std::move(made.error()));
        if (table->version > 0)
            if (auto written = version.write(table->name, table->version); !written)
                return fail(std::move(written.error()));
        created.push_back(table->name);
    }
    return created;
}

Result<std::vector<std::string>> drop_tables(Database& database, const Schema& schema,
                                             const std::vector<std::string>& names)
{
    const auto tables = meant(schema, names);
    if (!tables) return fail(tables.error());
    const auto present = run_blocking(database.tables());
    if (!present) return fail(present.error());

    std::vector<std::string> dropped;
    VersionTable version;
    const bool numbered = contains(*present, "version");
    if (numbered)
        if (auto open = version.open(database); !open) return fail(std::move(open.error()));
    for (const TableSpec* table : *tables) {
        if (!contains(*present, table->name)) continue;
        if (auto gone = run_blocking(database.drop(table->name)); !gone) return fail(std::move(gone.error()));
        if (numbered)
            if (auto forgotten = version.forget(table->name); !forgotten)
                return fail(std::move(forgotten.error()));
        dropped.push_back(table->name);
    }
    if (names.empty() && numbered) {
        if (auto gone = run_blocking(database.drop("version")); !gone) return fail(std::move(gone.error()));
        dropped.push_back("version");
    }
    return dropped;
}

Result<std::vector<TableCheck>> check_tables(Database& database, const Schema& schema)
{
    std::vector<TableCheck> checks;
    for (const TableSpec& spec : schema.tables()) {
        TableCheck check;
        check.table = spec.name;
        check.used_by = spec.used_by;
        const auto found = run_blocking(database.inspect(spec.name));
        if (!found) return fail(found.error());
        if (found->columns.empty()) {
            check.state = TableCheck::State::Missing;
            check.remarks.push_back(
                fmt::format("does not exist; junctorctl db create {} makes it", spec.name));
        } else {
            const auto version = run_blocking(database.version_of(spec.name));
            check.version = version ? *version : -1;
            judge(spec, *found, check);
            if (!version) check.remarks.insert(check.remarks.begin(), version.error().text);
        }
        checks.push_back(std::move(check));
    }
    return checks;
}

}  // namespace junctor::db
