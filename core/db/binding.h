// What a module says of a table it needs: name, accepted versions, and a member of its row struct for each
// column it uses.
//
//     struct Membership {
//         std::string username, domain, group;
//         static constexpr auto table = db::table("grp", db::versions{2},
//             db::column("username", &Membership::username, "user_column"), ...);
//     };
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>

#include "core/db/field.h"
#include "core/db/statement.h"

namespace junctor::db
{

// The numbers in table `version` that the layouts we know have. None: no check (the table has no number).
struct versions {
    template <class... Numbers>
    explicit constexpr versions(Numbers... accepted) : numbers{accepted...}, count(sizeof...(accepted))
    {
    }
    // 1.2's modules take their number or any higher one.
    static constexpr versions from(int lowest)
    {
        versions v(lowest);
        v.or_later = true;
        return v;
    }
    constexpr bool accept(int version) const
    {
        for (std::size_t i = 0; i < count; ++i)
            if (numbers[i] == version || (or_later && version > numbers[i])) return true;
        return count == 0;
    }

    std::array<int, 4> numbers{};
    std::size_t count = 0;
    bool or_later = false;
};

template <class Row, class Member>
struct Column {
    const char* name;
    Member Row::*member;
    const char* parameter;  // modparam that renames it; null: none
    bool optional;          // some accepted layouts lack it
};

template <class Row, class Member>
constexpr Column<Row, Member> column(const char* name, Member Row::*member, const char* parameter = nullptr)
{
    return {name, member, parameter, false};
}

// Some accepted layouts lack it: then it is neither written nor read, and Table::has() says so.
template <class Row, class Member>
constexpr Column<Row, Member> optional_column(const char* name, Member Row::*member,
                                              const char* parameter = nullptr)
{
    return {name, member, parameter, true};
}

// A table's name and the modparam that changes it.
struct TableName {
    const char* name;
    const char* parameter = nullptr;
    constexpr TableName(const char* text) : name(text) {}  // NOLINT: table("grp", ...) reads well
    constexpr TableName(const char* text, const char* renamed_by) : name(text), parameter(renamed_by) {}
};

template <class Row, class... Members>
struct Definition {
    TableName name;
    versions accepted;
    std::tuple<Column<Row, Members>...> columns;
};

template <class Row, class... Members>
constexpr Definition<Row, Members...> table(TableName name, versions accepted,
                                            Column<Row, Members>... columns)
{
    return {name, accepted, {columns...}};
}

// The number of a member's column in Row::table. Asking for a member without a column is our mistake.
template <class Row, class Member>
constexpr ColumnId column_id(Member Row::*member)
{
    std::size_t found = static_cast<std::size_t>(-1), next = 0;
    const auto look = [&](const auto& column) {
        if constexpr (std::is_same_v<decltype(column.member), Member Row::*>)
            if (column.member == member) found = next;
        ++next;
    };
    std::apply([&](const auto&... columns) { (look(columns), ...); }, Row::table.columns);
    return static_cast<ColumnId>(found);
}

}  // namespace junctor::db
