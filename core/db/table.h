// A table as a module uses it: rows are structs, conditions name their members, all is awaited.
//
//     db::Table<Membership> members_;                       // a member of the module
//     d.table(&Group::members_);                            // declared: bound and checked before start()
//     const auto rows = co_await members_.select(db::where(&Membership::username, user));
//
// Once bound it does not change: any worker may use it. Errors are values; a row that cannot be read (text
// where a number must be) is left out and logged. Writes are answered after their commit (write_queue.h).
#pragma once

#include <functional>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/db/table_base.h"
#include "core/db/where.h"

namespace junctor::db
{

void log_unreadable(const Layout& layout, ColumnId column);

template <class Row>
class Table : public TableBase
{
public:
    Table() : TableBase(Row::table.name, Row::table.accepted)
    {
        each_column([this]<class Member>(const Column<Row, Member>& column) {
            wanted_.push_back({column.name, Field<Member>::type,
                               column.parameter == nullptr ? "" : column.parameter, column.optional});
        });
    }

    template <class Member>
    bool has(Member Row::*member) const  // an optional column that this database has; once bound
    {
        return TableBase::has(column_id(member));
    }

    Task<Result<std::vector<Row>>> select(Where<Row> where = {}, Window<Row> window = {},
                                          Duration within = {}) const
    {
        auto statement = prepared(selection(std::move(where), std::move(window)));
        if (!statement) co_return fail(std::move(statement.error()));
        const std::vector<ColumnId> columns = statement->columns;
        auto found = co_await database_->read(std::move(*statement), deadline(within));
        if (!found) co_return fail(std::move(found.error()));
        std::vector<Row> rows;
        rows.reserve(found->size());
        read_rows(*found, columns, [&rows](Row& row) { rows.push_back(std::move(row)); });
        co_return rows;
    }

    // Calls `each` for every row, batch by batch: for tables too large to hold twice. The answer: how many.
    // Members may be std::string_view then. `each` must not wait.
    Task<Result<std::uint64_t>> scan(std::function<void(Row&)> each, Where<Row> where = {},
                                     std::size_t batch = 1000, Duration within = {}) const
    {
        auto statement = prepared(selection(std::move(where), {}));
        if (!statement) co_return fail(std::move(statement.error()));
        const std::vector<ColumnId> columns = statement->columns;
        const std::unique_ptr<Scan> rows = database_->scan(std::move(*statement), batch);
        std::uint64_t count = 0;
        for (;;) {
            auto found = co_await database_->next(*rows, deadline(within));
            if (!found) co_return fail(std::move(found.error()));
            if (found->empty()) co_return count;
            count += found->size();
            read_rows(*found, columns, each);
        }
    }

    Task<Result<std::uint64_t>> insert(Row row, Duration within = {}) const
    {
        return write(insertion(row), within);
    }
    // The answer of the others: rows touched.
    Task<Result<std::uint64_t>> update(Where<Row> where, Set<Row> values, Duration within = {}) const
    {
        return write(updating(std::move(where), std::move(values)), within);
    }
    Task<Result<std::uint64_t>> remove(Where<Row> where, Duration within = {}) const
    {
        return write(removal(std::move(where)), within);
    }
    // Updates the rows that agree with `row` in the members `keys`; inserts it if there is none.
    template <class... Members>
    Task<Result<std::uint64_t>> upsert(Row row, Members Row::*... keys) const
    {
        return write(upserting(row, keys...), {});
    }

    // The same as data: several of them written together or not at all, by write().
    Statement insertion(const Row& row) const { return writing(Statement::Kind::Insert, row); }
    template <class... Members>
    Statement upserting(const Row& row, Members Row::*... keys) const
    {
        Statement s = writing(Statement::Kind::Upsert, row);
        s.key = {column_id(keys)...};
        return s;
    }
    Statement updating(Where<Row> where, Set<Row> values) const
    {
        Statement s = statement(Statement::Kind::Update);
        s.where = where.condition();
        s.values = std::move(values.values);
        return s;
    }
    Statement removal(Where<Row> where) const
    {
        Statement s = statement(Statement::Kind::Remove);
        s.where = where.condition();
        return s;
    }
    // Writes with the same `order_key` are committed in their order; by default all of this table.
    Task<Result<std::uint64_t>> write(std::vector<Statement> statements, std::uint64_t order_key,
                                      Duration within = {}) const
    {
        auto ready = prepared(std::move(statements));
        if (!ready) co_return fail(std::move(ready.error()));
        co_return co_await database_->write(std::move(*ready), order_key, deadline(within));
    }
    // Committed, or in the spool while the database is away (Database::keep()); all in their order.
    Task<Result<void>> keep(std::vector<Statement> statements) const
    {
        auto ready = prepared(std::move(statements));
        if (!ready) co_return fail(std::move(ready.error()));
        co_return co_await database_->keep(std::move(*ready));
    }
    Task<Result<std::uint64_t>> write(Statement one, Duration within = {}) const
    {
        std::vector<Statement> statements;
        statements.push_back(std::move(one));
        return write(std::move(statements), order_key(), within);
    }

private:
    template <class F>
    static void each_column(F f)
    {
        std::apply([&](const auto&... columns) { (f(columns), ...); }, Row::table.columns);
    }

    Statement statement(Statement::Kind kind) const
    {
        Statement s;
        s.kind = kind;
        s.layout = layout();
        return s;
    }
    Statement selection(Where<Row> where, Window<Row> window) const
    {
        Statement s = statement(Statement::Kind::Select);
        s.columns.resize(wanted_.size());
        std::iota(s.columns.begin(), s.columns.end(), ColumnId{0});
        s.where = where.condition();
        s.order = std::move(window.order);
        s.limit = window.limit;
        return s;
    }
    Statement writing(Statement::Kind kind, const Row& row) const
    {
        Statement s = statement(kind);
        each_column([&]<class Member>(const Column<Row, Member>& column) {
            s.values.push_back(
                {static_cast<ColumnId>(s.values.size()), Field<Member>::value(row.*column.member)});
        });
        return s;
    }

    template <class F>
    void read_rows(const RowSet& found, const std::vector<ColumnId>& columns, const F& each) const
    {
        std::vector<int> position(wanted_.size(), -1);  // of a column in `found`
        for (std::size_t i = 0; i < columns.size(); ++i) position[columns[i]] = static_cast<int>(i);
        for (std::size_t r = 0; r < found.size(); ++r) {
            Row row{};
            ColumnId id = 0;
            bool readable = true;
            each_column([&]<class Member>(const Column<Row, Member>& column) {
                const int at = position[id];
                if (readable && at >= 0 &&
                    !Field<Member>::read(found.at(r, static_cast<std::size_t>(at)), row.*column.member)) {
                    readable = false;
                    log_unreadable(*layout_, id);
                }
                ++id;
            });
            if (readable) each(row);
        }
    }
};

}  // namespace junctor::db
