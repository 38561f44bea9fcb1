// Rows on their way from one table to another, in batches, by column name. Blocking; for tools.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/db/database.h"
#include "core/db/schema.h"

namespace junctor::db
{

using Row = std::vector<Value>;

// Calls `each` for every row, its values in the order of the table's columns, until `each` fails.
Result<std::uint64_t> read_rows(Database& database, const TableSpec& table,
                                const std::function<Result<void>(Row)>& each);

// Inserts rows, a batch a commit. A value becomes what its column holds; NULL where a column forbids it
// becomes the column's default, or else nothing (0, "", 1900-01-01); what cannot be read as the column's
// type is an error.
class RowWriter
{
public:
    // `given`: what a row's values are. A name that `table` lacks is passed over.
    RowWriter(Database& database, TableSpec table, const std::vector<std::string>& given);

    Result<void> add(Row row);
    // Writes what is left, and lets the database number new rows behind these. The answer: all rows.
    Result<std::uint64_t> finish();

private:
    Result<void> flush();

    Database* database_;
    TableSpec table_;
    LayoutPtr layout_;
    std::vector<int> places_;  // of each given value: the column's number; -1: none
    std::vector<Statement> batch_;
    std::uint64_t written_ = 0;
};

// Creates `version` if it is missing.
Result<void> ensure_version_table(Database& database, const Schema& schema);

struct CopyOptions {
    bool replace = false;  // rows that the target's tables hold are removed first; else they are an error
    std::function<void(const std::string& table, std::uint64_t rows)> report;  // a table is done
};

// Takes the place of one table in another database.
class CopyTarget
{
public:
    // Changes nothing yet. An error: `source` does not fit into the table that is there.
    static Result<CopyTarget> plan(Database& to, const Schema& schema, TableSpec source, bool replace);
    const TableSpec& source() const { return source_; }

    // Makes or empties the table.
    Result<RowWriter> open(Database& to) const;

private:
    TableSpec source_, table_;
    bool must_be_made_ = false, must_be_emptied_ = false;
};

// Everything, also tables that the schema does not know. A table that the target lacks is made as it is in
// `from`. Nothing is written if a table would not fit. The answer: the number of rows.
Result<std::uint64_t> copy_database(Database& from, Database& to, const Schema& schema,
                                    const CopyOptions& options);
// All but `version`, as they are.
Result<std::vector<TableSpec>> all_tables(Database& database, const Schema& schema);

}  // namespace junctor::db
