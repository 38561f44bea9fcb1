// A query as data: which table, which columns, which values. A driver renders it in its dialect and binds the
// values; the in-memory driver evaluates it. Columns go by their number in the table's Layout.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/db/value.h"

namespace junctor::db
{

using ColumnId = std::uint16_t;  // an index into Layout::columns

// A table as a module uses it: made once when it is bound, then shared by all its statements.
struct Layout {
    struct Column {
        std::string name;  // in the database; empty: this database's table has no such (optional) column
        Type type = Type::Text;

        bool operator==(const Column&) const = default;
    };
    std::string table;
    std::vector<Column> columns;

    bool operator==(const Layout&) const = default;
};
using LayoutPtr = std::shared_ptr<const Layout>;

enum class Compare : std::uint8_t { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual };

// Default: all rows. NULL behaves as in SQL: it compares with nothing, only IsNull finds it.
struct Condition {
    enum class Kind : std::uint8_t { And, Or, Compare, In, IsNull, NotNull };
    Kind kind = Kind::And;
    Compare compare = Compare::Equal;
    ColumnId column = 0;
    std::vector<Value> values;        // Compare: one; In: any number, none finds nothing
    std::vector<Condition> children;  // And, Or; an empty Or finds nothing

    bool is_everything() const { return kind == Kind::And && children.empty(); }
};

struct Order {
    ColumnId column = 0;
    bool descending = false;
};

struct Assignment {
    ColumnId column = 0;
    Value value;
};

struct Statement {
    enum class Kind : std::uint8_t {
        Select,
        Insert,
        Update,
        Remove,
        Upsert,  // updates the rows whose `key` columns have these values; inserts one if there is none
    };
    Kind kind = Kind::Select;
    LayoutPtr layout;
    std::vector<ColumnId> columns;   // Select: what is returned, in this order
    std::vector<Assignment> values;  // Insert, Update, Upsert
    std::vector<ColumnId> key;       // Upsert: of those in `values`
    Condition where;                 // Select, Update, Remove
    std::vector<Order> order;        // Select
    std::uint64_t limit = 0;         // Select; 0: none

    bool is_read() const { return kind == Kind::Select; }
    // Equal for statements of one layout that differ in their values only: a key for prepared statements.
    // Bytes.
    std::string shape() const;
};

}  // namespace junctor::db
