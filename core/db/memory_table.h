// One table of the in-memory driver: rows of values, with the keys and defaults of its TableSpec.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/db/row_set.h"
#include "core/db/schema.h"
#include "core/db/statement.h"

namespace junctor::db
{

struct MemoryTable {
    struct Column {
        std::string name;
        Type type = Type::Text;
        bool nullable = true;
        std::optional<Value> default_value;  // none: NULL if nullable, else an insert must give it
    };
    static constexpr std::size_t npos = static_cast<std::size_t>(-1);

    std::vector<Column> columns;
    std::vector<std::vector<std::size_t>> unique_keys;  // by column
    std::vector<std::vector<Value>> rows;               // in the order of insertion
    std::size_t numbered = npos;                        // the column that gets a new number
    std::int64_t last_number = 0;

    MemoryTable() = default;
    explicit MemoryTable(const TableSpec& spec);

    std::size_t column(std::string_view name) const;  // npos: none
    Result<RowSet> select(const Statement& statement) const;
    Result<std::uint64_t> execute(const Statement& statement);  // rows touched; 409 if a key forbids it
    // By column name, defaults for the rest. Values take the column's type.
    Result<void> insert(const std::vector<std::pair<std::string, Value>>& values);

private:
    Result<void> put(std::vector<Value> row, std::size_t in_place_of);  // npos: a new row
    Result<std::vector<std::size_t>> columns_of(const Statement& statement) const;
    Result<std::uint64_t> insert(const Statement& statement, const std::vector<std::size_t>& at);
    Result<std::uint64_t> update(const Statement& statement, const std::vector<std::size_t>& at);
};

}  // namespace junctor::db
