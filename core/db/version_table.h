// Table `version`: the number of each table's layout, one row a table. Blocking; for tools.
#pragma once

#include <string>

#include "core/db/dynamic_table.h"

namespace junctor::db
{

class VersionTable
{
public:
    // `database` must outlive it.
    Result<void> open(Database& database);
    Result<std::uint64_t> forget(const std::string& table);
    Result<void> write(const std::string& table, int version);  // instead of what it held

private:
    DynamicTable table_{"version", versions()};
    ColumnId name_ = table_.add("table_name", Type::Text);
    ColumnId number_ = table_.add("table_version", Type::Integer);
};

}  // namespace junctor::db
