// Non-INVITE server transaction: RFC 3261 §17.2.2.
//
//   Trying --1xx--> Proceeding --2xx-6xx--> Completed --J--> Terminated
//
// A pure state machine, see invite_server.h.
#pragma once

#include "core/transaction/actions.h"

namespace junctor::transaction
{

class NonInviteServerTransaction
{
public:
    enum class State : std::uint8_t { Trying, Proceeding, Completed, Terminated };

    explicit NonInviteServerTransaction(Reliability reliability, const Timings& timings = {})
        : reliability_(reliability), linger_(timings.linger)
    {
    }

    Actions on_request();             // a retransmission
    Actions on_response(int status);  // from the transaction user
    Actions on_timer(Timer fired);    // J
    State state() const { return state_; }

private:
    Reliability reliability_;
    State state_ = State::Trying;
    Duration linger_;
};

}  // namespace junctor::transaction
