// A database as tables see it, and the registry of all that the process uses.
//
// Whatever is awaited here has a deadline on the asker's clock and may be cancelled by destroying the task:
// then a reading is dropped, a write still happens. Must be awaited on a thread that runs a worker
// (Worker::current()); at start and in tools: run_blocking(). Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/counter.h"
#include "core/db/driver.h"
#include "core/db/write_queue.h"
#include "core/runtime/clock.h"
#include "core/runtime/task.h"

namespace junctor::db
{

class Database
{
public:
    struct Counters {
        Counter reads, read_rows, failed, timed_out;
    };
    static constexpr Duration default_deadline = std::chrono::seconds(2);

    // `deadline`: of queries that name none.
    Database(Url url, std::shared_ptr<Backend> backend, Duration deadline = default_deadline,
             WriteQueue::Limits limits = {});
    ~Database();

    // Zero stands for the database's own deadline. Past it: 504 "... did not answer within 2 s".
    Task<Result<RowSet>> read(Statement select, Duration deadline = {});
    // Answered after the commit (write_queue.h): rows touched. All of `statements` or none.
    // Past the deadline its outcome is unknown: it may still be committed.
    Task<Result<std::uint64_t>> write(std::vector<Statement> statements, std::uint64_t order_key,
                                      Duration deadline = {});
    // The deadline is one for each batch.
    std::unique_ptr<Scan> scan(Statement select, std::size_t batch = 1000);
    Task<Result<RowSet>> next(Scan& scan, Duration deadline = {});

    Task<Result<FoundTable>> inspect(std::string table);
    Task<Result<std::vector<std::string>>> tables();
    Task<Result<void>> create(TableSpec table);
    Task<Result<void>> drop(std::string table);
    // The number that `version` holds for `table`; 0: none, or there is no such table. Two rows or NULL:
    // error.
    Task<Result<int>> version_of(std::string table);

    const Url& url() const { return url_; }
    const Counters& counters() const { return counters_; }
    const WriteQueue& writes() const { return writes_; }
    void close();  // drains; blocks

private:
    template <class T, class Start>
    Task<Result<T>> ask(std::string what, Duration deadline, Start start);

    Url url_;
    std::shared_ptr<Backend> backend_;
    Duration deadline_;
    Counters counters_;
    WriteQueue writes_;
};

// Drivers by scheme, open databases by URL. Owned by the server (or a tool); filled at start.
class Databases
{
public:
    ~Databases();
    void add(std::shared_ptr<Driver> driver);
    bool has_driver(std::string_view scheme) const;
    // The same database for the same URL. Blocks while it connects. The error names what is missing:
    // `mysql://...: no driver is loaded for it; add loadmodule "mysql.so"`.
    Result<std::shared_ptr<Database>> open(std::string_view url, bool may_create = false);
    std::vector<std::shared_ptr<Database>> all() const;
    void close();  // drains them all; blocks

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Driver>, std::less<>> drivers_;
    std::map<std::string, std::shared_ptr<Database>, std::less<>> open_;
};

}  // namespace junctor::db
