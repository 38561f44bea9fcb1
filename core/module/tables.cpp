#include <fmt/format.h>

#include "core/db/table_base.h"
#include "core/module/module.h"

namespace junctor
{

Result<void> bind_tables(LoadedModule& module, db::Databases& databases)
{
    for (db::TableBase* table : module.tables)
        if (auto bound = table->bind(databases, module.db_url); !bound)
            return fail(fmt::format("module {}: {}", module.name, bound.error().text));
    return {};
}

}  // namespace junctor
