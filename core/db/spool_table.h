// Table junctor_spool: which batches of a spool the database has. A server makes it when it first needs it.
#pragma once

#include <string>

#include "core/db/schema.h"
#include "core/db/statement.h"

namespace junctor::db
{

constexpr std::string_view spool_table = "junctor_spool";
constexpr std::int64_t whole_batch = 2147483647;  // in `part`; else the unit of the batch, from 1

TableSpec spool_table_spec();
Statement insert_position(const std::string& writer, std::uint64_t number, std::int64_t part);
Statement select_position(const std::string& writer, std::uint64_t number, std::int64_t part);
Statement select_last_position(const std::string& writer);                   // number, part
Statement remove_positions(const std::string& writer, std::uint64_t below);  // this number

}  // namespace junctor::db
