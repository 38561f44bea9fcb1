// What the four transaction state machines of RFC 3261 chapter 17 answer to an event: actions for the layer.
//
// The machines own no socket and no clock; they are told events and return what is to be done, in order.
// Nothing here allocates.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "core/runtime/clock.h"

namespace junctor::transaction
{

// RFC 3261 appendix A and §16.6 step 11 (C); RFC 6026 §7 (L, M). Not the wheel's junctor::Timer, which runs
// them.
enum class Timer : std::uint8_t { A, B, C, D, E, F, G, H, I, J, K, L, M };

// Does the transport lose messages? Over a reliable one nothing is retransmitted and nothing is waited for
// (§17.1.1.2).
enum class Reliability : std::uint8_t { Unreliable, Reliable };

constexpr Duration T1 = std::chrono::milliseconds(500);  // an estimate of the round trip
constexpr Duration T2 = std::chrono::seconds(4);         // the longest interval of retransmissions
constexpr Duration T4 = std::chrono::seconds(5);         // how long a message stays in the network

struct Timings {
    Duration t1 = T1, t2 = T2, t4 = T4;
    Duration final_response = 64 * T1;  // Timers B, F and H (tm's fr_timer)
    Duration invite_final =
        std::chrono::seconds(181);            // Timer C: more than three minutes (tm's fr_inv_timer)
    Duration linger = 64 * T1;                // Timer J: how long a final reply is kept for retransmissions
    bool restart_on_each_provisional = true;  // Timer C starts anew with each 101..199, else with a rise

    friend bool operator==(const Timings&, const Timings&) = default;
};

struct Action {
    enum class Kind : std::uint8_t {
        Send,        // the kept message, again or for the first time
        SendAck,     // client INVITE: the ACK to a non-2xx (§17.1.1.3)
        Start,       // `timer` for `after`
        Stop,        // `timer`
        Deliver,     // the response goes to the transaction user
        TimedOut,    // the transaction user hears that no (final) answer came
        Terminated,  // the machine has ended
    };
    Kind kind = Kind::Send;
    Timer timer = Timer::A;
    Duration after{};

    friend bool operator==(const Action&, const Action&) = default;
};

constexpr Action send()
{
    return {Action::Kind::Send, {}, {}};
}
constexpr Action send_ack()
{
    return {Action::Kind::SendAck, {}, {}};
}
constexpr Action start(Timer timer, Duration after)
{
    return {Action::Kind::Start, timer, after};
}
constexpr Action stop(Timer timer)
{
    return {Action::Kind::Stop, timer, {}};
}
constexpr Action deliver()
{
    return {Action::Kind::Deliver, {}, {}};
}
constexpr Action timed_out()
{
    return {Action::Kind::TimedOut, {}, {}};
}
constexpr Action terminated()
{
    return {Action::Kind::Terminated, {}, {}};
}

class Actions
{
public:
    constexpr Actions() = default;
    constexpr Actions(std::initializer_list<Action> actions)
    {
        for (const Action& action : actions) add(action);
    }
    constexpr void add(Action action) { actions_[size_++] = action; }
    constexpr const Action* begin() const { return actions_.data(); }
    constexpr const Action* end() const { return actions_.data() + size_; }
    constexpr bool empty() const { return size_ == 0; }
    constexpr std::size_t size() const { return size_; }

    friend constexpr bool operator==(const Actions&, const Actions&) = default;

private:
    std::array<Action, 6> actions_{};  // no event asks for more
    std::size_t size_ = 0;
};

}  // namespace junctor::transaction
