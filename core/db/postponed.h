// What the start of a server owes to databases that were away (global db_required=no): bindings of tables,
// and loads. Each is tried again and again, in the order of their coming, until it succeeds.
//
// An item may find that its database is there but its table wrong: that stands in the log, once, and the item
// is tried again, so that mending the table is all that is needed. On the main loop.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/runtime/clock.h"
#include "core/runtime/task.h"
#include "core/runtime/worker.h"

namespace junctor::db
{

class Postponed
{
public:
    using Work = std::function<Task<Result<void>>()>;  // may be called several times; what it uses must live

    explicit Postponed(Worker& home) : home_(home) {}

    void add(std::string what, Error why, Work work);
    void end();  // what is left is given up

    // On any thread.
    std::size_t left() const { return left_.load(std::memory_order_relaxed); }
    Duration waited() const;  // since something was left; zero: nothing is

    // Could the database not be asked, or did it not answer? (An answer is no reason to wait.)
    static bool is_away(const Error& error) { return error.status == 503 || error.status == 504; }

private:
    struct Item {
        std::string what, told;  // `told`: the error that the log has
        Work work;
    };
    Task<bool> run();
    static void tell(Item& item, const Error& error);

    Worker& home_;
    std::list<Item> items_;
    std::atomic<std::size_t> left_ = 0;
    std::atomic<TimePoint> since_ = TimePoint{};
    bool running_ = false;
    std::optional<TaskGroup> tasks_ = std::optional<TaskGroup>(std::in_place);  // none: it has ended
};

}  // namespace junctor::db
