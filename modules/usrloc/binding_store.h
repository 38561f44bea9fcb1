// One location table as db_mode has it: bindings in memory, in the database, or both; the Location of
// usrloc.h.
//
//   db_mode                 request                              upkeep (every timer_interval)
//   0 memory                memory                               expired ones go
//   1 write-through         database, after the commit memory    expired ones go from both
//   2 write-back            memory and journal                   expired ones go; what changed is written
//   3 database only         database                             expired ones go
//
// With 1 and 3 changes of one AoR follow each other (AorLocks). With 1 memory never holds what is not
// committed, so that nobody is called at a binding whose REGISTER then fails. Thread-safe; upkeep() on the
// main loop.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "modules/usrloc/aor_locks.h"
#include "modules/usrloc/binding_journal.h"
#include "modules/usrloc/storage.h"
#include "modules/usrloc/upkeep.h"

namespace junctor::usrloc
{

// With write-back: whether changes are kept in a journal, and whether a REGISTER is answered after its record
// is on disk.
enum class Journaling : std::uint8_t { None = 0, Written = 1, Awaited = 2 };

struct StoreSettings {
    DbMode mode = DbMode::Memory;
    Journaling journaling = Journaling::None;
    Rules rules;
    StorageSettings storage;
    unsigned slots = 512;
    std::size_t fetch_rows = 2000;
};

class BindingStore final : public Location
{
public:
    using OnChange = std::function<void(const Location&, std::string_view aor, const Change&)>;

    BindingStore(std::string name, const StoreSettings& settings, Worker& main_loop, OnChange on_change);
    // Binds the table and loads it, as db_mode asks. Blocks: at start. Where the start may do without the
    // database it follows later; until is_ready() all that waits is refused with 503.
    Result<void> open(db::Databases& databases, std::string_view url, const LocationTable& columns);
    bool is_ready() const { return ready_.load(std::memory_order_acquire); }

    const std::string& name() const override { return name_; }
    Bindings find(std::string_view aor) const override { return memory_.find(aor); }
    Task<Result<Bindings>> find_waiting(std::string aor) const override;
    Outcome apply(const Registration& registration) override;
    Task<Outcome> apply_waiting(const Registration& registration) override;
    Bindings list(std::uint32_t cflags, std::int64_t now, unsigned part, unsigned parts) const override;
    Task<Result<Bindings>> list_waiting(std::uint32_t cflags, std::int64_t now) const override;

    Upkeep& upkeep() { return upkeep_; }
    Task<void> journal_settled() const;                               // nobody waits for the journal any more
    const BindingJournal* journal() const { return journal_.get(); }  // null: none is kept
    const MemoryTable& memory() const { return memory_; }
    Counter& expired() { return expired_; }

private:
    bool writes_wait() const { return mode_ == DbMode::WriteThrough || mode_ == DbMode::DatabaseOnly; }
    Result<void> open_journal(db::Databases& databases);
    Task<Result<void>> load();
    Result<void> play_journal();
    Error not_ready() const;
    Task<Outcome> apply_journaled(const Registration& registration);
    struct Applied {
        Outcome outcome;
        BindingJournal::Ticket recorded = 0;
    };
    Applied apply_in_memory(const Registration& registration);
    void tell(std::string_view aor, const std::vector<Change>& changes) const;
    void on_expired(std::string_view aor, const BindingPtr& binding);

    std::string name_;
    Worker& main_loop_;
    DbMode mode_;
    std::atomic<bool> ready_ = false;
    Rules rules_;
    StoreSettings settings_;
    MemoryTable memory_;
    std::unique_ptr<Storage> storage_;  // null with DbMode::Memory
    std::unique_ptr<BindingJournal> journal_;
    AorLocks locks_;
    OnChange on_change_;
    Counter expired_;
    Upkeep upkeep_;
};

}  // namespace junctor::usrloc
