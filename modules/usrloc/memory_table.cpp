#include "modules/usrloc/memory_table.h"

namespace junctor::usrloc
{

void BindingList::assign(std::span<const BindingPtr> bindings)
{
    many_.reset();
    one_ = bindings.size() == 1 ? bindings.front() : BindingPtr();
    if (bindings.size() > 1) many_ = std::make_unique<Bindings>(bindings.begin(), bindings.end());
}

// Its AoR follows it in memory.
struct MemoryTable::Entry {
    EntryPtr next;
    BindingList list;
    std::uint32_t hash = 0;  // the low bits; enough to grow and to compare quickly
    std::uint16_t aor_length = 0;

    std::string_view aor() const { return {reinterpret_cast<const char*>(this + 1), aor_length}; }
};

void MemoryTable::Free::operator()(Entry* entry) const
{
    entry->~Entry();
    ::operator delete(entry);
}

MemoryTable::EntryPtr MemoryTable::make(std::size_t hash, std::string_view aor)
{
    EntryPtr record(new (::operator new(sizeof(Entry) + aor.size())) Entry);
    record->hash = static_cast<std::uint32_t>(hash);
    record->aor_length = static_cast<std::uint16_t>(aor.size());
    std::copy(aor.begin(), aor.end(), reinterpret_cast<char*>(record.get() + 1));
    return record;
}

MemoryTable::EntryPtr* MemoryTable::Slot::place(std::size_t hash, std::string_view aor)
{
    if (buckets.empty()) buckets.resize(4);
    EntryPtr* link = &buckets[hash & (buckets.size() - 1)];
    const auto low = static_cast<std::uint32_t>(hash);
    while (*link && ((*link)->hash != low || (*link)->aor() != aor)) link = &(*link)->next;
    return link;
}

void MemoryTable::Slot::grow()
{
    std::vector<EntryPtr> wider(buckets.size() * 2);
    for (EntryPtr& chain : buckets)
        while (chain) {
            EntryPtr record = std::move(chain);
            chain = std::move(record->next);
            EntryPtr& bucket = wider[record->hash & (wider.size() - 1)];
            record->next = std::move(bucket);
            bucket = std::move(record);
        }
    buckets = std::move(wider);
}

namespace
{

std::size_t hash_of(std::string_view aor)
{
    return std::hash<std::string_view>{}(aor);
}

// How a contact that has been removed waits for its row to be deleted.
BindingPtr deleted(const Binding& binding)
{
    BindingFields fields = binding.fields();
    fields.expires = deleted_expires;
    return Binding::make(fields, binding.state());
}

}  // namespace

MemoryTable::MemoryTable(unsigned slots) : slots_(slots) {}
MemoryTable::~MemoryTable() = default;

Bindings MemoryTable::find(std::string_view aor) const
{
    const std::size_t hash = hash_of(aor);
    Slot& slot = slot_of(hash);
    const std::lock_guard lock(slot.mutex);
    const EntryPtr& record = *slot.place(hash, aor);
    if (!record) return {};
    const auto bindings = record->list.view();
    return {bindings.begin(), bindings.end()};
}

Plan MemoryTable::apply(const Registration& registration, const Rules& rules, bool keep_deleted,
                        const Record& record)
{
    const std::size_t hash = hash_of(registration.aor);
    Slot& slot = slot_of(hash);
    const std::lock_guard lock(slot.mutex);
    const EntryPtr& entry = *slot.place(hash, registration.aor);
    Bindings before;
    if (entry) before.assign(entry->list.view().begin(), entry->list.view().end());

    Plan made = plan(before, registration, rules);
    if (record && made.status == Outcome::Status::Done) record(made);
    if (made.changes.empty()) return made;
    Bindings with_deleted;
    for (const Change& change : made.changes) {
        const Binding* old = change.before ? &*change.before : nullptr;
        if (!keep_deleted || old == nullptr || old->state() == Binding::State::New) continue;
        if (change.after)
            change.after->set_state(Binding::State::Dirty);
        else if (!old->is_memory_only())
            with_deleted.push_back(deleted(*old));
    }
    if (with_deleted.empty()) {
        put(slot, hash, registration.aor, made.after);
    } else {
        with_deleted.insert(with_deleted.begin(), made.after.begin(), made.after.end());
        put(slot, hash, registration.aor, with_deleted);
    }
    return made;
}

void MemoryTable::commit(std::string_view aor, const Bindings& before, const Plan& plan)
{
    const std::size_t hash = hash_of(aor);
    Slot& slot = slot_of(hash);
    const std::lock_guard lock(slot.mutex);
    const EntryPtr& record = *slot.place(hash, aor);
    const auto present = record ? record->list.view() : std::span<const BindingPtr>{};
    const auto contains = [](const auto& range, const BindingPtr& b) {
        return std::find(range.begin(), range.end(), b) != range.end();
    };
    Bindings after;
    for (const BindingPtr& binding : plan.after)
        if (contains(present, binding) || !contains(before, binding))  // else it expired while we waited
            after.push_back(binding);
    put(slot, hash, aor, after);
}

void MemoryTable::load(std::string_view aor, BindingPtr binding, const Rules& rules)
{
    const std::size_t hash = hash_of(aor);
    Slot& slot = slot_of(hash);
    const std::lock_guard lock(slot.mutex);
    const EntryPtr& record = *slot.place(hash, aor);
    if (!record) {  // nearly always: a million rows at a start
        put(slot, hash, aor, {&binding, 1});
        return;
    }
    Bindings bindings(record->list.view().begin(), record->list.view().end());

    const auto same = std::find_if(bindings.begin(), bindings.end(), [&](const BindingPtr& b) {
        return b->uri() == binding->uri() && (!rules.match_call_id || b->call_id() == binding->call_id());
    });
    if (same != bindings.end()) {  // layout 1004 lets a contact have several rows: the newest counts
        if ((*same)->last_modified() > binding->last_modified()) return;
        bindings.erase(same);
    }
    insert_in_order(bindings, std::move(binding), rules.newest_first);
    put(slot, hash, aor, bindings);
}

void MemoryTable::restore(std::string_view aor, std::string_view uri, std::string_view call_id,
                          BindingPtr binding, const Rules& rules)
{
    const std::size_t hash = hash_of(aor);
    Slot& slot = slot_of(hash);
    const std::lock_guard lock(slot.mutex);
    const EntryPtr& record = *slot.place(hash, aor);
    Bindings bindings;
    if (record) bindings.assign(record->list.view().begin(), record->list.view().end());
    const auto same = std::find_if(bindings.begin(), bindings.end(), [&](const BindingPtr& b) {
        return b->uri() == uri && (!rules.match_call_id || b->call_id() == call_id);
    });
    if (same == bindings.end() && !binding) return;
    if (!binding)
        *same = deleted(**same);
    else if (same != bindings.end())
        bindings.erase(same);
    if (binding) insert_in_order(bindings, std::move(binding), rules.newest_first);
    put(slot, hash, aor, bindings);
}

// The caller holds the slot's lock.
void MemoryTable::put(Slot& slot, std::size_t hash, std::string_view aor,
                      std::span<const BindingPtr> bindings)
{
    EntryPtr* record = slot.place(hash, aor);
    if (!*record) {
        if (bindings.empty()) return;
        if (slot.records >= slot.buckets.size()) {
            slot.grow();
            record = slot.place(hash, aor);
        }
        *record = make(hash, aor);
        ++slot.records;
        users_.add();
    }
    visit_at(slot, *record, [&](std::string_view, BindingList& list) { list.assign(bindings); });
}

void MemoryTable::visit_at(Slot& slot, EntryPtr& record, const Visitor& visit)
{
    const std::size_t before = record->list.view().size();
    visit(record->aor(), record->list);
    const std::size_t after = record->list.view().size();
    contacts_.add(after - before);  // modulo 2^64: may be negative
    if (after != 0) return;
    record = std::move(record->next);
    --slot.records;
    users_.subtract();
}

void MemoryTable::visit(std::string_view aor, const Visitor& visit)
{
    const std::size_t hash = hash_of(aor);
    Slot& slot = slot_of(hash);
    const std::lock_guard lock(slot.mutex);
    EntryPtr& record = *slot.place(hash, aor);
    if (record) visit_at(slot, record, visit);
}

void MemoryTable::read(std::size_t slot, const Reader& read) const
{
    const std::lock_guard lock(slots_[slot].mutex);
    for (const EntryPtr& chain : slots_[slot].buckets)
        for (const Entry* record = chain.get(); record != nullptr; record = record->next.get())
            read(record->aor(), record->list.view());
}

bool MemoryTable::walk(Cursor& cursor, const Visitor& visit, std::size_t buckets)
{
    while (buckets > 0 && cursor.slot < slots_.size()) {
        Slot& slot = slots_[cursor.slot];
        const std::lock_guard lock(slot.mutex);
        while (buckets > 0 && cursor.bucket < slot.buckets.size()) {
            EntryPtr* link = &slot.buckets[cursor.bucket];
            while (*link) {
                const Entry* visited = link->get();
                visit_at(slot, *link, visit);
                if (link->get() == visited) link = &(*link)->next;
            }
            ++cursor.bucket;
            --buckets;
        }
        if (cursor.bucket < slot.buckets.size()) break;
        cursor.bucket = 0;
        ++cursor.slot;
        if (buckets > 0) --buckets;  // an empty slot costs a lock
    }
    return cursor.slot < slots_.size();
}

std::size_t MemoryTable::fullest_slot() const
{
    std::size_t most = 0;
    for (const Slot& slot : slots_) {
        const std::lock_guard lock(slot.mutex);
        most = std::max(most, slot.records);
    }
    return most;
}

}  // namespace junctor::usrloc
