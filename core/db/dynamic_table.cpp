#include "core/db/dynamic_table.h"

#include "core/base/ascii.h"

namespace junctor::db
{

DynamicTable::DynamicTable(std::string name, versions accepted) : TableBase("", accepted)
{
    name_ = std::move(name);
}

ColumnId DynamicTable::add(std::string column, Type type)
{
    for (std::size_t i = 0; i < wanted_.size(); ++i)
        if (iequals(wanted_[i].name, column)) return static_cast<ColumnId>(i);
    wanted_.push_back({std::move(column), type, "", false, false});
    return static_cast<ColumnId>(wanted_.size() - 1);
}

ColumnId DynamicTable::add_of_any_type(std::string column)
{
    const std::size_t before = wanted_.size();
    const ColumnId id = add(std::move(column), Type::Text);
    if (wanted_.size() > before) wanted_.back().any_type = true;
    return id;
}

Type DynamicTable::type_of(ColumnId column) const
{
    return wanted_[column].type;
}

Task<Result<RowSet>> DynamicTable::select(std::vector<ColumnId> columns, Condition where,
                                          std::vector<Order> order, std::uint64_t limit,
                                          Duration within) const
{
    Statement statement;
    statement.layout = layout();
    statement.columns = std::move(columns);
    statement.where = std::move(where);
    statement.order = std::move(order);
    statement.limit = limit;
    auto ready = prepared(std::move(statement));
    if (!ready) co_return fail(std::move(ready.error()));
    co_return co_await database_->read(std::move(*ready), deadline(within));
}

Task<Result<std::uint64_t>> DynamicTable::write(Statement statement, Duration within) const
{
    statement.layout = layout();
    auto ready = prepared(std::move(statement));
    if (!ready) co_return fail(std::move(ready.error()));
    std::vector<Statement> one;
    one.push_back(std::move(*ready));
    co_return co_await database_->write(std::move(one), order_key(), deadline(within));
}

Task<Result<std::uint64_t>> DynamicTable::insert(std::vector<Assignment> values, Duration within) const
{
    Statement statement;
    statement.kind = Statement::Kind::Insert;
    statement.values = std::move(values);
    return write(std::move(statement), within);
}

Task<Result<std::uint64_t>> DynamicTable::update(Condition where, std::vector<Assignment> values,
                                                 Duration within) const
{
    Statement statement;
    statement.kind = Statement::Kind::Update;
    statement.where = std::move(where);
    statement.values = std::move(values);
    return write(std::move(statement), within);
}

Task<Result<std::uint64_t>> DynamicTable::remove(Condition where, Duration within) const
{
    Statement statement;
    statement.kind = Statement::Kind::Remove;
    statement.where = std::move(where);
    return write(std::move(statement), within);
}

}  // namespace junctor::db
