#include "core/db/migration.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/ascii.h"
#include "core/db/run_blocking.h"
#include "core/db/table_layout.h"
#include "core/db/transfer.h"
#include "core/db/version_table.h"

namespace junctor::db
{
namespace
{

using Conversion = TableSpec::Conversion;

std::string aside(const std::string& table)
{
    return table + "_before_migration";
}

int position(const std::vector<ColumnSpec>& columns, std::string_view name)
{
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const ColumnSpec& column) { return iequals(column.name, name); });
    return found == columns.end() ? -1 : static_cast<int>(found - columns.begin());
}

std::int64_t integer(const Value& value)
{
    const auto* number = std::get_if<std::int64_t>(&value);
    return number == nullptr ? 0 : *number;
}

// Layout 3 of gw: the first octet is the lowest, also on a machine that stores numbers otherwise.
Value dotted_ipv4(const Value& value)
{
    if (std::holds_alternative<std::string>(value)) return value;
    const auto bits = static_cast<std::uint32_t>(integer(value));  // drivers may give it signed
    return fmt::format("{}.{}.{}.{}", bits & 255, bits >> 8 & 255, bits >> 16 & 255, bits >> 24);
}

// What becomes of the rows of one table.
class Converter
{
public:
    Converter(const TableSpec& old, const std::vector<Conversion>& conversions,
              const MigrationOptions& options)
        : options_(options)
    {
        for (const ColumnSpec& column : old.columns) columns_.push_back(column.name);
        for (const Conversion& conversion : conversions) {
            const int from = position(old.columns, conversion.from);
            if (from < 0) continue;
            const auto index = static_cast<std::size_t>(from);
            switch (conversion.kind) {
                case Conversion::Kind::Rename: columns_[index] = conversion.to; break;
                case Conversion::Kind::DottedIpv4: address_ = index; break;
                case Conversion::Kind::BranchFlags:
                    flags_ = index;
                    columns_.push_back(conversion.to);
                    break;
            }
        }
    }

    // The new table's name for each value of a converted row.
    const std::vector<std::string>& columns() const { return columns_; }

    Result<Row> convert(Row row) const
    {
        if (address_) row[*address_] = dotted_ipv4(row[*address_]);
        if (!flags_) return row;
        // flags 1: behind NAT; 2: in memory only, which no row should have; 4: kept alive by requests.
        std::int64_t branch_flags = 0;
        if (auto moved = move_flag(row[*flags_], 1, options_.nat_bflag, "nat", branch_flags); !moved)
            return fail(std::move(moved.error()));
        if (auto moved = move_flag(row[*flags_], 4, options_.sipping_bflag, "sipping", branch_flags); !moved)
            return fail(std::move(moved.error()));
        row[*flags_] = std::int64_t{0};
        row.emplace_back(branch_flags);
        return row;
    }

private:
    static Result<void> move_flag(const Value& flags, std::int64_t bit, std::optional<int> to,
                                  std::string_view name, std::int64_t& branch_flags)
    {
        if ((integer(flags) & bit) == 0) return {};
        if (!to)
            return fail(fmt::format(
                "contacts have flag {}, which is a branch flag now: name its number with --{}-bflag N, as "
                "usrloc's parameter {}_bflag has it, or give it up with --{}-bflag -1",
                bit, name, name, name));
        if (*to >= 0) branch_flags |= std::int64_t{1} << *to;
        return {};
    }

    const MigrationOptions& options_;
    std::vector<std::string> columns_;
    std::optional<std::size_t> address_, flags_;
};

class Migration
{
public:
    Migration(Database& database, const Schema& schema, const MigrationOptions& options)
        : database_(database), schema_(schema), options_(options)
    {
    }

    Result<void> open()
    {
        if (auto made = ensure_version_table(database_, schema_); !made) return made;
        return versions_.open(database_);
    }

    // True: it was migrated. False: there was nothing to do.
    Result<bool> migrate(const TableSpec& wanted)
    {
        auto old = layout_of(database_, schema_, aside(wanted.name));
        if (!old) return fail(std::move(old.error()));
        if (old->exists()) return go_on(wanted);
        const auto now = layout_of(database_, schema_, wanted.name);
        if (!now) return fail(now.error());
        if (!now->exists() || now->is_wanted) return false;
        if (now->there.version > wanted.version)
            return fail(fmt::format("table {} has version {}, newer than ours ({}); nothing was changed",
                                    wanted.name, now->there.version, wanted.version));
        if (auto possible = check(wanted, *now); !possible) return fail(std::move(possible.error()));
        if (now->missing.empty() && now->odd.empty()) return only_version(wanted);
        if (auto renamed = run_blocking(database_.rename(wanted.name, aside(wanted.name))); !renamed)
            return fail(std::move(renamed.error()));
        return rebuild(wanted, now->there.version);
    }

private:
    // An earlier call did not come to its end.
    Result<bool> go_on(const TableSpec& wanted)
    {
        const auto now = layout_of(database_, schema_, wanted.name);
        if (!now) return fail(now.error());
        if (now->is_wanted && wanted.version > 0) return drop_old(wanted, 0);
        if (now->exists())
            if (auto gone = run_blocking(database_.drop(wanted.name)); !gone)
                return fail(std::move(gone.error()));
        return rebuild(wanted, old_version(wanted));
    }

    // The row in `version` may be gone already: the layout tells the number.
    int old_version(const TableSpec& wanted)
    {
        const auto number = run_blocking(database_.version_of(wanted.name));
        if (number && *number > 0) return *number;
        const auto found = run_blocking(database_.inspect(aside(wanted.name)));
        if (!found) return wanted.version;
        for (const auto& variant : wanted.variants)
            if (std::all_of(variant.columns.begin(), variant.columns.end(),
                            [&](const ColumnSpec& column) { return found->column(column.name) != nullptr; }))
                return variant.version;
        return wanted.version;
    }

    Result<bool> only_version(const TableSpec& wanted)
    {
        if (wanted.version > 0)
            if (auto written = versions_.write(wanted.name, wanted.version); !written)
                return fail(std::move(written.error()));
        if (options_.report) options_.report(wanted.name, 0, "only its number in table version was wrong");
        return true;
    }

    static std::vector<Conversion> conversions(const TableLayout& layout)
    {
        return layout.variant == nullptr ? std::vector<Conversion>() : layout.variant->conversions;
    }

    // Whether every row can find its place, before anything is changed.
    Result<void> check(const TableSpec& wanted, const TableLayout& now) const
    {
        for (const std::string& name : now.missing) {
            const ColumnSpec& column = *wanted.column(name);
            const auto converted = conversions(now);
            const bool filled = std::any_of(converted.begin(), converted.end(),
                                            [&](const Conversion& one) { return one.to == name; });
            if (!filled && !column.nullable && !column.numbered && !column.default_value)
                return fail(
                    fmt::format("table {} has no column {}, and nothing can be put there; nothing "
                                "was changed",
                                wanted.name, name));
        }
        return {};
    }

    // Ours, and the columns that only this installation has.
    static TableSpec new_layout(const TableSpec& wanted, const TableSpec& old,
                                const TableSpec::Variant* variant)
    {
        TableSpec made = wanted;
        for (const ColumnSpec& column : old.columns) {
            const bool known = position(wanted.columns, column.name) >= 0 ||
                               (variant != nullptr && position(variant->columns, column.name) >= 0);
            if (!known) made.columns.push_back(column);
        }
        // Some databases have one name space for the indexes of all tables, and the old ones are still there.
        for (IndexSpec& index : made.indexes) index.name += fmt::format("_{}", wanted.version);
        return made;
    }

    Result<bool> rebuild(const TableSpec& wanted, int old_version)
    {
        auto copied = copy(wanted, old_version);
        if (copied) return drop_old(wanted, *copied);
        // As it was.
        const auto made = run_blocking(database_.inspect(wanted.name));
        if (made && !made->columns.empty()) run_blocking(database_.drop(wanted.name));
        const auto back = run_blocking(database_.rename(aside(wanted.name), wanted.name));
        if (back && old_version > 0) versions_.write(wanted.name, old_version);
        return fail(fmt::format("{}; {}", copied.error().text,
                                back ? "the table is as it was"
                                     : "the old table is " + aside(wanted.name) + " now: migrate again"));
    }

    Result<std::uint64_t> copy(const TableSpec& wanted, int old_version)
    {
        if (auto forgotten = versions_.forget(wanted.name); !forgotten) return forgotten;
        const auto found = run_blocking(database_.inspect(aside(wanted.name)));
        if (!found) return fail(found.error());
        const TableLayout layout = recognize(*found, &wanted, old_version);
        const TableSpec& old = layout.there;
        const TableSpec made = new_layout(wanted, old, layout.variant);
        if (auto created = run_blocking(database_.create(made)); !created)
            return fail(std::move(created.error()));
        const Converter converter(old, conversions(layout), options_);
        RowWriter writer(database_, made, converter.columns());
        const auto read = read_rows(database_, old, [&](Row row) -> Result<void> {
            auto converted = converter.convert(std::move(row));
            if (!converted) return fail(std::move(converted.error()));
            return writer.add(std::move(*converted));
        });
        if (!read) return read;
        auto rows = writer.finish();
        if (rows && *rows != *read) return fail(fmt::format("{} rows read, {} written", *read, *rows));
        if (rows && wanted.version > 0)
            if (auto written = versions_.write(wanted.name, wanted.version); !written)
                return fail(std::move(written.error()));
        return rows;
    }

    Result<bool> drop_old(const TableSpec& wanted, std::uint64_t rows)
    {
        if (auto gone = run_blocking(database_.drop(aside(wanted.name))); !gone)
            return fail(std::move(gone.error()));
        if (options_.report) options_.report(wanted.name, rows, "");
        return true;
    }

    Database& database_;
    const Schema& schema_;
    const MigrationOptions& options_;
    VersionTable versions_;
};

}  // namespace

Result<std::vector<std::string>> migrate_tables(Database& database, const Schema& schema,
                                                const std::vector<std::string>& names,
                                                const MigrationOptions& options)
{
    const auto tables = schema.named(names);
    if (!tables) return fail(tables.error());
    Migration migration(database, schema, options);
    if (auto open = migration.open(); !open) return fail(std::move(open.error()));
    std::vector<std::string> migrated;
    for (const TableSpec* table : *tables) {
        const auto done = migration.migrate(*table);
        if (!done) return fail(done.error());
        if (*done) migrated.push_back(table->name);
    }
    return migrated;
}

}  // namespace junctor::db
