// Records on disk until somebody needs them no longer. Appending never waits; durable() is answered when the
// disk has all that was appended before, and all who wait at the same time share one sync.
//
//     NAME.00000001   NAME.00000002                  file   = magic, records
//     [a b c]         [d e ...                       record = length, CRC-32C, bytes
//              rotate()┘                             a crash may tear the last record of a file: it is cut
//
// On a folder that blocks a thread of its own writes and syncs; else it is done at once. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/base/counter.h"
#include "core/db/log_folder.h"
#include "core/runtime/task.h"
#include "core/runtime/worker.h"

namespace junctor::db
{

class Journal
{
public:
    static constexpr std::size_t max_record = std::size_t{64} << 20;  // bytes
    static constexpr std::size_t full_file = std::size_t{8} << 20;    // then another one is begun

    // Finds what an earlier life has left under this name and cuts torn ends. Blocks.
    static Result<std::unique_ptr<Journal>> open(std::shared_ptr<LogFolder> folder, std::string name);
    ~Journal();  // writes what is appended
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    // The records that were there when it was opened, in order. Blocks: at start.
    Result<std::uint64_t> replay(const std::function<void(std::string_view record)>& each) const;

    using Ticket = std::uint64_t;
    Ticket append(std::string_view record);  // 0: larger than max_record, and not taken
    Ticket last() const;                     // of all that was appended until now
    // That record, and all before it. An error: some of it may not be on disk; what is appended later has
    // another chance, in a new file. Ask soon: an old ticket is told of later troubles, too.
    Task<Result<void>> durable(Ticket ticket);
    Task<Result<void>> durable() { return durable(last()); }
    void when_durable(Ticket ticket,
                      std::function<void(Result<void>)> done);  // on any thread, perhaps at once

    // What is appended from now on goes to a new file. forget(): files from before the last rotate() are
    // needed no longer; they are removed when what was appended until now is on disk.
    void rotate();
    void forget();

    // Files from before the last rotate() that is on disk, oldest first, and the records of one. Blocks.
    std::vector<std::string> old_files() const;
    Result<std::uint64_t> read(const std::string& file,
                               const std::function<void(std::string_view record)>& each) const;

    std::uint64_t bytes() const;  // of all files, and what waits
    std::uint64_t syncs() const { return syncs_.value(); }

private:
    struct Step {
        enum class Kind : std::uint8_t { Append, Rotate, Forget } kind;
        std::string bytes;
    };
    struct Waiter {
        Ticket needs;
        std::function<void(Result<void>)> done;
    };
    struct File {
        std::string name;
        std::uint64_t bytes;
    };
    Journal(std::shared_ptr<LogFolder> folder, std::string name);
    Result<void> recover();
    Ticket add(Step step);
    void run();
    void work();  // on the writer's thread, or the caller's if the folder does not block
    Result<void> carry_out(const Step& step, bool& unsynced);
    Result<void> write(std::string_view bytes);
    void forget_files();
    std::string file_name(std::uint64_t number) const;

    const std::shared_ptr<LogFolder> folder_;
    const std::string name_;
    std::vector<std::string> found_;  // files of earlier lives

    mutable std::mutex mutex_;
    std::condition_variable more_;
    std::deque<Step> steps_;
    Ticket added_ = 0, done_ = 0;
    Ticket failed_ = 0;  // the last one that is not surely on disk
    Error failure_;
    std::vector<Waiter> waiters_;
    std::uint64_t waiting_bytes_ = 0, file_bytes_ = 0;
    std::vector<std::string> old_files_;
    bool closing_ = false;

    // The writer's own.
    std::vector<File> files_;
    std::unique_ptr<LogFile> file_;  // the last of files_; null: the next record opens a new one
    std::uint64_t next_number_ = 1;
    std::size_t rotated_ = 0;  // how many of files_ are from before the last rotation
    Counter syncs_;
    bool failing_ = false;  // said so in the log
    std::thread thread_;
};

}  // namespace junctor::db
