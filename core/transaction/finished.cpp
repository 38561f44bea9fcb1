#include "core/transaction/finished.h"

namespace junctor::transaction
{
namespace
{

// The timer fires this much later than the first is due, so that it takes many at a time.
constexpr Duration patience = std::chrono::milliseconds(20);

// Of two with the same key the later one stands in the table.
void forget(KeyedTable<const Finished*>& table, std::uint64_t key, const Finished& finished)
{
    const auto found = table.find(key);
    if (found != table.end() && found->second == &finished) table.erase(found);
}

}  // namespace

FinishedTransactions::FinishedTransactions(TimerWheel& wheel, std::function<void(const Finished&)> on_forget)
    : on_forget_(std::move(on_forget)), clock_(wheel.clock()), timer_(wheel, [this] { forget_due(); })
{
}

void FinishedTransactions::add(Finished finished, Duration linger)
{
    finished.until = clock_.now() + linger;
    queue_.push_back(std::move(finished));
    const Finished& added = queue_.back();
    by_key_[added.key] = &added;
    by_call_[added.call_key] = &added;
    by_label_[added.label] = &added;
    if (!timer_.is_running()) timer_.start(linger + patience);
}

const Finished* FinishedTransactions::find(std::uint64_t key, sip::Method method) const
{
    const auto found = by_key_.find(key);
    return found != by_key_.end() && found->second->method == method ? found->second : nullptr;
}

const Finished* FinishedTransactions::find_call(std::uint64_t call_key) const
{
    const auto found = by_call_.find(call_key);
    return found != by_call_.end() ? found->second : nullptr;
}

void FinishedTransactions::forget_due()
{
    const TimePoint now = clock_.now();
    for (; !queue_.empty() && queue_.front().until <= now; queue_.pop_front()) {
        const Finished& old = queue_.front();
        forget(by_key_, old.key, old);
        forget(by_call_, old.call_key, old);
        forget(by_label_, old.label, old);
        on_forget_(old);
    }
    if (!queue_.empty()) timer_.start(queue_.front().until - now + patience);
}

}  // namespace junctor::transaction
