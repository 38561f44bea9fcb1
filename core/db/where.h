// Conditions over the members of a row struct. Values are bound, whatever they contain.
//
//     auto where = db::where(&Contact::username, user).also(&Contact::domain, host);
//     where.also(&Contact::expires, db::Compare::Less, now);
//     db::where(&Contact::domain, a).or_else(db::where(&Contact::domain, b))
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/ascii.h"
#include "core/db/binding.h"
#include "core/db/statement.h"

namespace junctor::db
{

Condition compare(ColumnId column, Compare how, Value value);  // a Null value: IsNull, or NotNull
Condition any_of(ColumnId column, std::vector<Value> values);
Condition both(Condition a, Condition b);
Condition either(Condition a, Condition b);

template <class Row>
class Where
{
public:
    Where() = default;  // every row
    explicit Where(Condition condition) : condition_(std::move(condition)) {}

    Where& also(Where other)
    {
        condition_ = both(std::move(condition_), std::move(other.condition_));
        return *this;
    }
    template <class Member>
    Where& also(Member Row::*member, typename Field<Member>::Argument value)
    {
        return also(member, Compare::Equal, std::move(value));
    }
    template <class Member>
    Where& also(Member Row::*member, Compare how, typename Field<Member>::Argument value)
    {
        return also(Where(compare(column_id(member), how, Field<Member>::value(std::move(value)))));
    }
    Where& or_else(Where other)
    {
        condition_ = either(std::move(condition_), std::move(other.condition_));
        return *this;
    }

    const Condition& condition() const { return condition_; }

private:
    Condition condition_;
};

template <class Row, class Member>
Where<Row> where(Member Row::*member, Compare how, typename Field<Member>::Argument value)
{
    return Where<Row>(compare(column_id(member), how, Field<Member>::value(std::move(value))));
}

template <class Row, class Member>
Where<Row> where(Member Row::*member, typename Field<Member>::Argument value)
{
    return where(member, Compare::Equal, std::move(value));
}

template <class Row, class Member, class Range>
Where<Row> where_in(Member Row::*member, const Range& range)
{
    std::vector<Value> values;
    values.reserve(std::size(range));
    for (const auto& element : range) values.push_back(Field<Member>::value(element));
    return Where<Row>(any_of(column_id(member), std::move(values)));
}

// A host compares without case (RFC 3261 §19.1.4), the database perhaps with: found is what is stored as
// `host` is written, and what is stored in lower case.
template <class Row, class Member>
Where<Row> where_host(Member Row::*member, std::string_view host)
{
    const std::string lower = lower_copy(host);
    if (lower == host) return where(member, lower);
    return where_in(member, std::array<std::string_view, 2>{host, lower});
}

template <class Row, class Member>
Where<Row> where_null(Member Row::*member)
{
    return Where<Row>(compare(column_id(member), Compare::Equal, Null{}));
}

template <class Row, class Member>
Where<Row> where_not_null(Member Row::*member)
{
    return Where<Row>(compare(column_id(member), Compare::NotEqual, Null{}));
}

// Which rows come first, and how many.
template <class Row>
struct Window {
    std::vector<Order> order;
    std::uint64_t limit = 0;  // 0: all

    template <class Member>
    Window& then(Member Row::*member, bool descending = false)
    {
        order.push_back({column_id(member), descending});
        return *this;
    }
    Window& first(std::uint64_t count)
    {
        limit = count;
        return *this;
    }
};

template <class Row, class Member>
Window<Row> order_by(Member Row::*member, bool descending = false)
{
    return Window<Row>().then(member, descending);
}

// New values of an UPDATE: db::set(&Contact::expires, now).also(&Contact::cseq, 7)
template <class Row>
struct Set {
    std::vector<Assignment> values;

    template <class Member>
    Set& also(Member Row::*member, typename Field<Member>::Argument value)
    {
        values.push_back({column_id(member), Field<Member>::value(std::move(value))});
        return *this;
    }
};

template <class Row, class Member>
Set<Row> set(Member Row::*member, typename Field<Member>::Argument value)
{
    return Set<Row>().also(member, std::move(value));
}

}  // namespace junctor::db
