// A database as tables see it, and the registry of all that the process uses.
//
// Whatever is awaited here has a deadline on the asker's clock and may be cancelled by destroying the task:
// then a reading is dropped, a write still happens. A database that does not answer is asked no more until it
// does (breaker.h): meanwhile every query is refused at once with 503. Must be awaited on a thread that runs
// a worker (Worker::current()); at start and in tools: run_blocking(). Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/counter.h"
#include "core/db/breaker.h"
#include "core/db/driver.h"
#include "core/db/log_folder.h"
#include "core/db/postponed.h"
#include "core/db/spool.h"
#include "core/db/write_queue.h"
#include "core/runtime/clock.h"
#include "core/runtime/task.h"

namespace junctor::db
{

struct DatabaseSettings {
    Duration deadline = std::chrono::seconds(2);     // of queries that name none
    Duration slow = std::chrono::milliseconds(500);  // longer ones are logged; zero: none
    Breaker::Settings breaker{};
    WriteQueue::Limits writes{};
    Spool::Limits spool{};
};

class Database
{
public:
    struct Counters {
        Counter reads, read_rows, writes, failed, timed_out, slow, refused;
    };
    using Settings = DatabaseSettings;

    Database(Url url, std::shared_ptr<Backend> backend, Settings settings = {});
    ~Database();

    // Zero stands for the database's own deadline. Past it: 504 "... did not answer within 2 s".
    Task<Result<RowSet>> read(Statement select, Duration deadline = {});
    // Answered after the commit (write_queue.h): rows touched. All of `statements` or none.
    // Past the deadline its outcome is unknown: it may still be committed.
    Task<Result<std::uint64_t>> write(std::vector<Statement> statements, std::uint64_t order_key,
                                      Duration deadline = {});
    // As write(), for who is content with "kept": committed, or in the spool if the database is away
    // (spool.h). An error: neither. Without a spool it is write().
    Task<Result<void>> keep(std::vector<Statement> statements);
    // The deadline is one for each batch.
    std::unique_ptr<Scan> scan(Statement select, std::size_t batch = 1000);
    Task<Result<RowSet>> next(Scan& scan, Duration deadline = {});

    Task<Result<FoundTable>> inspect(std::string table);
    Task<Result<std::vector<std::string>>> tables();
    Task<Result<void>> create(TableSpec table);
    Task<Result<void>> drop(std::string table);
    Task<Result<void>> rename(std::string table, std::string to);
    Task<Result<void>> renumber(TableSpec table);     // driver.h
    Task<Result<TextRows>> run_sql(std::string sql);  // driver.h
    // The number that `version` holds for `table`; 0: none, or there is no such table. Two rows or NULL:
    // error.
    Task<Result<int>> version_of(std::string table);

    const Url& url() const { return url_; }
    const Counters& counters() const { return counters_; }
    const WriteQueue& writes() const { return writes_; }
    Breaker::State breaker() const { return breaker_->state(); }
    std::uint64_t waiting() const { return waiting_.value(); }  // queries without an answer
    std::uint64_t reconnects() const { return backend_->reconnects(); }
    // Makes keep() keep; commits what an earlier life left. Blocks: at start. `folder` may be null.
    Result<void> start_spool(std::shared_ptr<LogFolder> folder, Worker& home);
    Spool* spool() const { return spool_.get(); }  // null: not started
    void close();                                  // drains; blocks

private:
    template <class T, class Start>
    Task<Result<T>> ask(std::string what, Duration deadline, Start start);
    void note(const Error* error, TimePoint now);
    void note_slow(const std::string& what, Duration took, TimePoint now);

    Url url_;
    std::shared_ptr<Backend> backend_;
    Settings settings_;
    Counters counters_;
    Counter waiting_;
    const std::shared_ptr<Breaker> breaker_;  // the driver has it, too
    std::mutex slow_mutex_;
    TimePoint slow_logged_{};
    std::uint64_t slow_unlogged_ = 0;
    WriteQueue writes_;
    std::unique_ptr<Spool> spool_;
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

    // Of databases that are opened afterwards; their URLs may say otherwise: `?deadline=1500`, in ms.
    void use(Database::Settings settings) { settings_ = settings; }

    // Where journals and spools are kept: made when the first one asks. `home` runs the spools. Set at start.
    using OpenFolder = std::function<Result<std::shared_ptr<LogFolder>>(IfMissing)>;
    void keep_journals(OpenFolder open, Worker& home)
    {
        open_folder_ = std::move(open);
        home_ = &home;
    }
    Result<std::shared_ptr<LogFolder>> journal_folder(IfMissing what = IfMissing::Make);  // null: Leave
    // A module's own journal there, for `spool status`. `bytes`: what it holds; callable as long as this
    // lives.
    struct ListedJournal {
        std::string name;
        std::function<std::uint64_t()> bytes;
    };
    void list_journal(ListedJournal journal) { journals_.push_back(std::move(journal)); }  // at start
    const std::vector<ListedJournal>& journals() const { return journals_; }
    // The same database, with a spool: for who calls keep(). Blocks.
    Result<std::shared_ptr<Database>> open_with_spool(std::string_view url);
    Task<void> drain_spools();  // at the end, on `home`

    // From now on a database that is away is no error at the start: what needs it follows on `home` when it
    // is there (postponed.h).
    void start_without_them(Worker& home) { postponed_ = std::make_unique<Postponed>(home); }
    // For the start: does `work` now and blocks, or postpones it where that is allowed and needed. Its `what`
    // is for the log.
    Result<void> now_or_later(std::string what, Postponed::Work work);
    const Postponed* postponed() const { return postponed_.get(); }  // null: every database had to be there
    void end_waiting();  // what is still postponed is given up; on `home`, before modules stop

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Driver>, std::less<>> drivers_;
    std::map<std::string, std::shared_ptr<Database>, std::less<>> open_;
    Database::Settings settings_;
    OpenFolder open_folder_;
    Worker* home_ = nullptr;
    std::shared_ptr<LogFolder> folder_;
    std::vector<ListedJournal> journals_;
    std::unique_ptr<Postponed> postponed_;  // null: every database must be there
};

}  // namespace junctor::db
