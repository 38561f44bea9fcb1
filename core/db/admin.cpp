#include "core/db/admin.h"

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

bool contains(const std::vector<std::string>& names, std::string_view name)
{
    return std::any_of(names.begin(), names.end(),
                       [name](const std::string& one) { return iequals(one, name); });
}

std::string listed(const std::vector<std::string>& names)
{
    return fmt::format("{}", fmt::join(names, ", "));
}

void judge(const TableLayout& layout, TableCheck& check)
{
    const TableSpec& wanted = *layout.wanted;
    const std::string migrate = "junctorctl db migrate " + wanted.name;
    const auto say = [&check](std::string remark) { check.remarks.push_back(std::move(remark)); };
    if (!layout.version_error.empty()) say(layout.version_error);
    if (layout.is_wanted) {
        check.state = TableCheck::State::Good;
        if (!layout.further.empty())
            say(fmt::format("has further columns, which nobody here uses: {}", listed(layout.further)));
        return;
    }
    if (layout.variant != nullptr) {
        check.state = TableCheck::State::Accepted;
        check.layout = layout.variant->name;
        say(fmt::format("older layout ({}), used as it is; {} renews it", check.layout, migrate));
        return;
    }
    check.state = TableCheck::State::Wrong;
    if (check.version > wanted.version)
        say(fmt::format("version {} found, which is newer than ours ({})", check.version, wanted.version));
    else if (check.version != wanted.version)
        say(fmt::format("version {} found, {} needed; {}", check.version, wanted.version, migrate));
    if (!layout.missing.empty()) say(fmt::format("columns missing: {}; {}", listed(layout.missing), migrate));
    if (!layout.odd.empty()) say(fmt::format("columns of another type: {}; {}", listed(layout.odd), migrate));
}

}  // namespace

Result<std::vector<std::string>> create_tables(Database& database, const Schema& schema,
                                               const std::vector<std::string>& names)
{
    const auto tables = schema.named(names);
    if (!tables) return fail(tables.error());
    const auto present = run_blocking(database.tables());
    if (!present) return fail(present.error());
    for (const TableSpec* table : *tables)
        if (contains(*present, table->name))
            return fail(
                fmt::format("table {} exists in {}; nothing was made", table->name, database.url().text()));

    if (auto made = ensure_version_table(database, schema); !made) return fail(std::move(made.error()));
    VersionTable versions;
    if (auto open = versions.open(database); !open) return fail(std::move(open.error()));
    std::vector<std::string> created;
    for (const TableSpec* table : *tables) {
        if (auto made = run_blocking(database.create(*table)); !made) return fail(std::move(made.error()));
        if (table->version > 0)
            if (auto written = versions.write(table->name, table->version); !written)
                return fail(std::move(written.error()));
        created.push_back(table->name);
    }
    return created;
}

Result<std::vector<std::string>> drop_tables(Database& database, const Schema& schema,
                                             const std::vector<std::string>& names)
{
    const auto tables = schema.named(names);
    if (!tables) return fail(tables.error());
    const auto present = run_blocking(database.tables());
    if (!present) return fail(present.error());

    std::vector<std::string> dropped;
    VersionTable versions;
    const bool numbered = contains(*present, "version");
    if (numbered)
        if (auto open = versions.open(database); !open) return fail(std::move(open.error()));
    for (const TableSpec* table : *tables) {
        if (!contains(*present, table->name)) continue;
        if (auto gone = run_blocking(database.drop(table->name)); !gone) return fail(std::move(gone.error()));
        if (numbered)
            if (auto forgotten = versions.forget(table->name); !forgotten)
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
        const auto layout = layout_of(database, schema, spec.name);
        if (!layout) return fail(layout.error());
        TableCheck check;
        check.table = spec.name;
        check.used_by = spec.used_by;
        check.version = layout->there.version;
        if (layout->exists()) {
            judge(*layout, check);
        } else {
            check.state = TableCheck::State::Missing;
            check.remarks.push_back(
                fmt::format("does not exist; junctorctl db create {} makes it", spec.name));
        }
        checks.push_back(std::move(check));
    }
    return checks;
}

}  // namespace junctor::db
