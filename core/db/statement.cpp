#include "core/db/statement.h"

namespace junctor::db
{
namespace
{

// In bytes: decimal text took 4,500 instructions a statement.
template <class Number>
void add(std::string& out, Number number)
{
    out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <class Items, class AddItem>
void add_list(std::string& out, const Items& items, AddItem add_item)
{
    add(out, static_cast<std::uint32_t>(items.size()));
    for (const auto& item : items) add_item(item);
}

void add_condition(std::string& out, const Condition& condition)
{
    add(out, condition.kind);
    add(out, condition.compare);
    add(out, condition.column);
    if (condition.kind == Condition::Kind::In) add(out, static_cast<std::uint32_t>(condition.values.size()));
    if (condition.kind == Condition::Kind::And || condition.kind == Condition::Kind::Or)
        add_list(out, condition.children, [&](const Condition& child) { add_condition(out, child); });
}

}  // namespace

std::string Statement::shape() const
{
    std::string out;
    out.reserve(128);
    const auto add_column = [&out](ColumnId column) { add(out, column); };
    add(out, reinterpret_cast<std::uintptr_t>(layout.get()));
    add(out, kind);
    add_list(out, columns, add_column);
    add_list(out, values, [&](const Assignment& assignment) { add_column(assignment.column); });
    add_list(out, key, add_column);
    add_condition(out, where);
    add_list(out, order, [&](const Order& by) {
        add_column(by.column);
        add(out, by.descending);
    });
    add(out, limit > 0);
    return out;
}

}  // namespace junctor::db
