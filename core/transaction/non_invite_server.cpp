#include "core/transaction/non_invite_server.h"

namespace junctor::transaction
{

Actions NonInviteServerTransaction::on_request()
{
    switch (state_) {
        case State::Proceeding:
        case State::Completed: return {send()};
        case State::Trying:  // discarded: there is nothing to answer with yet
        case State::Terminated: return {};
    }
    return {};
}

Actions NonInviteServerTransaction::on_response(int status)
{
    switch (state_) {
        case State::Trying:
        case State::Proceeding: break;
        case State::Completed:  // §17.2.2: any other final response is discarded
        case State::Terminated: return {};
    }
    if (status < 200) {
        state_ = State::Proceeding;
        return {send()};
    }
    if (reliability_ == Reliability::Reliable) {  // Timer J is zero
        state_ = State::Terminated;
        return {send(), terminated()};
    }
    state_ = State::Completed;
    return {send(), start(Timer::J, linger_)};
}

Actions NonInviteServerTransaction::on_timer(Timer fired)
{
    if (state_ != State::Completed || fired != Timer::J) return {};
    state_ = State::Terminated;
    return {terminated()};
}

}  // namespace junctor::transaction
