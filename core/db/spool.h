// Writes whose author is content with "kept": committed, or, while the database is away, on the local disk,
// from where they follow in order and exactly once, whoever crashes meanwhile.
//
//     Direct ── no answer in time, or none at all ──> Away ── tried with back-off ──> Replaying ──> Direct
//     batches are committed       the batch under way and all that comes       what is kept is committed,
//                                 go to a journal (journal.h)                  what comes is kept behind it
//
// Exactly once: each batch has a number, and its transaction also inserts that number into table
// `junctor_spool`, whose key forbids it twice. A batch whose fate is unknown (a connection cut in the commit)
// is sent again and again as it is, until the number is there; README.md tells more.
//
// One Worker, `home`, runs it; write() and status() may be called on any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/counter.h"
#include "core/db/journal.h"
#include "core/db/statement_bytes.h"
#include "core/db/write_queue.h"
#include "core/runtime/task.h"
#include "core/runtime/timer.h"
#include "core/runtime/worker.h"

namespace junctor::db
{

class Spool
{
public:
    struct Limits {
        std::size_t waiting = 100000;                  // units not yet with the database or the disk
        std::size_t batch = 1000;                      // units of one commit
        std::uint64_t bytes = std::uint64_t{1} << 30;  // on disk; more are refused (503)
        Duration deadline = std::chrono::seconds(2);   // for the database; then the disk
        Duration first_pause =
            std::chrono::seconds(1);  // before the database is tried again, doubled each time
        Duration longest_pause = std::chrono::seconds(30);
    };
    enum class State : std::uint8_t { Direct, Away, Replaying };
    struct Status {
        State state = State::Direct;
        std::uint64_t kept = 0;   // units on disk that the database does not have
        std::uint64_t bytes = 0;  // of the files
        std::size_t waiting = 0;  // units on their way
    };
    struct Counters {
        Counter direct, spooled, replayed, refused, full;  // units
    };
    using OnKept = std::function<void(Result<void>)>;  // on any thread

    // Names the journal; finds what an earlier life left. Blocks. Without a folder nothing is kept while the
    // database is away: writes are then refused.
    static Result<std::unique_ptr<Spool>> open(std::shared_ptr<Backend> backend, WriteQueue& writes,
                                               std::shared_ptr<LogFolder> folder, const std::string& name,
                                               Worker& home, Limits limits);
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    void write(Unit unit, OnKept done);
    // At start, on any worker: commits what an earlier life has left, before anybody reads the tables. An
    // error: later, when the database is there.
    Task<Result<void>> recover();
    Task<void> drain();  // at the end, on `home`: all that was accepted is committed or on disk

    Status status() const;
    const Counters& counters() const { return counters_; }

private:
    struct Batch {
        std::string writer;
        std::uint64_t number = 0;
        std::vector<Unit> units;
        std::vector<OnKept> answers;           // of a direct batch
        std::vector<Result<void>> outcomes{};  // by unit, once committed
        bool kept = false;                     // on disk, and answered
    };
    struct Waiting {
        Unit unit;
        OnKept done;
    };
    struct Position {
        std::uint64_t number = 0;
        std::int64_t part = 0;
    };

    Spool(std::shared_ptr<Backend> backend, WriteQueue& writes, std::shared_ptr<LogFolder> folder,
          std::string name, Worker& home, Limits limits);
    Result<void> begin();
    void pump();
    Task<void> serve();
    std::shared_ptr<Batch> take();
    void go_away(const Error& why);
    void keep(const std::shared_ptr<Batch>& batch);
    void keep_all_that_waits();
    void on_late();
    void on_retry();
    Task<void> come_back();
    Task<Result<void>> replay();
    Task<Result<void>> replay_file(std::string name);
    void note_refused(const Batch& batch);
    Task<Result<void>> forget_old_writers();

    // An error: the database is away, or has a problem of its own; nothing is known of the batches.
    Task<Result<void>> commit(std::vector<std::shared_ptr<Batch>> batches);
    Task<Result<void>> commit_apart(std::shared_ptr<Batch> batch);
    Task<Result<std::uint64_t>> ask(Unit unit);
    Task<Result<RowSet>> read(Statement select);
    Task<Result<bool>> is_applied(std::string writer, std::uint64_t number, std::int64_t part);
    Task<Result<Position>> position_of(std::string writer);
    Task<Result<void>> need_table();
    Task<void> tidy(std::string writer, std::uint64_t number);
    Result<void> leave_name();

    const std::shared_ptr<Backend> backend_;
    WriteQueue& writes_;
    const std::shared_ptr<LogFolder> folder_;  // null: there is none
    const std::string name_;
    Worker& home_;
    const Limits limits_;
    std::string writer_;                    // this life's
    std::vector<std::string> old_writers_;  // whose numbers the database may still have
    std::unique_ptr<Journal> journal_, refused_;
    Counters counters_;

    mutable std::mutex mutex_;
    std::deque<Waiting> inbox_;
    bool posted_ = false;
    std::atomic<State> state_ = State::Direct;
    std::atomic<std::uint64_t> kept_ = 0;

    // `home`'s own.
    std::uint64_t next_number_ = 1;
    std::shared_ptr<Batch> in_flight_;
    bool has_table_ = false, has_name_ = false, serving_ = false, kept_more_ = false;
    Duration pause_{};
    std::map<std::string, Position> positions_;  // of a replay
    UnitReader unit_reader_;
    Timer late_, retry_;
    TaskGroup tasks_;
};

const char* to_text(Spool::State state);

}  // namespace junctor::db
