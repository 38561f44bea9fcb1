#include "core/transaction/invite_client.h"

#include <algorithm>

namespace junctor::transaction
{

Actions InviteClientTransaction::start()
{
    interval_ = timings_.t1;
    Actions actions{send()};
    if (reliability_ == Reliability::Unreliable) actions.add(transaction::start(Timer::A, interval_));
    actions.add(transaction::start(Timer::B, timings_.final_response));
    return actions;
}

// The timers of the state that a final response ends.
Actions InviteClientTransaction::leave_waiting() const
{
    if (state_ == State::Proceeding) return {stop(Timer::C)};
    if (reliability_ == Reliability::Reliable) return {stop(Timer::B)};
    return {stop(Timer::A), stop(Timer::B)};
}

Actions InviteClientTransaction::accept()
{
    Actions actions = leave_waiting();
    state_ = State::Accepted;
    actions.add(deliver());
    actions.add(transaction::start(Timer::M, 64 * timings_.t1));
    return actions;
}

Actions InviteClientTransaction::complete()
{
    Actions actions = leave_waiting();
    actions.add(send_ack());
    actions.add(deliver());
    if (reliability_ == Reliability::Reliable) {  // Timer D is zero
        state_ = State::Terminated;
        actions.add(terminated());
    } else {
        state_ = State::Completed;
        // §17.1.1.2: at least 32 seconds, as long as the server may repeat its final response.
        actions.add(transaction::start(Timer::D, 64 * timings_.t1));
    }
    return actions;
}

Actions InviteClientTransaction::on_response(int status)
{
    switch (state_) {
        case State::Calling:
        case State::Proceeding: break;
        case State::Completed:  // a retransmission: acknowledged again, told no one
            return status >= 300 ? Actions{send_ack()} : Actions{};
        case State::Accepted:  // RFC 6026 §7.2: every 2xx goes up
            return status >= 200 && status < 300 ? Actions{deliver()} : Actions{};
        case State::Terminated: return {};
    }
    if (status >= 300) return complete();
    if (status >= 200) return accept();

    const bool first = state_ == State::Calling;
    const bool rises = status > provisional_ && status >= 180;
    provisional_ = std::max(provisional_, status);
    Actions actions;
    if (first) actions = leave_waiting();
    state_ = State::Proceeding;
    // §16.7 step 2: Timer C starts anew with 101..199. After a CANCEL the end is fixed.
    const bool restarts = status > 100 && (timings_.restart_on_each_provisional || rises);
    if (!cancelled_ && (first || restarts)) actions.add(transaction::start(Timer::C, timings_.invite_final));
    actions.add(deliver());
    return actions;
}

Actions InviteClientTransaction::on_cancel()
{
    if (state_ != State::Proceeding || cancelled_) return {};
    cancelled_ = true;
    return {transaction::start(Timer::C, 64 * timings_.t1)};
}

Actions InviteClientTransaction::on_timer(Timer fired)
{
    switch (state_) {
        case State::Calling:
            if (fired == Timer::A) {
                interval_ *= 2;  // §17.1.1.2: without an upper limit; Timer B ends it
                return {send(), transaction::start(Timer::A, interval_)};
            }
            if (fired == Timer::B) {
                state_ = State::Terminated;
                return reliability_ == Reliability::Reliable
                           ? Actions{timed_out(), terminated()}
                           : Actions{stop(Timer::A), timed_out(), terminated()};
            }
            return {};
        case State::Proceeding:
            if (fired != Timer::C) return {};
            if (!cancelled_) return {timed_out()};  // §16.8: the transaction user sends a CANCEL
            state_ = State::Terminated;
            return {timed_out(), terminated()};
        case State::Completed:
            if (fired != Timer::D) return {};
            state_ = State::Terminated;
            return {terminated()};
        case State::Accepted:
            if (fired != Timer::M) return {};
            state_ = State::Terminated;
            return {terminated()};
        case State::Terminated: return {};
    }
    return {};
}

}  // namespace junctor::transaction
