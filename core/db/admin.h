// Making, checking and removing databases: the part of `junctorctl db` that knows tables. Blocking; for
// tools.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/db/database.h"
#include "core/db/schema.h"

namespace junctor::db
{

// Creates the tables named (all, if none is), each with its row in `version`; creates `version` itself when
// it is missing. A table that exists is an error and nothing is made. The answer: the names of the tables
// made.
Result<std::vector<std::string>> create_tables(Database& database, const Schema& schema,
                                               const std::vector<std::string>& names);
// Drops the tables of the schema that are there (or those named), with their rows in `version`.
Result<std::vector<std::string>> drop_tables(Database& database, const Schema& schema,
                                             const std::vector<std::string>& names);

// What `db check` says of one table.
struct TableCheck {
    enum class State {
        Good,
        Accepted,
        Missing,
        Wrong
    };  // Accepted: an older layout that modules use as it is
    std::string table;
    State state = State::Good;
    int version = 0;     // found
    std::string layout;  // the variant's name if Accepted
    std::vector<std::string> used_by;
    std::vector<std::string> remarks;  // sentences: what is missing or odd, and what to do
};
Result<std::vector<TableCheck>> check_tables(Database& database, const Schema& schema);

}  // namespace junctor::db
