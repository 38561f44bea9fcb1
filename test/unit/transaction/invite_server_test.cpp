// RFC 3261 §17.2.1 and RFC 6026 §7.1, state by state.
#include "core/transaction/invite_server.h"

#include <catch2/catch.hpp>

namespace junctor::transaction
{

using State = InviteServerTransaction::State;

TEST_CASE("INVITE server transaction over UDP (RFC 3261 §17.2.1)", "[transaction]")
{
    InviteServerTransaction tx{Reliability::Unreliable};
    CHECK(tx.state() == State::Proceeding);

    SECTION("a retransmission before any reply is absorbed in silence")
    {
        CHECK(tx.on_request() == Actions{});
    }
    SECTION("a retransmission gets the last provisional reply again")
    {
        CHECK(tx.on_response(100) == Actions{send()});
        CHECK(tx.on_response(180) == Actions{send()});
        CHECK(tx.on_request() == Actions{send()});
        CHECK(tx.state() == State::Proceeding);
    }
    SECTION("a 486 is resent on Timer G until the ACK arrives")
    {
        CHECK(tx.on_response(486) == Actions{send(), start(Timer::G, T1), start(Timer::H, 64 * T1)});
        CHECK(tx.state() == State::Completed);
        CHECK(tx.on_timer(Timer::G) == Actions{send(), start(Timer::G, 2 * T1)});
        CHECK(tx.on_ack() == Actions{stop(Timer::G), stop(Timer::H), start(Timer::I, T4)});
        CHECK(tx.state() == State::Confirmed);
    }
    SECTION("Timer G doubles up to T2 and no further")
    {
        tx.on_response(404);
        for (const Duration interval : {2 * T1, 4 * T1, T2, T2, T2})
            CHECK(tx.on_timer(Timer::G) == Actions{send(), start(Timer::G, interval)});
    }
    SECTION("a retransmission after a 486 gets the 486 at once")
    {
        tx.on_response(486);
        CHECK(tx.on_request() == Actions{send()});
    }
    SECTION("without an ACK Timer H ends it and the user hears of it")
    {
        tx.on_response(486);
        CHECK(tx.on_timer(Timer::H) == Actions{stop(Timer::G), timed_out(), terminated()});
        CHECK(tx.state() == State::Terminated);
    }
    SECTION("Confirmed absorbs ACKs and retransmissions until Timer I")
    {
        tx.on_response(486);
        tx.on_ack();
        CHECK(tx.on_ack() == Actions{});
        CHECK(tx.on_request() == Actions{});
        CHECK(tx.on_timer(Timer::G) == Actions{});
        CHECK(tx.on_timer(Timer::I) == Actions{terminated()});
        CHECK(tx.state() == State::Terminated);
    }
    SECTION("only the first final reply counts")
    {
        tx.on_response(486);
        CHECK(tx.on_response(404) == Actions{});
        CHECK(tx.on_response(200) == Actions{});
        CHECK(tx.state() == State::Completed);
    }
    SECTION("Terminated does nothing any more")
    {
        tx.on_response(486);
        tx.on_timer(Timer::H);
        CHECK(tx.on_request() == Actions{});
        CHECK(tx.on_response(200) == Actions{});
        CHECK(tx.on_ack() == Actions{});
        CHECK(tx.on_timer(Timer::G) == Actions{});
    }
    SECTION("an ACK before any final reply changes nothing")
    {
        CHECK(tx.on_ack() == Actions{});
        CHECK(tx.state() == State::Proceeding);
    }
}

TEST_CASE("INVITE server transaction in Accepted (RFC 6026 §7.1)", "[transaction]")
{
    InviteServerTransaction tx{Reliability::Unreliable};
    REQUIRE(tx.on_response(200) == Actions{send(), start(Timer::L, 64 * T1)});
    CHECK(tx.state() == State::Accepted);

    SECTION("retransmitted INVITEs are absorbed without a reply")
    {
        CHECK(tx.on_request() == Actions{});
    }
    SECTION("every further 2xx is passed on, of whichever branch")
    {
        CHECK(tx.on_response(200) == Actions{send()});
        CHECK(tx.on_response(202) == Actions{send()});
    }
    SECTION("anything but a 2xx is not")
    {
        CHECK(tx.on_response(180) == Actions{});
        CHECK(tx.on_response(486) == Actions{});
    }
    SECTION("an ACK is the user's and changes no state")
    {
        CHECK(tx.on_ack() == Actions{});
        CHECK(tx.state() == State::Accepted);
    }
    SECTION("Timer L ends it")
    {
        CHECK(tx.on_timer(Timer::L) == Actions{terminated()});
        CHECK(tx.state() == State::Terminated);
    }
}

TEST_CASE("a 2xx of our own is repeated until its ACK (RFC 3261 §13.3.1.4)", "[transaction]")
{
    const auto reliability = GENERATE(Reliability::Unreliable, Reliability::Reliable);
    InviteServerTransaction tx{reliability};
    REQUIRE(tx.on_response(200, ReplyOrigin::Ours) ==
            Actions{send(), start(Timer::L, 64 * T1), start(Timer::G, T1)});
    CHECK(tx.on_timer(Timer::G) == Actions{send(), start(Timer::G, 2 * T1)});

    SECTION("the ACK stops it")
    {
        CHECK(tx.on_ack() == Actions{stop(Timer::G)});
        CHECK(tx.on_timer(Timer::L) == Actions{terminated()});
    }
    SECTION("without an ACK Timer L stops it and the user hears of it")
    {
        CHECK(tx.on_timer(Timer::L) == Actions{stop(Timer::G), timed_out(), terminated()});
    }
}

TEST_CASE("INVITE server transaction over TCP", "[transaction]")
{
    InviteServerTransaction tx{Reliability::Reliable};
    SECTION("a 486 is sent once and only Timer H runs")
    {
        CHECK(tx.on_response(486) == Actions{send(), start(Timer::H, 64 * T1)});
        CHECK(tx.on_timer(Timer::H) == Actions{timed_out(), terminated()});
    }
    SECTION("the ACK ends it at once: Timer I is zero")
    {
        tx.on_response(486);
        CHECK(tx.on_ack() == Actions{stop(Timer::H), terminated()});
        CHECK(tx.state() == State::Terminated);
    }
}

TEST_CASE("INVITE server transaction with an operator's times", "[transaction]")
{
    using namespace std::chrono_literals;
    Timings timings;
    timings.t1 = 100ms;
    timings.t2 = 150ms;
    timings.t4 = 7s;
    timings.final_response = 9s;
    InviteServerTransaction tx{Reliability::Unreliable, timings};
    CHECK(tx.on_response(500) == Actions{send(), start(Timer::G, 100ms), start(Timer::H, 9s)});
    CHECK(tx.on_timer(Timer::G) == Actions{send(), start(Timer::G, 150ms)});
    CHECK(tx.on_ack() == Actions{stop(Timer::G), stop(Timer::H), start(Timer::I, 7s)});
}

}  // namespace junctor::transaction
