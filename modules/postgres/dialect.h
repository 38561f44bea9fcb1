// SQL as PostgreSQL has it.
#pragma once

#include "core/db/sql.h"
#include "modules/postgres/types.h"

namespace junctor::postgres
{

class Dialect final : public db::SqlDialect
{
public:
    // Any statement, an Upsert included: one that updates, inserts if there was nothing to update, and
    // returns how many rows it touched.
    std::string statement(const db::Statement& statement) const;
    // The same rows, with the columns that are not readable (types.h) cast to what is.
    std::string readable(const std::string& select, const db::Statement& statement,
                         const std::vector<TypeId>& columns) const;

    std::string placeholder(unsigned number) const override;

protected:
    std::string column_type(const db::ColumnSpec& column) const override;
    std::string default_text(const db::ColumnSpec& column) const override;

private:
    std::string upsert(const db::Statement& statement) const;
};

// Statements with equal keys have the same text (for one layout).
std::string key_of(const db::Statement& statement);

}  // namespace junctor::postgres
