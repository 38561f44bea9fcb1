// SQL as PostgreSQL has it.
#pragma once

#include "core/db/sql.h"
#include "modules/postgres/types.h"

namespace junctor::postgres
{

// Of an Upsert: UpdateOnly is its first half, with the same parameters; it costs the server a third. For
// those of which may_be_update_only() holds.
enum class Form : std::uint8_t { Whole, UpdateOnly };
bool may_be_update_only(const db::Statement& statement);

class Dialect final : public db::SqlDialect
{
public:
    // Any statement, an Upsert included: one that updates, inserts if there was nothing to update, and
    // returns how many rows it touched.
    std::string statement(const db::Statement& statement, Form form = Form::Whole) const;
    // The same rows, with the columns that are not readable (types.h) cast to what is.
    std::string readable(const std::string& select, const db::Statement& statement,
                         const std::vector<TypeId>& columns) const;

    std::string placeholder(unsigned number) const override;

protected:
    std::string column_type(const db::ColumnSpec& column) const override;
    std::string default_text(const db::ColumnSpec& column) const override;

private:
    std::string upsert(const db::Statement& statement, Form form) const;
};

// Statements with equal keys have the same text (for one layout).
std::string key_of(const db::Statement& statement, Form form);

}  // namespace junctor::postgres
