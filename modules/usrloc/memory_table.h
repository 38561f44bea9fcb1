// Bindings in memory: a hash table of AoRs in slots, each with its own lock, held for one AoR's worth of
// work.
//
// A contact costs its Binding (64 bytes and its texts), and 32 bytes, the AoR's text and a pointer for the
// AoR. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/counter.h"
#include "modules/usrloc/binding_rules.h"

namespace junctor::usrloc
{

// The bindings of one AoR: nearly always one, which then needs no memory of its own here.
class BindingList
{
public:
    std::span<const BindingPtr> view() const
    {
        if (many_) return *many_;
        return {&one_, one_ ? 1U : 0U};
    }
    void assign(std::span<const BindingPtr> bindings);  // of another list

private:
    BindingPtr one_;
    std::unique_ptr<Bindings> many_;  // two and more
};

class MemoryTable
{
public:
    explicit MemoryTable(unsigned slots);  // a power of 2
    ~MemoryTable();
    MemoryTable(const MemoryTable&) = delete;
    MemoryTable& operator=(const MemoryTable&) = delete;

    Bindings find(std::string_view aor) const;
    // Carries the registration out at once. `keep_deleted` (write-back): what the database holds stays
    // behind, marked with deleted_expires, until it is deleted there. `record` is told what happened before
    // anybody else can change this AoR.
    using Record = std::function<void(const Plan& plan)>;
    Plan apply(const Registration& registration, const Rules& rules, bool keep_deleted,
               const Record& record = {});
    // Carries out what plan() made of `before`, once the database has it (write-through).
    void commit(std::string_view aor, const Bindings& before, const Plan& plan);
    void load(std::string_view aor, BindingPtr binding, const Rules& rules);  // from the database, at start
    // From the journal, which knows better: this contact is `binding`, or (null) has gone.
    void restore(std::string_view aor, std::string_view uri, std::string_view call_id, BindingPtr binding,
                 const Rules& rules);

    // Visits all AoRs in short steps; a visitor that empties a list removes the AoR. AoRs that come or go
    // between two steps may be missed. False: that was the last step.
    struct Cursor {
        std::size_t slot = 0, bucket = 0;
    };
    using Visitor = std::function<void(std::string_view aor, BindingList& bindings)>;
    bool walk(Cursor& cursor, const Visitor& visit, std::size_t buckets = 1024);
    void visit(std::string_view aor, const Visitor& visit);  // if it is there
    // Looks at all AoRs of one slot.
    using Reader = std::function<void(std::string_view aor, std::span<const BindingPtr> bindings)>;
    void read(std::size_t slot, const Reader& read) const;

    std::size_t slots() const { return slots_.size(); }
    std::uint64_t users() const { return users_.value(); }
    std::uint64_t contacts() const { return contacts_.value(); }
    std::size_t fullest_slot() const;  // in AoRs

private:
    struct Entry;
    struct Free {
        void operator()(Entry* entry) const;
    };
    using EntryPtr = std::unique_ptr<Entry, Free>;
    struct Slot {
        mutable std::mutex mutex;
        std::vector<EntryPtr> buckets;  // chains; a power of 2 of them
        std::size_t records = 0;

        EntryPtr* place(std::size_t hash, std::string_view aor);  // where it is or would be linked
        void grow();
    };
    static EntryPtr make(std::size_t hash, std::string_view aor);
    Slot& slot_of(std::size_t hash) const { return slots_[(hash >> 40) & (slots_.size() - 1)]; }
    void put(Slot& slot, std::size_t hash, std::string_view aor, std::span<const BindingPtr> bindings);
    void visit_at(Slot& slot, EntryPtr& record, const Visitor& visit);

    mutable std::vector<Slot> slots_;
    Counter users_, contacts_;
};

}  // namespace junctor::usrloc
