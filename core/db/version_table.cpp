#include "core/db/version_table.h"

#include "core/db/run_blocking.h"

namespace junctor::db
{

Result<void> VersionTable::open(Database& database)
{
    return table_.bind(std::shared_ptr<Database>(std::shared_ptr<void>(), &database));  // not owned
}

Result<std::uint64_t> VersionTable::forget(const std::string& table)
{
    return run_blocking(table_.remove(equals(name_, table)));
}

Result<void> VersionTable::write(const std::string& table, int version)
{
    if (auto forgotten = forget(table); !forgotten) return fail(std::move(forgotten.error()));
    std::vector<Assignment> values;
    values.push_back({name_, table});
    values.push_back({number_, std::int64_t{version}});
    if (auto written = run_blocking(table_.insert(std::move(values))); !written)
        return fail(std::move(written.error()));
    return {};
}

}  // namespace junctor::db
