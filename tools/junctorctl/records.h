// Rows of tables that administrators keep by hand, and how a command opens one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/db/run_blocking.h"
#include "core/db/table.h"
#include "tools/junctorctl/session.h"

namespace junctor::ctl
{

// The table that `variable` of the settings names, else `name`.
template <class Row>
Result<std::unique_ptr<db::Table<Row>>> open_table(Session& session, const char* variable, const char* name)
{
    auto database = session.open_database(false);
    if (!database) return fail(database.error());
    auto table = std::make_unique<db::Table<Row>>();
    table->set_name(session.settings.get(variable, name));
    if (auto bound = table->bind(std::move(*database)); !bound) return fail(refused, bound.error().text);
    return table;
}

// A row of someone's or, where the user is empty, every row.
template <class Row>
db::Where<Row> rows_of(const std::optional<User>& user)
{
    if (!user) return {};
    return db::where(&Row::username, user->name).also(&Row::domain, user->domain);
}

}  // namespace junctor::ctl
