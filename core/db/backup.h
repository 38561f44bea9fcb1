// A database as a file that any database can be made from again: `junctorctl db backup` and `restore`.
//
// Text, a JSON value a line, in UTF-8:
//
//     {"junctor_backup": 1}
//     {"table": "location", "version": 1004, "columns": [...], ...}    as in db_schema/, then its rows:
//     ["alice", null, 1004, 0.5, {"time": 1173657600}, {"base64": "AAEC"}]
//     {"end": 2}                                                       how many rows there were: nothing is
//     missing
//
// A text that is no UTF-8, and bytes, are in base64; a date is seconds since 1970-01-01 UTC, so that the
// zones of the two databases do not matter. Blocking; for tools.
#pragma once

#include <cstdint>
#include <iosfwd>

#include "core/db/transfer.h"

namespace junctor::db
{

// All tables, also those that the schema does not know. The answer: the number of rows.
Result<std::uint64_t> write_backup(Database& from, const Schema& schema, std::ostream& out,
                                   const std::function<void(const std::string&, std::uint64_t)>& report);
// The file is read once before anything is written: one that was cut off, or does not fit, changes nothing.
// `in` must be able to go back to its start.
Result<std::uint64_t> read_backup(std::istream& in, Database& to, const Schema& schema,
                                  const CopyOptions& options);

}  // namespace junctor::db
