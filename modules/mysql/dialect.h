// SQL as MySQL and MariaDB have it.
#pragma once

#include "core/db/sql.h"

namespace junctor::mysql
{

// For sessions with NO_BACKSLASH_ESCAPES and without NO_ZERO_DATE (connection.cpp).
class Dialect final : public db::SqlDialect
{
public:
    std::string quoted(std::string_view name) const override;

protected:
    std::string column_type(const db::ColumnSpec& column) const override;
    std::string column_rest(const db::ColumnSpec& column, bool key) const override;
    std::string default_text(const db::ColumnSpec& column) const override;
    std::string table_rest() const override;
};

// The character set of what we make; text compares byte by byte, as with the other databases.
constexpr std::string_view character_set = "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

// What the catalogue's DATA_TYPE means.
db::Type declared_type(std::string_view data_type);

}  // namespace junctor::mysql
