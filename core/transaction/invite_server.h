// INVITE server transaction: RFC 3261 §17.2.1, with the Accepted state of RFC 6026 §7.1.
//
//   Proceeding --2xx--> Accepted --L--> Terminated
//       `-----3xx-6xx-> Completed --ACK--> Confirmed --I--> Terminated      (no ACK: Timer H ends it)
//
// A pure state machine: no socket, no clock, no allocation. A reply that could not be sent is no event here:
// the next retransmission of the request sends it again. A 2xx of our own (not relayed) is repeated until its
// ACK comes, as the user agent core has to (§13.3.1.4); a relayed one is repeated by whoever made it.
#pragma once

#include "core/transaction/actions.h"

namespace junctor::transaction
{

enum class ReplyOrigin : std::uint8_t { Relayed, Ours };

class InviteServerTransaction
{
public:
    enum class State : std::uint8_t { Proceeding, Completed, Confirmed, Accepted, Terminated };

    explicit InviteServerTransaction(Reliability reliability, const Timings& timings = {})
        : reliability_(reliability), timings_(timings)
    {
    }

    Actions on_request();                                                        // a retransmission
    Actions on_response(int status, ReplyOrigin origin = ReplyOrigin::Relayed);  // from the transaction user
    Actions on_ack();               // non-2xx or 2xx: the state tells which
    Actions on_timer(Timer fired);  // G, H, I or L
    State state() const { return state_; }
    bool sends_again() const  // the last reply, when a timer or a request asks for it
    {
        return state_ == State::Proceeding || state_ == State::Completed || repeats_success_;
    }

private:
    Reliability reliability_;
    State state_ = State::Proceeding;
    bool has_reply_ = false, repeats_success_ = false;
    Timings timings_;
    Duration interval_{};  // of Timer G
};

}  // namespace junctor::transaction
