#include "tools/sipload/slices.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::load;
using namespace std::chrono_literals;

namespace
{

// One conversation ends every ten microseconds; their latencies go from 1 to 100 us.
void add(Slices& slices, TimePoint& now, int many, Duration further = {})
{
    for (int i = 0; i < many; ++i, now += 10us)
        slices.add(now, std::chrono::microseconds(i % 100 + 1) + further);
}

}  // namespace

TEST_CASE("a stall spoils the slices that it falls into, not the median slice", "[sipload]")
{
    Slices slices;
    TimePoint now{};
    add(slices, now, 20'000);
    add(slices, now, 3'000, 50ms);
    add(slices, now, 20'000);
    CHECK(slices.median().p50 >= 49us);
    CHECK(slices.median().p50 <= 52us);
    CHECK(slices.median().p99 >= 98us);
    CHECK(slices.median().p99 <= 100us);
}

TEST_CASE("what is slow now and then in every slice is in the median slice", "[sipload]")
{
    Slices slices;
    TimePoint now{};
    for (int i = 0; i < 400; ++i) {
        add(slices, now, 95);
        add(slices, now, 5, 1ms);
    }
    CHECK(slices.median().p99 > 1ms);
    CHECK(slices.median().p50 < 100us);
}

TEST_CASE("a slice has enough conversations for a percentile, however long they take", "[sipload]")
{
    Slices slices;
    TimePoint now{};
    for (int i = 0; i < 199; ++i, now += 1s) slices.add(now, 1ms);
    CHECK(slices.median().p99 == 0ms);
    slices.add(now, 1ms);
    CHECK(slices.median().p99 == 1ms);
}

TEST_CASE("the slices of several threads stand side by side", "[sipload]")
{
    Slices slow, fast, more;
    TimePoint now{};
    add(slow, now, 10'000, 1s);
    add(fast, now, 10'000);
    add(more, now, 10'000);
    slow.add(fast);
    slow.add(more);
    CHECK(slow.median().p99 <= 100us);
    CHECK(slow.median().p99 >= 98us);
}
