#include "core/transaction/invite_server.h"

#include <algorithm>

namespace junctor::transaction
{

Actions InviteServerTransaction::on_request()
{
    switch (state_) {
        case State::Proceeding:  // the most recent provisional response
            return has_reply_ ? Actions{send()} : Actions{};
        case State::Completed: return {send()};
        case State::Accepted:   // RFC 6026 §7.1: absorbed, the 2xx is repeated by whoever made it
        case State::Confirmed:  // §17.2.1: absorbs what is still under way
        case State::Terminated: return {};
    }
    return {};
}

Actions InviteServerTransaction::on_response(int status, ReplyOrigin origin)
{
    switch (state_) {
        case State::Proceeding: break;
        case State::Accepted:  // RFC 6026 §7.1: further 2xx, of other branches or again, are passed on
            return status >= 200 && status < 300 ? Actions{send()} : Actions{};
        case State::Completed:
        case State::Confirmed:
        case State::Terminated: return {};
    }
    has_reply_ = true;
    if (status < 200) return {send()};
    if (status < 300) {
        state_ = State::Accepted;
        Actions actions{send(), start(Timer::L, 64 * timings_.t1)};
        repeats_success_ = origin == ReplyOrigin::Ours;
        if (repeats_success_) {  // §13.3.1.4: over every transport, since the way may lose it further on
            interval_ = timings_.t1;
            actions.add(start(Timer::G, interval_));
        }
        return actions;
    }
    state_ = State::Completed;
    Actions actions{send()};
    if (reliability_ == Reliability::Unreliable) {
        interval_ = timings_.t1;
        actions.add(start(Timer::G, interval_));
    }
    actions.add(start(Timer::H, timings_.final_response));
    return actions;
}

Actions InviteServerTransaction::on_ack()
{
    switch (state_) {
        case State::Accepted:  // the ACK to a 2xx belongs to the transaction user; we only stop repeating
                               // ours
            if (!repeats_success_) return {};
            repeats_success_ = false;
            return {stop(Timer::G)};
        case State::Completed:
            if (reliability_ == Reliability::Reliable) {  // Timer I is zero
                state_ = State::Terminated;
                return {stop(Timer::H), terminated()};
            }
            state_ = State::Confirmed;
            return {stop(Timer::G), stop(Timer::H), start(Timer::I, timings_.t4)};
        case State::Proceeding:
        case State::Confirmed:
        case State::Terminated: return {};
    }
    return {};
}

Actions InviteServerTransaction::on_timer(Timer fired)
{
    switch (state_) {
        case State::Completed:
            if (fired == Timer::G) {
                interval_ = std::min(2 * interval_, timings_.t2);
                return {send(), start(Timer::G, interval_)};
            }
            if (fired == Timer::H) {  // no ACK came
                state_ = State::Terminated;
                return reliability_ == Reliability::Reliable
                           ? Actions{timed_out(), terminated()}
                           : Actions{stop(Timer::G), timed_out(), terminated()};
            }
            return {};
        case State::Confirmed:
            if (fired != Timer::I) return {};
            state_ = State::Terminated;
            return {terminated()};
        case State::Accepted:
            if (fired == Timer::G && repeats_success_) {
                interval_ = std::min(2 * interval_, timings_.t2);
                return {send(), start(Timer::G, interval_)};
            }
            if (fired != Timer::L) return {};
            state_ = State::Terminated;
            return repeats_success_ ? Actions{stop(Timer::G), timed_out(), terminated()}
                                    : Actions{terminated()};
        case State::Proceeding:
        case State::Terminated: return {};
    }
    return {};
}

}  // namespace junctor::transaction
