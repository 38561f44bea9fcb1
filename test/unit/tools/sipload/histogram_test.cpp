#include "tools/sipload/histogram.h"

#include <catch2/catch.hpp>

using namespace junctor::load;
using namespace std::chrono_literals;

TEST_CASE("a histogram's quantiles are within 1.6 % of the truth", "[sipload]")
{
    Histogram histogram;
    for (int i = 1; i <= 100'000; ++i) histogram.add(std::chrono::microseconds(i));
    CHECK(histogram.count() == 100'000);
    const auto near = [&](double part) { return static_cast<double>(histogram.quantile(part).count()); };
    CHECK(near(0.5) == Approx(50e6).epsilon(0.016));
    CHECK(near(0.99) == Approx(99e6).epsilon(0.016));
    CHECK(near(0.999) == Approx(99.9e6).epsilon(0.016));
    CHECK(histogram.max() == 100ms);
    CHECK(histogram.quantile(1) <= histogram.max());
}

TEST_CASE("an empty histogram has no latencies, and one value is all quantiles", "[sipload]")
{
    Histogram histogram;
    CHECK(histogram.quantile(0.5) == 0ns);
    histogram.add(10ns);
    CHECK(histogram.quantile(0.5) == 10ns);
    CHECK(histogram.quantile(0.999) == 10ns);
}

TEST_CASE("histograms of several threads add up, whatever is in them", "[sipload]")
{
    Histogram one, other;
    one.add(1ms);
    other.add(std::chrono::hours(2));  // more than the buckets reach
    other.add(-5ms);                   // a clock that went back
    one.add(other);
    CHECK(one.count() == 3);
    CHECK(one.max() == std::chrono::hours(2));
    CHECK(one.quantile(0.01) == 0ns);
}
