// Statements and table layouts as SQL text. The drivers derive a dialect each; values are placeholders
// always.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/db/schema.h"
#include "core/db/statement.h"

namespace junctor::db
{

class SqlDialect
{
public:
    virtual ~SqlDialect() = default;

    // Text for one statement (not an Upsert), placeholders numbered in the order of bound_values().
    std::string text(const Statement& statement) const;
    std::string renaming(std::string_view table, std::string_view to) const;
    // CREATE TABLE and its indexes.
    std::vector<std::string> creation(const TableSpec& table) const;

    virtual std::string quoted(
        std::string_view name) const;  // always: grp, date, value ... are reserved somewhere
    virtual std::string placeholder(unsigned number) const;  // from 1

protected:
    virtual std::string column_type(const ColumnSpec& column) const = 0;
    // NOT NULL, DEFAULT and what numbers a row; `key`: this column alone is the primary key.
    virtual std::string column_rest(const ColumnSpec& column, bool key) const;
    virtual std::string default_text(const ColumnSpec& column) const;
    virtual std::string table_rest() const { return {}; }  // behind the columns
    // False: the primary key is part of the column (SQLite's numbered rows).
    virtual bool separate_primary_key(const TableSpec& table) const;

private:
    struct Writer;
};

// A name or text between quotes; a quote inside of it is doubled.
std::string doubled(std::string_view text, char quote);

// Pointers into the statement: assignments first, then the condition's, in the order of the text. The limit,
// if there is one, is bound after them.
std::vector<const Value*> bound_values(const Statement& statement);

// An Upsert in two steps: the update, and the insertion if that touched no row.
Statement update_of(const Statement& upsert);
Statement insertion_of(const Statement& upsert);

}  // namespace junctor::db
