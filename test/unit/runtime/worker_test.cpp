#include <atomic>
#include <csignal>
#include <thread>

#include <catch2/catch.hpp>

#include "core/runtime/event_loop.h"
#include "core/runtime/signals.h"
#include "core/runtime/virtual_worker.h"

using namespace junctor;
using namespace std::chrono_literals;

TEST_CASE("an event loop runs what other threads post, on its own thread and in their order", "[runtime]")
{
    EventLoop loop(3);
    CHECK(loop.index() == 3);
    CHECK(loop.is_here());  // until a thread runs it, it belongs to the one that made it

    std::vector<int> seen[2];
    std::atomic<int> wrong_thread = 0;
    const auto produce = [&](int producer) {
        for (int i = 0; i < 1000; ++i)
            loop.post([&, producer, i] {
                if (!loop.is_here()) ++wrong_thread;
                seen[producer].push_back(i);
                if (seen[0].size() + seen[1].size() == 2000) loop.stop();
            });
    };
    std::thread runner([&] { loop.run(); });
    std::thread first(produce, 0), second(produce, 1);
    first.join();
    second.join();
    runner.join();

    CHECK_FALSE(loop.is_here());
    CHECK(wrong_thread == 0);
    for (const auto& numbers : seen) {
        REQUIRE(numbers.size() == 1000);
        CHECK(std::is_sorted(numbers.begin(), numbers.end()));
    }
}

TEST_CASE("what is asked for at the end of a turn runs after all that happens in it, before the next",
          "[runtime]")
{
    EventLoop loop(0);
    std::string seen;
    loop.at_turn_end([&] { seen += "first "; });
    loop.post([&] {
        loop.at_turn_end([&] {
            seen += "end ";
            loop.at_turn_end([&] { seen += "more "; });
        });
        loop.post([&] {
            seen += "next";
            loop.stop();
        });
        seen += "work ";
    });
    loop.post([&] { seen += "other "; });
    loop.run();
    CHECK(seen == "first work other end more next");
}

TEST_CASE("an event loop fires timers at their time, also one that is started before a later one",
          "[runtime]")
{
    EventLoop loop(0);
    std::vector<int> order;
    const TimePoint start = loop.clock().now();
    TimePoint end{};
    Timer last(loop.timers(), [&] {
        order.push_back(3);
        end = loop.clock().now();
        loop.stop();
    });
    Timer first(loop.timers(), [&] { order.push_back(1); });
    Timer second(loop.timers(), [&] { order.push_back(2); });
    last.start(20ms);
    second.start(4ms);
    loop.post([&] { first.start(0ms); });
    loop.run();
    CHECK(order == std::vector{1, 2, 3});
    CHECK(end - start >= 20ms);
}

TEST_CASE("a timer that is always due does not keep an event loop from its posted work", "[runtime]")
{
    EventLoop loop(0);
    Timer restless(loop.timers(), [&] { restless.start(0ms); });
    restless.start(0ms);
    int done = 0;
    loop.post([&] {
        ++done;
        loop.post([&] {
            ++done;
            loop.stop();
        });
    });
    loop.run();
    CHECK(done == 2);
}

TEST_CASE("a thousand things posted at once do not keep a due timer waiting for the last of them",
          "[runtime]")
{
    EventLoop loop(0);
    int done = 0, done_before = 0;
    Timer due(loop.timers(), [&] { done_before = done; });
    loop.post([&] {
        due.start(0ms);
        const auto passed = loop.clock().now() + 3ms;  // then it is due, on the slowest machine
        while (loop.clock().now() < passed) {
        }
    });
    for (int i = 0; i < 1000; ++i) loop.post([&] { ++done; });
    loop.post([&] { loop.stop(); });
    loop.run();
    CHECK(done == 1000);
    CHECK(done_before < 100);
}

TEST_CASE("an event loop can be stopped before it runs, and run again", "[runtime]")
{
    EventLoop loop(0);
    int done = 0;
    loop.stop();
    loop.run();
    loop.post([&] {
        ++done;
        loop.stop();
    });
    loop.run();
    CHECK(done == 1);
}

TEST_CASE("work that an event loop never ran is destroyed with it", "[runtime]")
{
    const auto held = std::make_shared<int>(1);
    {
        EventLoop loop(0);
        loop.post([held] {});
        CHECK(held.use_count() == 2);
    }
    CHECK(held.use_count() == 1);
}

TEST_CASE("signals arrive as calls on the loop, again and again", "[runtime]")
{
    EventLoop loop(0);
    std::vector<int> seen;
    {
        const Signals signals(loop, std::array{SIGUSR1, SIGHUP}, [&](int number) {
            seen.push_back(number);
            if (seen.size() == 1) std::raise(SIGHUP);
            if (seen.size() == 2) loop.stop();
        });
        std::raise(SIGUSR1);
        loop.run();
        std::raise(SIGPIPE);  // ignored, else this test would end here
    }
    CHECK(seen == std::vector{SIGUSR1, SIGHUP});
}

TEST_CASE("a virtual worker runs posted work when the test says so", "[runtime]")
{
    VirtualClock clock;
    VirtualWorker worker(clock, 1);
    std::vector<int> order;
    worker.post([&] {
        order.push_back(1);
        worker.post([&] { order.push_back(3); });
    });
    worker.post([&] { order.push_back(2); });
    CHECK(order.empty());
    CHECK(worker.run_posted());
    CHECK(order == std::vector{1, 2, 3});

    SECTION("work that posts itself for ever is noticed")
    {
        std::function<void()> again = [&] { worker.post(again); };
        worker.post(again);
        CHECK_FALSE(worker.run_posted(50));
    }
}

TEST_CASE("a thread knows the worker that it runs, also where scopes nest", "[runtime]")
{
    CHECK(Worker::current() == nullptr);
    EventLoop loop(0);
    VirtualClock clock;
    VirtualWorker inner(clock, 1);
    Worker* seen = nullptr;
    Worker* seen_inside = nullptr;
    inner.post([&] { seen_inside = Worker::current(); });
    loop.post([&] {
        inner.run_posted();
        seen = Worker::current();
        loop.stop();
    });
    loop.run();
    CHECK(seen_inside == &inner);
    CHECK(seen == &loop);
    CHECK(Worker::current() == nullptr);
}
