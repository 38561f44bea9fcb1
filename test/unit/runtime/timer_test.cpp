#include "core/runtime/timer.h"

#include <random>

#include <catch2/catch.hpp>

using namespace junctor;
using namespace std::chrono_literals;

namespace
{

struct Wheel {
    VirtualClock clock;
    TimerWheel timers{clock};

    std::size_t pass(Duration time)
    {
        clock.advance(time);
        return timers.run_due();
    }
};

}  // namespace

TEST_CASE("a timer fires once, when its time has come and not before", "[runtime]")
{
    Wheel wheel;
    int fired = 0;
    Timer timer(wheel.timers, [&] { ++fired; });

    SECTION("after exactly its delay")
    {
        const auto delay = GENERATE(1ms, 255ms, 256ms, 257ms, 500ms, 32000ms, 65536ms, 180000ms, 24h * 60);
        timer.start(delay);
        CHECK(timer.is_running());
        wheel.pass(delay - 1ns);
        CHECK(fired == 0);
        CHECK(wheel.pass(1ns) == 1);
        CHECK(fired == 1);
        CHECK_FALSE(timer.is_running());
        CHECK(wheel.timers.running() == 0);
        wheel.pass(24h);
        CHECK(fired == 1);
    }
    SECTION("a delay of zero is the next turn of the wheel, at the same time")
    {
        timer.start(0s);
        CHECK(wheel.timers.run_due() == 1);
        timer.start(-5s);
        CHECK(wheel.timers.run_due() == 1);
    }
    SECTION("a fraction of a tick is rounded up")
    {
        timer.start(1500us);
        CHECK(wheel.pass(1500us) == 0);
        CHECK(wheel.pass(500us) == 1);
    }
    SECTION("stopped, it does not fire")
    {
        timer.start(10ms);
        timer.stop();
        CHECK_FALSE(wheel.timers.next_due());
        CHECK(wheel.pass(1s) == 0);
    }
    SECTION("started again, only the new time counts")
    {
        timer.start(10ms);
        timer.start(20ms);
        CHECK(wheel.timers.running() == 1);
        CHECK(wheel.pass(10ms) == 0);
        CHECK(wheel.pass(10ms) == 1);
    }
    SECTION("a delay without measure is brought forward to the wheel's limit")
    {
        timer.start(Duration::max());
        CHECK(wheel.pass(24h * 365 * 20) == 0);
        CHECK(wheel.pass(24h * 365 * 20) == 1);
    }
}

TEST_CASE("timers fire in the order of their due times, equal ones in the order of their starts", "[runtime]")
{
    Wheel wheel;
    std::vector<int> order;
    Timer late(wheel.timers, [&] { order.push_back(4); });
    Timer second(wheel.timers, [&] { order.push_back(2); });
    Timer third(wheel.timers, [&] { order.push_back(3); });
    Timer first(wheel.timers, [&] { order.push_back(1); });
    late.start(1001ms);
    second.start(1000ms);
    wheel.pass(950ms);
    third.start(50ms);  // the same tick as `second`, started from near by
    first.start(49ms);
    wheel.pass(100ms);
    CHECK(order == std::vector{1, 2, 3, 4});
}

TEST_CASE("a timer's callback may do to any timer what it likes", "[runtime]")
{
    Wheel wheel;

    SECTION("destroy its own timer, and what it captured stays whole until it ends")
    {
        std::unique_ptr<Timer> timer;
        const auto text = std::make_shared<std::string>("still here");
        std::string seen;
        timer = std::make_unique<Timer>(wheel.timers, [&timer, &seen, text] {
            timer.reset();
            seen = *text;
        });
        timer->start(1ms);
        wheel.pass(1ms);
        CHECK(seen == "still here");
        CHECK(text.use_count() == 1);
    }
    SECTION("restart its own timer")
    {
        int fired = 0;
        Timer timer(wheel.timers, [&] {
            if (++fired < 3) timer.start(10ms);
        });
        timer.start(10ms);
        wheel.pass(10ms);
        wheel.pass(10ms);
        wheel.pass(10ms);
        wheel.pass(10ms);
        CHECK(fired == 3);
    }
    SECTION("stop or destroy one that is due in the same tick")
    {
        int fired = 0;
        Timer stopped(wheel.timers, [&] { ++fired; });
        auto destroyed = std::make_unique<Timer>(wheel.timers, [&] { ++fired; });
        Timer before(wheel.timers, [&] {
            stopped.stop();
            destroyed.reset();
        });
        before.start(5ms);
        stopped.start(5ms);
        destroyed->start(5ms);
        CHECK(wheel.pass(5ms) == 1);
        CHECK(fired == 0);
        CHECK(wheel.timers.running() == 0);
    }
    SECTION("start one for this very tick: it waits for the next turn, so nothing can spin the wheel")
    {
        int fired = 0;
        Timer timer(wheel.timers, [&] {
            ++fired;
            timer.start(0s);
        });
        timer.start(0s);
        wheel.timers.run_due();
        CHECK(fired == 1);
        wheel.timers.run_due();
        CHECK(fired == 2);
    }
}

TEST_CASE("a timer may outlive its wheel", "[runtime]")
{
    VirtualClock clock;
    auto wheel = std::make_unique<TimerWheel>(clock);
    Timer timer(*wheel, [] {});
    Timer other(*wheel, [] {});
    timer.start(1h);
    other.start(1h);
    wheel.reset();
    CHECK_FALSE(timer.is_running());
}

TEST_CASE("next_due() is never late, and following it fires every timer at its tick", "[runtime]")
{
    Wheel wheel;
    std::mt19937 random(GENERATE(range(1U, 9U)));
    std::vector<std::unique_ptr<Timer>> timers;
    std::vector<TimePoint> expected, seen;
    for (int i = 0; i < 300; ++i) {
        timers.push_back(std::make_unique<Timer>(wheel.timers, [&] { seen.push_back(wheel.clock.now()); }));
        const Duration delay = std::chrono::milliseconds(random() % (1U << (random() % 28)));
        timers.back()->start(delay);
        if (i % 5 == 0) wheel.pass(std::chrono::milliseconds(random() % 3));
    }
    for (const auto& timer : timers)
        if (timer->is_running()) expected.push_back(timer->due());
    std::sort(expected.begin(), expected.end());
    seen.clear();
    int turns = 0;
    while (const auto due = wheel.timers.next_due()) {
        REQUIRE(++turns < 10000);
        if (*due > wheel.clock.now()) wheel.clock.advance(*due - wheel.clock.now());
        wheel.timers.run_due();
    }
    CHECK(seen == expected);
}
