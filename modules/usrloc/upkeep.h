// What the location service does beside the requests: expired bindings go, and with write-back what changed
// since the last time is written. On the main loop; a table of any size is walked in steps of well under a
// millisecond each, so that no request waits longer for its lock.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/runtime/task.h"
#include "core/runtime/worker.h"
#include "modules/usrloc/binding_journal.h"
#include "modules/usrloc/memory_table.h"
#include "modules/usrloc/storage.h"

namespace junctor::usrloc
{

enum class DbMode : std::uint8_t { Memory = 0, WriteThrough = 1, WriteBack = 2, DatabaseOnly = 3 };

class Upkeep
{
public:
    using OnExpired = std::function<void(std::string_view aor, const BindingPtr&)>;

    Upkeep(DbMode mode, MemoryTable& memory, Worker& main_loop, OnExpired on_expired)
        : mode_(mode), memory_(memory), main_loop_(main_loop), on_expired_(std::move(on_expired))
    {
    }
    void use(const Storage& storage)
    {
        storage_ = &storage;
    }  // before the first run; not with DbMode::Memory
    void use(BindingJournal& journal) { journal_ = &journal; }  // with DbMode::WriteBack, if there is one

    // One whole round. Calls do not overlap: a second one begins when the first has ended. True: the database
    // now has all that it should; false: something is left for the next round.
    Task<bool> run();

private:
    static constexpr std::uint64_t first_journal_limit = std::uint64_t{64} << 20;
    // What a step found to be written, with the binding it was found as.
    struct Job {
        std::string aor;
        BindingPtr binding;
        bool remove = false;
        bool is_new = false;  // has no row yet
    };
    using Jobs = std::vector<Job>;

    Task<bool> round();
    Task<bool> write_back_and_expire(std::int64_t now);
    Task<void> shorten_journal();
    void look_at(std::string_view aor, BindingList& bindings, std::int64_t now, Jobs& jobs,
                 Jobs& expired) const;
    struct Batch;
    Task<bool> write_all(Jobs jobs, std::int64_t now);
    Task<bool> write_one(Job job, std::int64_t now, std::shared_ptr<Batch> batch);
    Task<Result<void>> write(const Job& job, std::int64_t now);
    void settle(const Job& job, bool written);

    DbMode mode_;
    MemoryTable& memory_;
    const Storage* storage_ = nullptr;
    BindingJournal* journal_ = nullptr;
    std::uint64_t journal_limit_ = first_journal_limit;  // in bytes: past it, it is worth shortening
    Worker& main_loop_;
    OnExpired on_expired_;
    bool running_ = false;
    bool rows_left_ = false;  // write-through: expired rows that could not be deleted
    std::vector<OneShot<bool>::Resolver> waiting_;
    TaskGroup writing_;
};

}  // namespace junctor::usrloc
