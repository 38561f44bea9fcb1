#include "tools/sipload/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace junctor::load
{

std::size_t Histogram::bucket_of(std::uint64_t nanoseconds)
{
    if (nanoseconds < (1U << fine_bits)) return nanoseconds;
    const unsigned power = static_cast<unsigned>(std::bit_width(nanoseconds)) - 1 - fine_bits;
    if (power >= powers) return std::tuple_size_v<decltype(buckets_)> - 1;
    return ((power + std::size_t{1}) << fine_bits) + (nanoseconds >> power) - (1U << fine_bits);
}

std::uint64_t Histogram::middle_of(std::size_t bucket)
{
    if (bucket < (1U << fine_bits)) return bucket;
    const std::size_t power = (bucket >> fine_bits) - 1;
    const std::uint64_t low = ((bucket & ((1U << fine_bits) - 1)) + (1U << fine_bits)) << power;
    return low + ((std::uint64_t{1} << power) >> 1);
}

void Histogram::add(Duration value)
{
    const std::int64_t nanoseconds = std::max<std::int64_t>(0, std::chrono::nanoseconds(value).count());
    ++buckets_[bucket_of(static_cast<std::uint64_t>(nanoseconds))];
    ++count_;
    max_ = std::max(max_, nanoseconds);
}

void Histogram::add(const Histogram& other)
{
    for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
}

Duration Histogram::quantile(double part) const
{
    const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen >= wanted && seen > 0)
            return Duration(std::min(static_cast<std::int64_t>(middle_of(i)), max_));
    }
    return {};
}

}  // namespace junctor::load
