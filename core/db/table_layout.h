// Which of the layouts that a schema knows a table of a database has. Blocking; for tools.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/db/database.h"
#include "core/db/schema.h"

namespace junctor::db
{

struct TableLayout {
    // As it stands in the database: its version, its columns and the keys of the layout that it has. Columns
    // that this layout does not know have the catalogue's types. No columns: there is no such table.
    TableSpec there;
    const TableSpec* wanted = nullptr;            // the schema's; null: it does not know this table
    const TableSpec::Variant* variant = nullptr;  // an older layout that modules accept
    bool is_wanted = false;                       // the schema's own layout
    std::string version_error;                    // why `there.version` is -1
    // Columns, compared with `wanted`: sentences in `odd`, names in the others.
    std::vector<std::string> missing, odd, further;

    bool exists() const { return !there.columns.empty(); }
    bool is_accepted() const { return is_wanted || variant != nullptr; }
};

// `wanted` may be null. What `found` is called does not matter.
TableLayout recognize(const FoundTable& found, const TableSpec* wanted, int version);
Result<TableLayout> layout_of(Database& database, const Schema& schema, const std::string& table);

}  // namespace junctor::db
