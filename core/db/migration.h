// Brings tables of an older layout to the schema's own. Blocking; for tools.
//
//     1. NAME            is renamed NAME_before_migration, and its row in `version` removed: nobody uses half
//                        a table, and what a running server writes meanwhile fails instead of being lost
//     2. NAME            is made anew; the rows are copied and converted, a batch a commit
//     3. version         gets the new number, in a commit of its own: from here on the new table counts
//     4. NAME_before_... is dropped
//
// Interrupted anywhere, the next call goes on: before step 3 with step 2 from its start, after it with
// step 4. A row that the new table refuses undoes steps 2 and 1, and the old table is there again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/db/database.h"
#include "core/db/schema.h"

namespace junctor::db
{

struct MigrationOptions {
    // usrloc's nat_bflag and sipping_bflag, to which bits of older `flags` move; -1: they are given up.
    // Needed if contacts have such bits.
    std::optional<int> nat_bflag, sipping_bflag;
    // A table is done; `remark`: what else there is to say.
    std::function<void(const std::string& table, std::uint64_t rows, const std::string& remark)> report;
};

// The tables named (all, if none is) that are there and have another layout. The answer: those migrated.
Result<std::vector<std::string>> migrate_tables(Database& database, const Schema& schema,
                                                const std::vector<std::string>& names,
                                                const MigrationOptions& options);

}  // namespace junctor::db
