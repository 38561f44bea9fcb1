#include "core/db/postponed.h"

#include "core/base/log.h"
#include "core/runtime/pause.h"

namespace junctor::db
{
namespace
{

// A database that is away has its breaker, which lets fewer through.
constexpr Duration between_attempts = std::chrono::seconds(1);

}  // namespace

void Postponed::add(std::string what, Error why, Work work)
{
    if (items_.empty()) since_ = home_.clock().now();
    tell(items_.emplace_back(Item{std::move(what), {}, std::move(work)}), why);
    left_ = items_.size();
    if (std::exchange(running_, true)) return;
    home_.post([this] {
        if (tasks_) tasks_->start(run());
    });
}

void Postponed::end()
{
    tasks_.reset();
    items_.clear();
    left_ = 0;
}

Duration Postponed::waited() const
{
    return left() == 0 ? Duration::zero() : home_.clock().now() - since_.load(std::memory_order_relaxed);
}

Task<bool> Postponed::run()
{
    while (!items_.empty()) {
        co_await pause(home_, between_attempts);
        for (auto item = items_.begin(); item != items_.end();) {
            const Result<void> done = co_await item->work();
            if (done) {
                log_notice("db", "{}: done now that the database is there", item->what);
                item = items_.erase(item);
                left_ = items_.size();
            } else {
                tell(*item++, done.error());
            }
        }
    }
    running_ = false;
    co_return true;
}

void Postponed::tell(Item& item, const Error& error)
{
    // Why it is away may be said in ever new words: the first ones do.
    if (is_away(error) && !item.told.empty()) return;
    if (error.text == item.told) return;
    item.told = error.text;
    if (is_away(error))
        log_warning("db", "{}: the server starts without it and looks for the database each second: {}",
                    item.what, error.text);
    else
        log_error("db", "{}: cannot be used, and is tried again each second: {}", item.what, error.text);
}

}  // namespace junctor::db
