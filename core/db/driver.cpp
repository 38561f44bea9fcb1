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

void Backend::rename(Worker&, std::string, std::string, OnDone done)
{
    done(fail("this driver renames no tables"));
}

void Backend::renumber(Worker&, TableSpec, OnDone done)
{
    done(fail("this driver numbers no rows"));
}

void Backend::run_sql(Worker&, std::string, OnTextRows done)
{
    done(fail("this driver knows no SQL"));
}

}  // namespace junctor::db
