// What a database driver is. Drivers are modules (sqlite, mysql, postgres); this is all the core knows of
// one.
//
// A Driver opens a Backend for a URL: one database, shared by every table and worker of the process. A
// Backend gets statements as data (statement.h), renders them in its dialect, binds the values and answers
// later. A driver whose library blocks builds on BlockingBackend (blocking_backend.h); one that can wait on
// the asker's event loop does so.
//
// Deadlines, statistics and group commit are Database's work: a Backend only executes.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/db/row_set.h"
#include "core/db/schema.h"
#include "core/db/statement.h"
#include "core/db/url.h"

namespace junctor
{
class Worker;
}

namespace junctor::db
{

// What is written together or not at all.
struct Unit {
    std::vector<Statement> statements;
    // Units of one key are carried out in the order they were given; others may change places.
    std::uint64_t order_key = 0;
};

// The catalogue's word on a table.
struct FoundColumn {
    std::string name;
    Type type = Type::Text;
    std::string native_type;  // as the database spells it
    bool nullable = true;
};
struct FoundTable {
    std::string name;
    std::vector<FoundColumn> columns;

    const FoundColumn* column(std::string_view column_name) const;  // ignoring case
};

// A reading that its asker no longer waits for: set by Database, and a driver that sees it in time skips it.
using Abandoned = std::shared_ptr<const std::atomic<bool>>;

// What a database says to a statement in its own words: values as it writes them, none for NULL.
struct TextRows {
    std::vector<std::string> columns;  // empty: it was no query
    std::vector<std::vector<std::optional<std::string>>> rows;
    std::uint64_t touched = 0;
};

// Rows in batches. Fetching ahead is the driver's business; destroying it ends the reading.
class Scan
{
public:
    virtual ~Scan() = default;
    // One call at a time. An empty RowSet is the end.
    virtual void next(Worker& asker, std::function<void(Result<RowSet>)> done) = 0;
};

// Every function may be called on any thread; `done` is called once, on any thread, perhaps before the
// function returns. `asker` is the worker that waits for the answer: a driver without threads of its own uses
// its loop and its clock; it outlives the Backend.
//
// An error's status is 503 when the database could not be asked (away, queue full), else 500; 409: a unique
// key forbids the row.
class Backend
{
public:
    using OnRows = std::function<void(Result<RowSet>)>;
    using OnWritten = std::function<void(std::vector<Result<std::uint64_t>>)>;
    using OnTable = std::function<void(Result<FoundTable>)>;
    using OnNames = std::function<void(Result<std::vector<std::string>>)>;
    using OnDone = std::function<void(Result<void>)>;
    using OnTextRows = std::function<void(Result<TextRows>)>;

    virtual ~Backend() = default;

    virtual void read(Worker& asker, Statement select, Abandoned abandoned, OnRows done) = 0;
    // Executes the units in order and commits them together. Each gets its own outcome, rows touched or
    // error; one that fails is undone alone. When `done` is called with a success it is on disk. WriteQueue
    // sees to it that there is one call at a time for each of `write_lanes()`.
    virtual void write(Worker& asker, std::vector<Unit> units, OnWritten done) = 0;
    virtual unsigned write_lanes() const { return 1; }
    virtual std::uint64_t reconnects() const { return 0; }  // connections made in place of lost ones
    // `tell` shall be called, on any thread, whenever a connection has been made: who was refused may ask
    // again. Set once, before anything is asked.
    virtual void when_connected(std::function<void()> tell) = 0;
    virtual std::unique_ptr<Scan> scan(Statement select, std::size_t batch) = 0;

    // The catalogue. A table that is not there has no columns.
    virtual void inspect(Worker& asker, std::string table, OnTable done) = 0;
    virtual void tables(Worker& asker, OnNames done) = 0;
    virtual void create(Worker& asker, TableSpec table, OnDone done) = 0;  // refused if it is there
    virtual void drop(Worker& asker, std::string table, OnDone done) = 0;
    // A driver that has not these three says so.
    virtual void rename(Worker& asker, std::string table, std::string to, OnDone done);
    // Rows were inserted with numbers of their own: the next one that the database gives is behind them.
    virtual void renumber(Worker& asker, TableSpec table, OnDone done);
    // One statement of the administrator's, as it stands. Tools alone use it.
    virtual void run_sql(Worker& asker, std::string sql, OnTextRows done);

    // Executes what was accepted, and the writes that `done` hands over meanwhile, then lets go of the
    // database. Blocks; nothing may be asked afterwards.
    virtual void close() = 0;
};

enum class Opening : std::uint8_t {
    Existing,  // connects, so that a wrong URL stops the start with a sentence
    OrMake,    // a database that is not there is made
    Unseen,    // it is away (Existing said so, 503): the backend connects when it is asked
};

class Driver
{
public:
    virtual ~Driver() = default;
    virtual std::vector<std::string> schemes() const = 0;  // of db_url, lower case
    // An unknown parameter is an error. May block: called at start and by tools.
    virtual Result<std::shared_ptr<Backend>> open(const Url& url, Opening how) = 0;
};

}  // namespace junctor::db
