#include "core/db/where.h"

namespace junctor::db
{
namespace
{

Condition joined(Condition::Kind kind, Condition a, Condition b)
{
    Condition both;
    both.kind = kind;
    for (Condition* side : {&a, &b}) {
        if (side->kind == kind)
            for (Condition& child : side->children) both.children.push_back(std::move(child));
        else
            both.children.push_back(std::move(*side));
    }
    return both;
}

}  // namespace

Condition compare(ColumnId column, Compare how, Value value)
{
    Condition condition;
    condition.column = column;
    condition.compare = how;
    if (std::holds_alternative<Null>(value)) {
        condition.kind = how == Compare::NotEqual ? Condition::Kind::NotNull : Condition::Kind::IsNull;
        condition.compare = Compare::Equal;
        return condition;
    }
    condition.kind = Condition::Kind::Compare;
    condition.values.push_back(std::move(value));
    return condition;
}

Condition any_of(ColumnId column, std::vector<Value> values)
{
    Condition condition;
    condition.kind = Condition::Kind::In;
    condition.column = column;
    condition.values = std::move(values);
    return condition;
}

Condition both(Condition a, Condition b)
{
    if (a.is_everything()) return b;
    if (b.is_everything()) return a;
    return joined(Condition::Kind::And, std::move(a), std::move(b));
}

Condition either(Condition a, Condition b)
{
    if (a.is_everything()) return a;
    if (b.is_everything()) return b;
    return joined(Condition::Kind::Or, std::move(a), std::move(b));
}

}  // namespace junctor::db
