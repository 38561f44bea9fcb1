// Which nonce counts (nc) have been used with which nonce: what makes a replay visible (RFC 7616 §3.4, §5.5).
//
// A nonce is remembered from its first use by someone who knew the password until it expires. Memory is
// bounded: over the limit the oldest are forgotten, and nonces as old as those that are not remembered are no
// longer taken (the client gets a new one), so that forgetting never lets a replay through.
//
// Counts may overtake one another on their way (UDP, parallel requests): the last 64 are taken in any order,
// each once. The same request again within 32 s is a retransmission whose answer was lost, not a replay.
// Thread-safe: the worker that a request reaches is not always the same.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "modules/auth/nonce.h"

namespace junctor::auth
{

class NonceCounts
{
public:
    enum class Use : std::uint8_t { First, Retransmission, Replay, Forgotten };

    explicit NonceCounts(std::size_t limit);

    // `request`: equal for retransmissions of one request only.
    Use use(const Nonce& nonce, std::uint32_t count, std::uint64_t request, WallTime now);
    std::size_t size() const;

private:
    // One for each nonce of the last minutes: small, or the cache is full of them.
    struct Seen {
        std::uint64_t request = 0;
        std::uint32_t count = 0;
        std::uint32_t at = 0;  // Unix seconds; 0: nobody
    };
    struct Entry {
        std::uint32_t highest = 0;
        std::uint64_t window = 0;      // bit n: highest - n was used
        std::array<Seen, 4> latest{};  // a ring: who used them
        std::uint32_t next = 0;

        Use use(std::uint32_t count, std::uint64_t request, std::uint32_t now);  // Unix seconds
    };
    struct Remembered {
        WallTime expires;
        std::uint64_t number;
    };
    struct Shard {
        mutable std::mutex mutex;
        std::unordered_map<std::uint64_t, Entry> entries;
        std::deque<Remembered> order;  // of first use
        WallTime forgotten_until{};    // nonces that expire by then and are not here were perhaps forgotten
    };
    static constexpr std::size_t shards = 16;

    void make_room(Shard& shard, WallTime now) const;

    const std::size_t limit_;  // of a shard
    std::array<Shard, shards> shards_;
};

}  // namespace junctor::auth
