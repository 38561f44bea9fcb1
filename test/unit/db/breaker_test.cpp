#include "core/db/breaker.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::db;
using namespace std::chrono_literals;
using State = Breaker::State;

TEST_CASE("A breaker opens after failures in a row, and lets one probe through at a time", "[db][breaker]")
{
    TimePoint now{};
    Breaker breaker({3, 1s, 4s});
    const auto fail_times = [&](int times) {
        bool opened = false;
        for (int i = 0; i < times; ++i) opened = breaker.failed(now);
        return opened;
    };

    SECTION("an answer in between starts the count anew")
    {
        fail_times(2);
        CHECK_FALSE(breaker.succeeded());
        CHECK_FALSE(fail_times(2));
        CHECK(breaker.may_ask(now));
        CHECK(fail_times(1));
        CHECK_FALSE(breaker.may_ask(now));
    }
    SECTION("the pause doubles up to its limit, and an answer closes it")
    {
        REQUIRE(fail_times(3));
        CHECK(breaker.until_probe(now) == 1s);
        for (const Duration pause : {1s, 2s, 4s, 4s}) {
            now += pause - 1ms;
            CHECK_FALSE(breaker.may_ask(now));
            now += 1ms;
            CHECK(breaker.may_ask(now));
            CHECK(breaker.state() == State::HalfOpen);
            CHECK_FALSE(breaker.may_ask(now));
            CHECK_FALSE(breaker.failed(now));
        }
        now += 4s;
        REQUIRE(breaker.may_ask(now));
        CHECK(breaker.succeeded());
        CHECK(breaker.state() == State::Closed);
        REQUIRE(fail_times(3));
        CHECK(breaker.until_probe(now) == 1s);
    }
    SECTION("late failures of what was asked before do not prolong the pause")
    {
        REQUIRE(fail_times(3));
        now += 900ms;
        fail_times(5);
        now += 100ms;
        CHECK(breaker.may_ask(now));
    }
    SECTION("a driver that is connected again ends the pause: one probe, and short pauses if it fails")
    {
        REQUIRE(fail_times(3));
        for (const Duration pause : {1s, 2s}) {
            now += pause;
            REQUIRE(breaker.may_ask(now));
            fail_times(1);
        }
        REQUIRE(breaker.until_probe(now) == 4s);
        breaker.probe_now();
        CHECK(breaker.until_probe(now) == 0s);
        CHECK(breaker.may_ask(now));
        CHECK_FALSE(breaker.may_ask(now));
        fail_times(1);
        CHECK(breaker.until_probe(now) == 2s);
        breaker.probe_now();
        REQUIRE(breaker.may_ask(now));
        CHECK(breaker.succeeded());
    }
    SECTION("a driver that is connected does not matter to a closed one")
    {
        fail_times(2);
        breaker.probe_now();
        CHECK(breaker.state() == State::Closed);
        CHECK(fail_times(1));
    }
    SECTION("a probe that is never heard of again is repeated")
    {
        REQUIRE(fail_times(3));
        now += 1s;
        REQUIRE(breaker.may_ask(now));
        now += 4s;
        CHECK(breaker.may_ask(now));
    }
}

TEST_CASE("A breaker for 0 failures never opens", "[db][breaker]")
{
    Breaker breaker({0, 1s, 4s});
    for (int i = 0; i < 1000; ++i) breaker.failed(TimePoint{});
    CHECK(breaker.may_ask(TimePoint{}));
}
