// RFC 3261 §17.2.2, state by state.
#include "core/transaction/non_invite_server.h"

#include <catch2/catch.hpp>

namespace junctor::transaction
{

using State = NonInviteServerTransaction::State;

TEST_CASE("non-INVITE server transaction over UDP (RFC 3261 §17.2.2)", "[transaction]")
{
    NonInviteServerTransaction tx{Reliability::Unreliable};
    CHECK(tx.state() == State::Trying);

    SECTION("in Trying a retransmission is discarded")
    {
        CHECK(tx.on_request() == Actions{});
    }
    SECTION("in Proceeding a retransmission gets the last provisional reply")
    {
        CHECK(tx.on_response(183) == Actions{send()});
        CHECK(tx.state() == State::Proceeding);
        CHECK(tx.on_response(182) == Actions{send()});
        CHECK(tx.on_request() == Actions{send()});
    }
    SECTION("a final reply is kept for Timer J")
    {
        const int status = GENERATE(200, 302, 404, 503, 603);
        CHECK(tx.on_response(status) == Actions{send(), start(Timer::J, 64 * T1)});
        CHECK(tx.state() == State::Completed);
        CHECK(tx.on_request() == Actions{send()});
        CHECK(tx.on_timer(Timer::J) == Actions{terminated()});
        CHECK(tx.state() == State::Terminated);
    }
    SECTION("a final reply follows a provisional one")
    {
        tx.on_response(100);
        CHECK(tx.on_response(200) == Actions{send(), start(Timer::J, 64 * T1)});
    }
    SECTION("further replies after a final one are discarded")
    {
        tx.on_response(404);
        CHECK(tx.on_response(200) == Actions{});
        CHECK(tx.on_response(100) == Actions{});
    }
    SECTION("Terminated does nothing any more")
    {
        tx.on_response(404);
        tx.on_timer(Timer::J);
        CHECK(tx.on_request() == Actions{});
        CHECK(tx.on_response(200) == Actions{});
        CHECK(tx.on_timer(Timer::J) == Actions{});
    }
    SECTION("Timer J means nothing before the final reply")
    {
        CHECK(tx.on_timer(Timer::J) == Actions{});
    }
}

TEST_CASE("non-INVITE server transaction over TCP ends with its final reply", "[transaction]")
{
    NonInviteServerTransaction tx{Reliability::Reliable};
    CHECK(tx.on_response(200) == Actions{send(), terminated()});
    CHECK(tx.state() == State::Terminated);
}

TEST_CASE("Timer J is as long as the operator says", "[transaction]")
{
    Timings timings;
    timings.linger = std::chrono::seconds(5);
    NonInviteServerTransaction tx{Reliability::Unreliable, timings};
    CHECK(tx.on_response(200) == Actions{send(), start(Timer::J, std::chrono::seconds(5))});
}

}  // namespace junctor::transaction
