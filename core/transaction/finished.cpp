#include "core/transaction/finished.h"

namespace junctor::transaction
{
namespace
{

// The timer fires this much later than the first is due, so that it takes many at a time.
constexpr Duration patience = std::chrono::milliseconds(20);

// Of two with the same key the later one stands in the table.
void forget(LargeKeyedTable<const Finished*>& table, std::uint64_t key, const Finished& finished)
{
    if (table.find(key) == &finished) table.erase(key);
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
    by_key_.put(added.key, &added);
    by_call_.put(added.call_key, &added);
    by_label_.put(added.label, &added);
    if (!timer_.is_running()) timer_.start(linger + patience);
}

const Finished* FinishedTransactions::find(std::uint64_t key, sip::Method method) const
{
    const Finished* const found = by_key_.find(key);
    return found != nullptr && found->method == method ? found : nullptr;
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
