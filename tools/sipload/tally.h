// What one thread of the generator has done. It counts, the main thread looks on: each number has one writer.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "tools/sipload/histogram.h"
#include "tools/sipload/slices.h"

namespace junctor::load
{

class Count
{
public:
    void add() { value_.store(value_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

struct Tally {
    Count started, done, failed;
    Count retransmitted;  // messages that we had to send again
    Count sent, received;
    Count late;  // messages for a conversation that is over

    std::atomic<bool> measuring{false};
    // To be read when the thread has ended: of what was measured.
    Histogram latency;
    Slices slices;
    std::array<std::uint64_t, 700> failures{};  // by status; 408 also where nothing came back
};

// The sum of all threads at one moment.
struct Snapshot {
    std::uint64_t started = 0, done = 0, failed = 0, retransmitted = 0, sent = 0, received = 0, late = 0;

    void add(const Tally& tally);
    Snapshot since(const Snapshot& before) const;
};

}  // namespace junctor::load
