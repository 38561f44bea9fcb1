// How a member of a row struct becomes a value of a table and back.
//
// Reading is lenient as C++ allows without loss: number text is a number, NULL in a member that cannot be
// empty is T{}; use std::optional where NULL matters. What cannot be read at all makes the row unreadable.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/db/row_set.h"
#include "core/db/value.h"

namespace junctor::db
{

bool read_integer(const Cell& cell, std::int64_t& out);
bool read_real(const Cell& cell, double& out);

template <class T>
struct Field;

template <class T>
requires std::integral<T>
struct Field<T> {
    using Argument = T;
    static constexpr Type type = Type::Integer;
    static Value value(T number) { return static_cast<std::int64_t>(number); }
    static bool read(const Cell& cell, T& out)
    {
        std::int64_t number = 0;
        if (!cell.is_null && !read_integer(cell, number)) return false;
        if constexpr (std::is_same_v<T, bool>) {
            out = number != 0;
        } else {
            // An unsigned 32-bit column that a driver hands out as a signed number (schema of gw).
            if constexpr (std::is_same_v<T, std::uint32_t>)
                if (number < 0 && number >= std::numeric_limits<std::int32_t>::min())
                    number += std::int64_t{1} << 32;
            if (!std::in_range<T>(number)) return false;
            out = static_cast<T>(number);
        }
        return true;
    }
};

template <>
struct Field<double> {
    using Argument = double;
    static constexpr Type type = Type::Real;
    static Value value(double number) { return number; }
    static bool read(const Cell& cell, double& out)
    {
        out = 0;
        return cell.is_null || read_real(cell, out);
    }
};

template <>
struct Field<std::string> {
    using Argument = std::string_view;
    static constexpr Type type = Type::Text;
    static Value value(std::string_view text) { return std::string(text); }
    static bool read(const Cell& cell, std::string& out)
    {
        out.assign(cell.text);
        return cell.is_null || cell.type == Type::Text || cell.type == Type::Blob;
    }
};

// For Table::scan only: a view into the batch.
template <>
struct Field<std::string_view> {
    using Argument = std::string_view;
    static constexpr Type type = Type::Text;
    static Value value(std::string_view text) { return std::string(text); }
    static bool read(const Cell& cell, std::string_view& out)
    {
        out = cell.text;
        return cell.is_null || cell.type == Type::Text || cell.type == Type::Blob;
    }
};

template <>
struct Field<Blob> {
    using Argument = Blob;
    static constexpr Type type = Type::Blob;
    static Value value(Blob blob) { return blob; }
    static bool read(const Cell& cell, Blob& out)
    {
        out.bytes.assign(cell.text);
        return cell.is_null || cell.type == Type::Text || cell.type == Type::Blob;
    }
};

template <>
struct Field<DateTime> {
    using Argument = DateTime;
    static constexpr Type type = Type::DateTime;
    static Value value(DateTime moment) { return moment; }
    static bool read(const Cell& cell, DateTime& out)
    {
        out.seconds = cell.integer;
        return cell.is_null || cell.type == Type::DateTime || cell.type == Type::Integer;
    }
};

template <class T>
struct Field<std::optional<T>> {
    using Argument = std::optional<typename Field<T>::Argument>;
    static constexpr Type type = Field<T>::type;
    static Value value(const std::optional<T>& content)
    {
        return content ? Field<T>::value(*content) : Value(Null{});
    }
    static Value value(const Argument& content) requires(!std::is_same_v<Argument, std::optional<T>>)
    {
        return content ? Field<T>::value(*content) : Value(Null{});
    }
    static bool read(const Cell& cell, std::optional<T>& out)
    {
        out.reset();
        return cell.is_null || Field<T>::read(cell, out.emplace());
    }
};

}  // namespace junctor::db
