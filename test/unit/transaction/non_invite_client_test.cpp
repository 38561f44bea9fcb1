// RFC 3261 §17.1.2, state by state.
#include "core/transaction/non_invite_client.h"

#include <catch2/catch.hpp>

namespace junctor::transaction
{

using State = NonInviteClientTransaction::State;

TEST_CASE("non-INVITE client transaction over UDP (RFC 3261 §17.1.2.2)", "[transaction]")
{
    NonInviteClientTransaction tx{Reliability::Unreliable};
    REQUIRE(tx.start() == Actions{send(), start(Timer::E, T1), start(Timer::F, 64 * T1)});
    CHECK(tx.state() == State::Trying);

    SECTION("Timer E doubles up to T2")
    {
        for (const Duration interval : {2 * T1, 4 * T1, T2, T2})
            CHECK(tx.on_timer(Timer::E) == Actions{send(), start(Timer::E, interval)});
    }
    SECTION("after a provisional response the request is repeated every T2")
    {
        CHECK(tx.on_response(100) == Actions{deliver()});
        CHECK(tx.state() == State::Proceeding);
        CHECK(tx.on_timer(Timer::E) == Actions{send(), start(Timer::E, T2)});
        CHECK(tx.on_timer(Timer::E) == Actions{send(), start(Timer::E, T2)});
    }
    SECTION("Timer F ends it in Trying and in Proceeding")
    {
        if (GENERATE(false, true)) tx.on_response(183);
        CHECK(tx.on_timer(Timer::F) == Actions{stop(Timer::E), timed_out(), terminated()});
        CHECK(tx.state() == State::Terminated);
        CHECK(tx.on_response(200) == Actions{});
    }
    SECTION("a final response stops both and starts Timer K")
    {
        if (GENERATE(false, true)) tx.on_response(183);
        const int status = GENERATE(200, 302, 404, 503, 603);
        CHECK(tx.on_response(status) ==
              Actions{stop(Timer::E), stop(Timer::F), deliver(), start(Timer::K, T4)});
        CHECK(tx.state() == State::Completed);
    }
    SECTION("Completed absorbs retransmitted responses until Timer K")
    {
        tx.on_response(200);
        CHECK(tx.on_response(200) == Actions{});
        CHECK(tx.on_timer(Timer::E) == Actions{});
        CHECK(tx.on_timer(Timer::K) == Actions{terminated()});
        CHECK(tx.state() == State::Terminated);
    }
}

TEST_CASE("non-INVITE client transaction over TCP", "[transaction]")
{
    NonInviteClientTransaction tx{Reliability::Reliable};
    REQUIRE(tx.start() == Actions{send(), start(Timer::F, 64 * T1)});
    SECTION("a provisional response starts no retransmission")
    {
        CHECK(tx.on_response(100) == Actions{deliver()});
    }
    SECTION("a final response ends it: Timer K is zero")
    {
        CHECK(tx.on_response(200) == Actions{stop(Timer::F), deliver(), terminated()});
        CHECK(tx.state() == State::Terminated);
    }
    SECTION("Timer F")
    {
        CHECK(tx.on_timer(Timer::F) == Actions{timed_out(), terminated()});
    }
}

}  // namespace junctor::transaction
