#include "core/db/driver.h"

#include "core/base/ascii.h"

namespace junctor::db
{

const FoundColumn* FoundTable::column(std::string_view column_name) const
{
    for (const FoundColumn& found : columns)
        if (iequals(found.name, column_name)) return &found;
    return nullptr;
}

}  // namespace junctor::db
