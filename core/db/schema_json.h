// One table's description as JSON, in the form of db_schema/README.md.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/db/schema.h"

namespace junctor::db
{

Result<TableSpec> table_from_json(const std::string& text);
// On one line, without variants and descriptions.
std::string to_json(const TableSpec& table);

}  // namespace junctor::db
