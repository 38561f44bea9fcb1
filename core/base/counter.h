// Statistics counters that workers add to without sharing a cache line; reading sums up. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace junctor
{

// Each thread that counts much takes a slot of its own at start (workers: 1 + their index); others, and those
// for whom there is none left, share slot 0.
void set_counter_slot(unsigned slot);
unsigned counter_slot();

class Counter
{
public:
    static constexpr unsigned slots = 16;

    void add(std::uint64_t amount = 1)
    {
        const unsigned slot = counter_slot();
        auto& value = slots_[slot].value;
        if (slot == 0)
            value.fetch_add(amount, std::memory_order_relaxed);
        else  // nobody else writes it: no need to lock the bus, ten times a message
            value.store(value.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    void subtract(std::uint64_t amount = 1) { add(~amount + 1); }
    std::uint64_t value() const { return sum() - before_.load(std::memory_order_relaxed); }
    void reset() { before_.store(sum(), std::memory_order_relaxed); }

private:
    std::uint64_t sum() const
    {
        std::uint64_t sum = 0;
        for (const auto& slot : slots_) sum += slot.value.load(std::memory_order_relaxed);
        return sum;
    }

    struct alignas(64) Slot {
        std::atomic<std::uint64_t> value{0};
    };
    std::array<Slot, slots> slots_;
    std::atomic<std::uint64_t> before_{0};  // the last reset: slots are their threads' alone
};

}  // namespace junctor
