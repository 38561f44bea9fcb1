// RFC 3261 §17.1.1, RFC 6026 §7.2 and Timer C (§16.6 step 11, §16.8), state by state.
#include "core/transaction/invite_client.h"

#include <catch2/catch.hpp>

namespace junctor::transaction
{

using namespace std::chrono_literals;
using State = InviteClientTransaction::State;

TEST_CASE("INVITE client transaction over UDP, Calling (RFC 3261 §17.1.1.2)", "[transaction]")
{
    InviteClientTransaction tx{Reliability::Unreliable};
    REQUIRE(tx.start() == Actions{send(), start(Timer::A, T1), start(Timer::B, 64 * T1)});
    CHECK(tx.state() == State::Calling);

    SECTION("Timer A doubles without a ceiling")
    {
        for (const int factor : {2, 4, 8, 16, 32, 64})
            CHECK(tx.on_timer(Timer::A) == Actions{send(), start(Timer::A, factor * T1)});
    }
    SECTION("Timer B: no answer at all")
    {
        CHECK(tx.on_timer(Timer::B) == Actions{stop(Timer::A), timed_out(), terminated()});
        CHECK(tx.state() == State::Terminated);
    }
    SECTION("a provisional response stops the retransmission and starts Timer C")
    {
        const int status = GENERATE(100, 180, 199);
        CHECK(tx.on_response(status) ==
              Actions{stop(Timer::A), stop(Timer::B), start(Timer::C, 181s), deliver()});
        CHECK(tx.state() == State::Proceeding);
        CHECK(tx.on_timer(Timer::A) == Actions{});
        CHECK(tx.on_timer(Timer::B) == Actions{});
    }
    SECTION("a failure at once")
    {
        const int status = GENERATE(300, 404, 503, 699);
        CHECK(tx.on_response(status) ==
              Actions{stop(Timer::A), stop(Timer::B), send_ack(), deliver(), start(Timer::D, 64 * T1)});
        CHECK(tx.state() == State::Completed);
    }
    SECTION("a success at once")
    {
        CHECK(tx.on_response(200) ==
              Actions{stop(Timer::A), stop(Timer::B), deliver(), start(Timer::M, 64 * T1)});
        CHECK(tx.state() == State::Accepted);
    }
    SECTION("a CANCEL has to wait for the first provisional response (§9.1)")
    {
        CHECK(tx.on_cancel() == Actions{});
        CHECK(tx.state() == State::Calling);
    }
}

TEST_CASE("INVITE client transaction, Proceeding", "[transaction]")
{
    InviteClientTransaction tx{Reliability::Unreliable};
    tx.start();
    tx.on_response(180);

    SECTION("every 101..199 starts Timer C anew, a 100 does not (§16.7 step 2)")
    {
        CHECK(tx.on_response(180) == Actions{start(Timer::C, 181s), deliver()});
        CHECK(tx.on_response(183) == Actions{start(Timer::C, 181s), deliver()});
        CHECK(tx.on_response(100) == Actions{deliver()});
    }
    SECTION("a 486 is acknowledged")
    {
        CHECK(tx.on_response(486) ==
              Actions{stop(Timer::C), send_ack(), deliver(), start(Timer::D, 64 * T1)});
    }
    SECTION("a 200 is accepted")
    {
        CHECK(tx.on_response(200) == Actions{stop(Timer::C), deliver(), start(Timer::M, 64 * T1)});
    }
    SECTION("Timer C: the user is told and has to cancel (§16.8); a late answer still counts")
    {
        CHECK(tx.on_timer(Timer::C) == Actions{timed_out()});
        CHECK(tx.state() == State::Proceeding);
        CHECK(tx.on_cancel() == Actions{start(Timer::C, 64 * T1)});
        CHECK(tx.on_response(487) ==
              Actions{stop(Timer::C), send_ack(), deliver(), start(Timer::D, 64 * T1)});
    }
    SECTION("after a CANCEL the wait is 64*T1 and provisional responses do not extend it (§9.1)")
    {
        CHECK(tx.on_cancel() == Actions{start(Timer::C, 64 * T1)});
        CHECK(tx.on_response(183) == Actions{deliver()});
        CHECK(tx.on_cancel() == Actions{});
        CHECK(tx.on_timer(Timer::C) == Actions{timed_out(), terminated()});
        CHECK(tx.state() == State::Terminated);
    }
}

TEST_CASE("INVITE client transaction, Completed", "[transaction]")
{
    InviteClientTransaction tx{Reliability::Unreliable};
    tx.start();
    tx.on_response(486);
    SECTION("a retransmitted final response is acknowledged again and told no one")
    {
        CHECK(tx.on_response(486) == Actions{send_ack()});
    }
    SECTION("anything else is ignored")
    {
        CHECK(tx.on_response(180) == Actions{});
        CHECK(tx.on_response(200) == Actions{});
        CHECK(tx.on_cancel() == Actions{});
    }
    SECTION("Timer D ends it")
    {
        CHECK(tx.on_timer(Timer::D) == Actions{terminated()});
        CHECK(tx.state() == State::Terminated);
        CHECK(tx.on_response(486) == Actions{});
    }
}

TEST_CASE("INVITE client transaction, Accepted (RFC 6026 §7.2)", "[transaction]")
{
    InviteClientTransaction tx{Reliability::Unreliable};
    tx.start();
    tx.on_response(200);
    SECTION("every 2xx goes up: retransmissions and those of other forks")
    {
        CHECK(tx.on_response(200) == Actions{deliver()});
        CHECK(tx.on_response(202) == Actions{deliver()});
    }
    SECTION("other responses do not")
    {
        CHECK(tx.on_response(180) == Actions{});
        CHECK(tx.on_response(486) == Actions{});
    }
    SECTION("Timer M ends it")
    {
        CHECK(tx.on_timer(Timer::M) == Actions{terminated()});
        CHECK(tx.state() == State::Terminated);
    }
}

TEST_CASE("INVITE client transaction over TCP", "[transaction]")
{
    InviteClientTransaction tx{Reliability::Reliable};
    REQUIRE(tx.start() == Actions{send(), start(Timer::B, 64 * T1)});
    SECTION("Timer B")
    {
        CHECK(tx.on_timer(Timer::B) == Actions{timed_out(), terminated()});
    }
    SECTION("a failure ends it at once: Timer D is zero")
    {
        CHECK(tx.on_response(404) == Actions{stop(Timer::B), send_ack(), deliver(), terminated()});
        CHECK(tx.state() == State::Terminated);
    }
    SECTION("Accepted lasts as long as over UDP")
    {
        CHECK(tx.on_response(200) == Actions{stop(Timer::B), deliver(), start(Timer::M, 64 * T1)});
    }
}

TEST_CASE("Timer C that only a rise restarts (restart_fr_on_each_reply = 0)", "[transaction]")
{
    Timings timings;
    timings.invite_final = 120s;
    timings.restart_on_each_provisional = false;
    InviteClientTransaction tx{Reliability::Unreliable, timings};
    tx.start();
    CHECK(tx.on_response(100) == Actions{stop(Timer::A), stop(Timer::B), start(Timer::C, 120s), deliver()});
    CHECK(tx.on_response(150) == Actions{deliver()});
    CHECK(tx.on_response(180) == Actions{start(Timer::C, 120s), deliver()});
    CHECK(tx.on_response(180) == Actions{deliver()});
    CHECK(tx.on_response(183) == Actions{start(Timer::C, 120s), deliver()});
    CHECK(tx.on_response(180) == Actions{deliver()});
}

}  // namespace junctor::transaction
