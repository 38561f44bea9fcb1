// A table whose columns are known only when the script is read: `load_credentials`, extra accounting columns.
//
//     DynamicTable subscribers("subscriber", versions::from(6));
//     const ColumnId user = subscribers.add("username", Type::Text);
//     ... subscribers.bind(...) ...
//     co_await subscribers.select({user, domain}, both(equals(user, name), equals(domain, host)));
#pragma once

#include <utility>
#include <vector>

#include "core/db/table_base.h"
#include "core/db/where.h"

namespace junctor::db
{

class DynamicTable final : public TableBase
{
public:
    DynamicTable(std::string name, versions accepted);

    // Before bind(). A second one of that name gives the first one's number.
    ColumnId add(std::string column, Type type);
    // Takes the column's type from the catalogue: what a query then returns has that type.
    ColumnId add_of_any_type(std::string column);
    Type type_of(ColumnId column) const;  // after bind()

    // Cells stand in the order of `columns`.
    Task<Result<RowSet>> select(std::vector<ColumnId> columns, Condition where, std::vector<Order> order = {},
                                std::uint64_t limit = 0, Duration within = {}) const;
    Task<Result<std::uint64_t>> insert(std::vector<Assignment> values, Duration within = {}) const;
    Task<Result<std::uint64_t>> update(Condition where, std::vector<Assignment> values,
                                       Duration within = {}) const;
    Task<Result<std::uint64_t>> remove(Condition where, Duration within = {}) const;

private:
    Task<Result<std::uint64_t>> write(Statement statement, Duration within) const;
};

inline Condition equals(ColumnId column, Value value)
{
    return compare(column, Compare::Equal, std::move(value));
}

}  // namespace junctor::db
