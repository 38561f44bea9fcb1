// Rows as a driver delivers them: cells of 16 bytes and one string with all texts, so that a batch of
// thousands crosses threads in two allocations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/db/value.h"

namespace junctor::db
{

// One value read: a view, alive as long as its RowSet. Of the value members the one that `type` names counts.
struct Cell {
    bool is_null = true;
    Type type = Type::Text;
    std::int64_t integer = 0;  // Integer; seconds of a DateTime
    double real = 0;
    std::string_view text;  // Text, Blob

    Value value() const;
};

class RowSet
{
public:
    RowSet() = default;
    explicit RowSet(std::size_t columns) : columns_(columns) {}

    std::size_t size() const { return columns_ == 0 ? 0 : cells_.size() / columns_; }
    bool empty() const { return cells_.empty(); }
    std::size_t columns() const { return columns_; }
    Cell at(std::size_t row, std::size_t column) const;

    // For drivers: cell after cell, row after row.
    void reserve(std::size_t rows) { cells_.reserve(rows * columns_); }
    void add_null() { cells_.push_back({0, 0, Kind::Null}); }
    void add_integer(std::int64_t number) { cells_.push_back({number, 0, Kind::Integer}); }
    void add_real(double number);
    void add_text(std::string_view text) { add_bytes(text, Kind::Text); }
    void add_blob(std::string_view bytes) { add_bytes(bytes, Kind::Blob); }
    void add_date_time(DateTime moment) { cells_.push_back({moment.seconds, 0, Kind::DateTime}); }
    void add(const Value& value);

private:
    enum class Kind : std::uint32_t { Null, Integer, Real, Text, Blob, DateTime };
    struct Stored {
        std::int64_t bits;  // the number, or where the text starts in texts_
        std::uint32_t length;
        Kind kind;
    };
    void add_bytes(std::string_view bytes, Kind kind);

    std::size_t columns_ = 0;
    std::vector<Stored> cells_;
    std::string texts_;
};

}  // namespace junctor::db
