// Tables as data: db_schema/NAME/*.json, one file a table. What `junctorctl db create` makes, what `db check`
// compares with, and what the layouts of older installations look like.
//
// The form of a file is described in db_schema/README.md. Read at start and by tools; never on a message's
// way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/db/value.h"

namespace junctor::db
{

struct ColumnSpec {
    enum class Kind : std::uint8_t {
        Int16,
        Int32,
        Int64,
        UInt8,
        UInt16,
        UInt32,
        UInt64,
        Float,
        Char,
        Varchar,
        Text,
        Blob,
        DateTime,
        Timestamp
    };
    std::string name;
    Kind kind = Kind::Text;
    unsigned length = 0;  // Char, Varchar
    bool nullable = false;
    bool numbered = false;                     // the database fills it with a new number
    std::optional<std::string> default_value;  // as text; none: NULL if nullable, else an insert must name it
    std::string description;

    Type type() const;
    std::string type_text() const;  // varchar(64)
};

struct IndexSpec {
    std::string name;
    std::vector<std::string> columns;
    bool unique = false;
};

struct TableSpec {
    std::string name;
    int version = 0;  // 0: the table has no number in `version`
    std::string description;
    std::vector<std::string> used_by;  // modules; "serweb" is the web front end
    std::vector<ColumnSpec> columns;
    std::vector<std::string> primary_key;
    std::vector<IndexSpec> indexes;

    // What a migration makes of a column of an older layout.
    struct Conversion {
        enum class Kind : std::uint8_t { Rename, DottedIpv4, BranchFlags };
        std::string from, to;
        Kind kind = Kind::Rename;
    };
    // Another layout that modules use as it is.
    struct Variant {
        std::string name;
        int version = 0;
        std::string note;
        std::vector<ColumnSpec> columns;  // all of them
        std::vector<std::string> primary_key;
        std::vector<IndexSpec> indexes;
        std::vector<Conversion> conversions;
    };
    std::vector<Variant> variants;

    const ColumnSpec* column(std::string_view column_name) const;
};

class Schema
{
public:
    // Every *.json of the folder, by table name. The error names file and member.
    static Result<Schema> load(const std::string& folder);
    // db_schema/<system>: in $JUNCTOR_SCHEMA, beside the running program (build tree and installation), or
    // where this build installs it.
    static Result<Schema> find(std::string_view system = "openser");

    const TableSpec* table(std::string_view name) const;
    const std::vector<TableSpec>& tables() const { return tables_; }
    // These tables, or all, without `version`; an unknown name is an error that lists what there is.
    Result<std::vector<const TableSpec*>> named(const std::vector<std::string>& names) const;

private:
    std::vector<TableSpec> tables_;
};

}  // namespace junctor::db
