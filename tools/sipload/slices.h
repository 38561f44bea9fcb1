// Latencies slice by slice: a slice is a hundredth of a second, or as long as 200 conversations take. What
// stops the whole machine (another guest of its host, a garbage collector) spoils the slices that it falls
// into and a quantile over the whole run; the median of the slices says what the server does meanwhile. One
// thread.
#pragma once

#include <vector>

#include "core/runtime/clock.h"

namespace junctor::load
{

class Slices
{
public:
    struct Quantiles {
        Duration p50{}, p99{};
    };

    void add(TimePoint now, Duration latency);
    void add(const Slices& other);  // its whole slices
    // The middle one of all slices' medians, and that of their 99th percentiles; zero before the first slice
    // is over.
    Quantiles median() const;

private:
    TimePoint begin_{};
    std::vector<Duration> latencies_;  // of this slice
    std::vector<Duration> p50s_, p99s_;
};

}  // namespace junctor::load
