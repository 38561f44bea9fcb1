// Statistics counters that workers add to without sharing a cache line; reading sums up. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace junctor
{

// Each thread that counts much takes a slot of its own at start (workers: their index); others share slot 0.
void set_counter_slot(unsigned slot);
unsigned counter_slot();

class Counter
{
public:
    static constexpr unsigned slots = 16;

    void add(std::uint64_t amount = 1)
    {
        slots_[counter_slot() % slots].value.fetch_add(amount, std::memory_order_relaxed);
    }
    void subtract(std::uint64_t amount = 1) { add(~amount + 1); }
    std::uint64_t value() const
    {
        std::uint64_t sum = 0;
        for (const auto& slot : slots_) sum += slot.value.load(std::memory_order_relaxed);
        return sum;
    }
    void reset()
    {
        for (auto& slot : slots_) slot.value.store(0, std::memory_order_relaxed);
    }

private:
    struct alignas(64) Slot {
        std::atomic<std::uint64_t> value{0};
    };
    std::array<Slot, slots> slots_;
};

}  // namespace junctor
