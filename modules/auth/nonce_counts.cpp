#include "modules/auth/nonce_counts.h"

#include <algorithm>

namespace junctor::auth
{
namespace
{

constexpr std::uint32_t retransmission_seconds = 32;  // 64 * T1: how long a client repeats a request

}  // namespace

NonceCounts::NonceCounts(std::size_t limit) : limit_(std::max<std::size_t>(1, limit / shards)) {}

NonceCounts::Use NonceCounts::use(const Nonce& nonce, std::uint32_t count, std::uint64_t request,
                                  WallTime now)
{
    const auto second =
        static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
    Shard& shard = shards_[nonce.number % shards];
    const std::lock_guard lock(shard.mutex);
    const auto known = shard.entries.find(nonce.number);
    if (known != shard.entries.end()) return known->second.use(count, request, second);
    if (nonce.expires <= shard.forgotten_until) return Use::Forgotten;
    make_room(shard, now);
    shard.order.push_back({nonce.expires, nonce.number});
    return shard.entries[nonce.number].use(count, request, second);
}

void NonceCounts::make_room(Shard& shard, WallTime now) const
{
    while (!shard.order.empty()) {
        const Remembered oldest = shard.order.front();
        if (oldest.expires > now) {
            if (shard.entries.size() < limit_) return;
            shard.forgotten_until = std::max(shard.forgotten_until, oldest.expires);
        }
        shard.entries.erase(oldest.number);
        shard.order.pop_front();
    }
}

NonceCounts::Use NonceCounts::Entry::use(std::uint32_t count, std::uint64_t request, std::uint32_t now)
{
    if (count > highest) {
        const std::uint32_t step = count - highest;
        window = step < 64 ? window << step : 0;
        window |= 1;
        highest = count;
    } else {
        const std::uint32_t back = highest - count;
        const std::uint64_t bit = back < 64 ? std::uint64_t{1} << back : 0;
        if (bit == 0 || (window & bit) != 0) {
            const bool repeated = std::any_of(latest.begin(), latest.end(), [&](const Seen& seen) {
                return seen.at != 0 && seen.count == count && seen.request == request &&
                       now - seen.at <= retransmission_seconds;
            });
            return repeated ? Use::Retransmission : Use::Replay;
        }
        window |= bit;
    }
    latest[next++ % latest.size()] = {request, count, now};
    return Use::First;
}

std::size_t NonceCounts::size() const
{
    std::size_t all = 0;
    for (const Shard& shard : shards_) {
        const std::lock_guard lock(shard.mutex);
        all += shard.entries.size();
    }
    return all;
}

}  // namespace junctor::auth
