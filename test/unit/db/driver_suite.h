// What every driver must do, run against each of them: driver_suite(databases, url) within a TEST_CASE, with
// a URL of an empty database.
#pragma once

#include <string>
#include <vector>

#include "core/db/database.h"
#include "core/db/table.h"

namespace junctor::db::test
{

// A table with a column of every type.
struct Thing {
    std::string name;
    std::optional<std::string> note;
    std::int64_t number = 0;
    double ratio = 0;
    Blob bytes;
    DateTime moment;
    std::optional<int> extra;

    static constexpr auto table = db::table(
        "things", versions{2, 3}, column("name", &Thing::name, "name_column"), column("note", &Thing::note),
        column("number", &Thing::number), column("ratio", &Thing::ratio), column("bytes", &Thing::bytes),
        column("moment", &Thing::moment), optional_column("extra", &Thing::extra));
};
TableSpec things();  // with `extra`, name is its primary key; version 3

void driver_suite(Databases& databases, const std::string& url);

}  // namespace junctor::db::test
