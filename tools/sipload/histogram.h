// Latencies in buckets that grow with them: any quantile within 1.6 %, in 30 KiB, from 1 ns to 9 minutes.
#pragma once

#include <array>
#include <cstdint>

#include "core/runtime/clock.h"

namespace junctor::load
{

class Histogram
{
public:
    void add(Duration value);
    void add(const Histogram& other);
    std::uint64_t count() const { return count_; }
    Duration quantile(double part) const;  // 0.99; zero where nothing was added
    Duration max() const { return Duration(max_); }

private:
    // Each power of two is cut into 64 equal buckets.
    static constexpr unsigned fine_bits = 6, powers = 34;
    static std::size_t bucket_of(std::uint64_t nanoseconds);
    static std::uint64_t middle_of(std::size_t bucket);

    std::array<std::uint64_t, (powers + 1) << fine_bits> buckets_{};
    std::uint64_t count_ = 0;
    std::int64_t max_ = 0;  // nanoseconds
};

}  // namespace junctor::load
