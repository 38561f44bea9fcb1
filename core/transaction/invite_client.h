// INVITE client transaction: RFC 3261 §17.1.1, with the Accepted state of RFC 6026 §7.2 and Timer C of §16.6
// step 11.
//
//   Calling --1xx--> Proceeding --2xx--> Accepted --M--> Terminated
//      `-----------------`-----3xx-6xx-> Completed --D--> Terminated
//
// A pure state machine, see invite_server.h. Timer C is the proxy's, but it starts, restarts and stops with
// this machine's states, so it lives here.
#pragma once

#include "core/transaction/actions.h"

namespace junctor::transaction
{

class InviteClientTransaction
{
public:
    enum class State : std::uint8_t { Calling, Proceeding, Completed, Accepted, Terminated };

    explicit InviteClientTransaction(Reliability reliability, const Timings& timings = {})
        : reliability_(reliability), timings_(timings)
    {
    }

    Actions start();  // the first sending
    Actions on_response(int status);
    Actions on_timer(Timer fired);  // A, B, C, D or M
    // A CANCEL went out: the final response is waited for another 64*T1, not more (§9.1). Only once there was
    // a provisional response.
    Actions on_cancel();
    State state() const { return state_; }

private:
    Actions leave_waiting() const;
    Actions accept();
    Actions complete();

    Reliability reliability_;
    State state_ = State::Calling;
    bool cancelled_ = false;
    int provisional_ = 0;  // highest so far
    Timings timings_;
    Duration interval_{};  // of Timer A
};

}  // namespace junctor::transaction
