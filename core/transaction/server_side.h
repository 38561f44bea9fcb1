// The server transaction of a received request with what its state machine needs: the kept reply, the timers,
// and the way back to the caller (RFC 3261 §17.2, §18.2.2). One worker.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/runtime/timer.h"
#include "core/transaction/invite_server.h"
#include "core/transaction/non_invite_server.h"
#include "core/transport/transport.h"

namespace junctor::transaction
{

class Layer;
class Transaction;

class ServerSide
{
public:
    ServerSide(Layer& layer, Transaction& transaction, transport::Destination to, bool invite);
    ServerSide(const ServerSide&) = delete;
    ServerSide& operator=(const ServerSide&) = delete;

    void on_request();  // a retransmission: the kept reply goes out again, if the state asks for it
    void on_ack();
    void send(int status, std::string bytes, ReplyOrigin origin);  // keeps the bytes
    void release();  // no reply will come; findable for Timer J's time
    bool is_terminated() const;
    // After a final reply: the ACK belongs to this hop (non-2xx) and ends here.
    bool absorbs_ack() const;
    std::size_t kept_bytes() const { return reply_.size(); }

private:
    void carry_out(const Actions& actions);
    void transmit();
    void on_timer(Timer timer);

    Layer& layer_;
    Transaction& transaction_;
    transport::Destination to_;
    std::string reply_;
    std::variant<InviteServerTransaction, NonInviteServerTransaction> machine_;
    Timer deadline_ = Timer::J;  // which of H, I, J, L the deadline timer stands for
    junctor::Timer retransmit_timer_, deadline_timer_;
    bool sent_before_ = false, released_ = false;
};

}  // namespace junctor::transaction
