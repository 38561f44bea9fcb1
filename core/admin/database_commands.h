// What the administrator sees of databases: group `db` of the statistics, and spool_status.
#pragma once

#include "core/db/database.h"
#include "core/module/registry.h"

namespace junctor::admin
{

// When all databases are open, before workers serve. `databases` outlives them.
void add_database_commands(Registry& registry, db::Databases& databases);

}  // namespace junctor::admin
