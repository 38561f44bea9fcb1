#include "core/db/table_base.h"

#include <fmt/format.h>

#include "core/base/log.h"
#include "core/db/run_blocking.h"
#include "core/db/table.h"

namespace junctor::db
{
namespace
{

std::string versions_text(const versions& accepted)
{
    std::string text;
    for (std::size_t i = 0; i < accepted.count; ++i)
        text += fmt::format("{}{}", i == 0 ? "" : " or ", accepted.numbers[i]);
    return accepted.or_later ? text + " or later" : text;
}

// Text that is a number can still be read as one and the other way round; what cannot be is a wrong layout.
bool fits(Type wanted, Type found)
{
    if (wanted == found || found == Type::Text) return true;
    switch (wanted) {
        case Type::Integer: return found == Type::Real || found == Type::DateTime;
        case Type::Real: return found == Type::Integer;
        case Type::Text: return found == Type::Blob;
        case Type::Blob: return false;
        case Type::DateTime: return found == Type::Integer;
    }
    return false;
}

// The first column of the condition that this database's table lacks, or none.
const Condition* first_lacking(const Condition& condition, const Layout& layout)
{
    if (condition.kind == Condition::Kind::And || condition.kind == Condition::Kind::Or) {
        for (const Condition& child : condition.children)
            if (const Condition* lacking = first_lacking(child, layout)) return lacking;
        return nullptr;
    }
    return layout.columns[condition.column].name.empty() ? &condition : nullptr;
}

}  // namespace

void log_unreadable(const Layout& layout, ColumnId column)
{
    log_warning("db", "table {}: a row is left out: its {} is not {}", layout.table,
                layout.columns[column].name, to_text(layout.columns[column].type));
}

std::vector<TableBase::Renaming> TableBase::renamings()
{
    std::vector<Renaming> all;
    if (!name_parameter_.empty())
        all.push_back({name_parameter_, &name_, fmt::format("the table, {} by default", name_)});
    for (Wanted& column : wanted_)
        if (!column.parameter.empty())
            all.push_back(
                {column.parameter, &column.name,
                 fmt::format("the column of table {} that is named {} by default", name_, column.name)});
    return all;
}

void TableBase::take_names(const TableBase& other)
{
    for (std::size_t i = 0; i < wanted_.size(); ++i) wanted_[i].name = other.wanted_[i].name;
}

Result<void> TableBase::bind(Databases& databases, std::string_view url, Check check)
{
    auto database = databases.open(url);
    if (!database) return fail(std::move(database.error()));
    auto work = [this, database = *database, check = std::move(check)] {
        return bind_waiting(database, check);
    };
    return databases.now_or_later(where(**database), std::move(work));
}

Result<void> TableBase::bind(std::shared_ptr<Database> database)
{
    return run_blocking(bind_waiting(std::move(database)));
}

Task<Result<void>> TableBase::bind_waiting(std::shared_ptr<Database> database, Check check)
{
    const auto found = co_await database->inspect(name_);
    if (!found) co_return fail(found.error());
    const auto version = co_await database->version_of(name_);
    if (!version) co_return fail(version.error());
    if (auto taken = take(*found, *version, where(*database)); !taken) co_return taken;
    if (check)
        if (auto passed = check(); !passed) co_return passed;
    database_ = std::move(database);
    bound_.store(true, std::memory_order_release);
    co_return Result<void>{};
}

std::string TableBase::where(const Database& database) const
{
    return fmt::format("table {} of {}", name_, database.url().text());
}

// Makes the layout of what was found, or says what is wrong with it.
Result<void> TableBase::take(const FoundTable& found, int version, const std::string& where)
{
    if (found.columns.empty())
        return fail(fmt::format("{} does not exist; make it with: junctorctl db create {}", where, name_));
    if (!accepted_.accept(version))
        return fail(fmt::format(
            "{} has version {} in table version, needed is {}; mend it with: junctorctl db migrate {}", where,
            version, versions_text(accepted_), name_));

    auto layout = std::make_shared<Layout>();
    layout->table = name_;
    for (Wanted& wanted : wanted_) {
        const FoundColumn* column = found.column(wanted.name);
        if (column == nullptr && !wanted.optional) {
            std::string way_out = fmt::format("mend it with: junctorctl db migrate {}", name_);
            if (!wanted.parameter.empty())
                way_out += fmt::format(", or name the column with modparam {}", wanted.parameter);
            return fail(fmt::format("{} has no column {}, needed is {}; {}", where, wanted.name,
                                    to_text(wanted.type), way_out));
        }
        if (column != nullptr && !wanted.any_type && !fits(wanted.type, column->type))
            return fail(fmt::format(
                "{}: column {} is {} ({}), needed is {}; mend it with: junctorctl db migrate {}", where,
                wanted.name, to_text(column->type), column->native_type, to_text(wanted.type), name_));
        if (column != nullptr && wanted.any_type) wanted.type = column->type;
        layout->columns.push_back({column == nullptr ? std::string() : column->name, wanted.type});
    }
    version_ = version;
    layout_ = std::move(layout);
    return {};
}

Result<Statement> TableBase::prepared(Statement statement) const
{
    if (statement.layout == nullptr)
        return fail(503, fmt::format("table {} is not bound to a database", name_));
    if (const Condition* lacking = first_lacking(statement.where, *layout_))
        return fail(
            fmt::format("table {} of this database has no column {}", name_, wanted_[lacking->column].name));
    std::erase_if(statement.columns, [this](ColumnId id) { return !has(id); });
    std::erase_if(statement.values, [this](const Assignment& assignment) { return !has(assignment.column); });
    std::erase_if(statement.order, [this](const Order& order) { return !has(order.column); });
    return statement;
}

Result<std::vector<Statement>> TableBase::prepared(std::vector<Statement> statements) const
{
    for (Statement& statement : statements) {
        auto one = prepared(std::move(statement));
        if (!one) return fail(std::move(one.error()));
        statement = std::move(*one);
    }
    return statements;
}

}  // namespace junctor::db
