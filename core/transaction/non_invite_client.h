// Non-INVITE client transaction: RFC 3261 §17.1.2.
//
//   Trying --1xx--> Proceeding --2xx-6xx--> Completed --K--> Terminated
//
// A pure state machine, see invite_server.h.
#pragma once

#include "core/transaction/actions.h"

namespace junctor::transaction
{

class NonInviteClientTransaction
{
public:
    enum class State : std::uint8_t { Trying, Proceeding, Completed, Terminated };

    explicit NonInviteClientTransaction(Reliability reliability, const Timings& timings = {})
        : reliability_(reliability), timings_(timings)
    {
    }

    Actions start();  // the first sending
    Actions on_response(int status);
    Actions on_timer(Timer fired);  // E, F or K
    State state() const { return state_; }

private:
    Reliability reliability_;
    State state_ = State::Trying;
    Timings timings_;
    Duration interval_{};  // of Timer E
};

}  // namespace junctor::transaction
