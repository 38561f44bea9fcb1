// A statement's values, bound to a prepared statement.
#pragma once

#include "core/db/statement.h"
#include "modules/postgres/connection.h"

namespace junctor::postgres
{

// The error names the column.
Result<void> bind(const db::Statement& statement, const Prepared& prepared, Parameters& parameters,
                  db::Calendar& calendar);

// True: the condition asks for a text that no row can hold, so that it finds none and there is no need to
// ask.
bool finds_nothing(const db::Statement& statement, const Prepared& prepared);

db::RowSet rows_of(const pg_result& result, const db::Statement& select, const Prepared& prepared,
                   db::Calendar& calendar);

// Rows that an Insert, Update, Remove or Upsert has touched.
std::uint64_t touched_by(const pg_result& result, const db::Statement& statement);

}  // namespace junctor::postgres
