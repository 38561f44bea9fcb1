#include "core/db/statement.h"

namespace junctor::db
{
namespace
{

void add_number(std::string& out, std::uint64_t number)
{
    out += std::to_string(number);
    out += ',';
}

void add_condition(std::string& out, const Condition& condition)
{
    out += static_cast<char>('a' + static_cast<int>(condition.kind));
    out += static_cast<char>('0' + static_cast<int>(condition.compare));
    add_number(out, condition.column);
    if (condition.kind == Condition::Kind::In) add_number(out, condition.values.size());
    if (condition.kind != Condition::Kind::And && condition.kind != Condition::Kind::Or) return;
    out += '(';
    for (const Condition& child : condition.children) add_condition(out, child);
    out += ')';
}

}  // namespace

std::string Statement::shape() const
{
    std::string out;
    out.reserve(64);
    out += static_cast<char>('A' + static_cast<int>(kind));
    for (const ColumnId id : columns) add_number(out, id);
    out += '=';
    for (const Assignment& assignment : values) add_number(out, assignment.column);
    out += 'k';
    for (const ColumnId id : key) add_number(out, id);
    add_condition(out, where);
    for (const Order& by : order) {
        out += by.descending ? '>' : '<';
        add_number(out, by.column);
    }
    if (limit > 0) out += 'L';
    return out;
}

}  // namespace junctor::db
