// A table kept in memory in a form made for asking. A reload builds the new content aside and puts it in
// force at once: whoever reads sees the old one or the new one whole, and never waits.
//
//     db::Cached<DomainSet> domains_;                               // a member of the module
//     domains_.prepare(context.workers());                          // start()
//     co_await db::load(domains_, table_, add_row);                 // start(), and a command on the main
//     loop domains_.read(worker).contains(host)                          // on a message's way: no lock, no
//     count
//
// Memory: while a reload runs there are two contents; an old one goes with the next put() after every reader
// has asked again. It is freed there, never on a reader's thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/db/table.h"

namespace junctor::db
{

template <class T>
class Cached
{
public:
    Cached() { prepare(1); }

    // Before the first read(). Readers are numbered from 0, as workers are; each is one thread at a time.
    void prepare(unsigned readers)
    {
        while (seen_.size() < readers) seen_.push_back(std::make_unique<Seen>());
    }

    bool is_loaded() const { return number_.load(std::memory_order_acquire) != 0; }
    // The content in force; T{} before the first put(). The reference is good until this reader's next call.
    const T& read(unsigned reader)
    {
        Seen& seen = *seen_[reader];
        if (seen.number != number_.load(std::memory_order_acquire)) look_again(seen);
        return *seen.content;
    }
    // The same for whoever is no reader; any thread.
    std::shared_ptr<const T> current() const
    {
        const std::lock_guard lock(mutex_);
        return content_;
    }

    // Reloads may overlap. One takes its number before it reads the table; what one that began earlier brings
    // late is dropped: it is older. False: dropped.
    std::uint64_t begin() { return ++begun_; }
    bool put(std::uint64_t began, std::shared_ptr<const T> content)
    {
        std::vector<std::shared_ptr<const T>> unused;  // freed after the lock
        const std::lock_guard lock(mutex_);
        if (began < number_.load(std::memory_order_relaxed)) return false;
        old_.push_back(std::exchange(content_, std::move(content)));
        number_.store(began, std::memory_order_release);
        for (auto& old : old_)
            if (old.use_count() == 1) unused.push_back(std::move(old));
        std::erase(old_, nullptr);
        return true;
    }

private:
    struct alignas(64) Seen {  // by one reader; a cache line each
        std::uint64_t number = 0;
        std::shared_ptr<const T> content = std::make_shared<const T>();
    };
    void look_again(Seen& seen)
    {
        const std::lock_guard lock(mutex_);
        seen.content = content_;
        seen.number = number_.load(std::memory_order_relaxed);
    }

    mutable std::mutex mutex_;  // of content_ and old_
    std::shared_ptr<const T> content_ = std::make_shared<const T>();
    std::vector<std::shared_ptr<const T>> old_;  // that a reader may still look at
    std::atomic<std::uint64_t> number_ = 0;      // of content_
    std::atomic<std::uint64_t> begun_ = 0;
    std::vector<std::unique_ptr<Seen>> seen_;
};

// Reads the whole table into a new T and puts it in force. `add` may refuse a row: then, as when the database
// fails, the old content stays. The answer: how many rows.
template <class T, class Row>
Task<Result<std::uint64_t>> load(Cached<T>& cached, const Table<Row>& table,
                                 Result<void> (*add)(T& content, Row& row))
{
    const std::uint64_t began = cached.begin();
    auto content = std::make_shared<T>();
    Result<void> added;
    auto rows = co_await table.scan([&](Row& row) {
        if (added) added = add(*content, row);
    });
    if (!rows) co_return fail(std::move(rows.error()));
    if (!added) co_return fail(std::move(added.error()));
    cached.put(began, std::move(content));
    co_return *rows;
}

}  // namespace junctor::db
