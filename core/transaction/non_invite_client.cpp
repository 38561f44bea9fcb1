#include "core/transaction/non_invite_client.h"

#include <algorithm>

namespace junctor::transaction
{

Actions NonInviteClientTransaction::start()
{
    interval_ = timings_.t1;
    Actions actions{send()};
    if (reliability_ == Reliability::Unreliable) actions.add(transaction::start(Timer::E, interval_));
    actions.add(transaction::start(Timer::F, timings_.final_response));
    return actions;
}

Actions NonInviteClientTransaction::on_response(int status)
{
    switch (state_) {
        case State::Trying:
        case State::Proceeding: break;
        case State::Completed:  // retransmissions of the final response
        case State::Terminated: return {};
    }
    if (status < 200) {
        state_ = State::Proceeding;  // Timer E goes on, at T2 from its next turn
        return {deliver()};
    }
    if (reliability_ == Reliability::Reliable) {  // Timer K is zero
        state_ = State::Terminated;
        return {stop(Timer::F), deliver(), terminated()};
    }
    state_ = State::Completed;
    return {stop(Timer::E), stop(Timer::F), deliver(), transaction::start(Timer::K, timings_.t4)};
}

Actions NonInviteClientTransaction::on_timer(Timer fired)
{
    switch (state_) {
        case State::Trying:
        case State::Proceeding:
            if (fired == Timer::E) {
                interval_ = state_ == State::Trying ? std::min(2 * interval_, timings_.t2) : timings_.t2;
                return {send(), transaction::start(Timer::E, interval_)};
            }
            if (fired == Timer::F) {
                state_ = State::Terminated;
                return reliability_ == Reliability::Reliable
                           ? Actions{timed_out(), terminated()}
                           : Actions{stop(Timer::E), timed_out(), terminated()};
            }
            return {};
        case State::Completed:
            if (fired != Timer::K) return {};
            state_ = State::Terminated;
            return {terminated()};
        case State::Terminated: return {};
    }
    return {};
}

}  // namespace junctor::transaction
