#include "tools/sipload/slices.h"

#include <algorithm>

namespace junctor::load
{
namespace
{

constexpr Duration shortest = std::chrono::milliseconds(10);
constexpr std::size_t fewest = 200;  // so that p99 is not the worst one alone

Duration quantile(std::vector<Duration>& values, std::size_t percent)
{
    if (values.empty()) return {};
    const auto place = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) * percent / 100);
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

}  // namespace

void Slices::add(TimePoint now, Duration latency)
{
    if (latencies_.empty()) begin_ = now;
    latencies_.push_back(latency);
    if (now - begin_ < shortest || latencies_.size() < fewest) return;
    p50s_.push_back(quantile(latencies_, 50));
    p99s_.push_back(quantile(latencies_, 99));
    latencies_.clear();
}

void Slices::add(const Slices& other)
{
    p50s_.insert(p50s_.end(), other.p50s_.begin(), other.p50s_.end());
    p99s_.insert(p99s_.end(), other.p99s_.begin(), other.p99s_.end());
}

Slices::Quantiles Slices::median() const
{
    auto p50s = p50s_, p99s = p99s_;
    return {quantile(p50s, 50), quantile(p99s, 50)};
}

}  // namespace junctor::load
