// SQL as SQLite has it.
#pragma once

#include "core/db/sql.h"

namespace junctor::sqlite
{

class Dialect final : public db::SqlDialect
{
protected:
    std::string column_type(const db::ColumnSpec& column) const override;
    std::string column_rest(const db::ColumnSpec& column, bool key) const override;
    std::string default_text(const db::ColumnSpec& column) const override;
    bool separate_primary_key(const db::TableSpec& table) const override;
};

// What a declared type means, by SQLite's own rules (affinity) and our date and time.
db::Type declared_type(std::string_view declaration);

}  // namespace junctor::sqlite
