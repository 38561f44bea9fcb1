// The server transaction of a received request with what its state machine needs: the kept reply, the timers,
// and the way back to the caller (RFC 3261 §17.2, §18.2.2). One worker.
#pragma once

#include <string>
#include <variant>

#include "core/transaction/invite_server.h"
#include "core/transaction/machine_timers.h"
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

    void on_request();  // a retransmission: the kept reply goes out again, if the state asks for it
    void on_ack();
    void send(int status, std::string bytes, ReplyOrigin origin);  // keeps the bytes
    void send_past_the_end(const std::string& bytes);  // without regard to the state, and nothing is kept
    void release();        // no reply will come; retransmissions are absorbed for Timer J's time
    std::size_t shrink();  // lets the kept reply go if nothing will ask for it again; its bytes
    bool is_terminated() const;
    bool sends_again() const;  // the kept reply, when a timer or a request asks for it
    bool absorbs_ack() const;  // a non-2xx went out: its ACK ends at this hop
    const std::string& kept() const { return reply_; }
    // What is needed to send it again without this.
    const transport::Destination& destination() const { return to_; }
    std::string take_kept() { return std::move(reply_); }

private:
    void carry_out(const Actions& actions);
    void transmit(const std::string& bytes);
    void on_timer(Timer timer);

    Layer& layer_;
    Transaction& transaction_;
    transport::Destination to_;
    std::string reply_;
    std::variant<InviteServerTransaction, NonInviteServerTransaction> machine_;
    MachineTimers timers_;
    enum class Released : std::uint8_t { No, Lingering, Over } released_ = Released::No;
};

}  // namespace junctor::transaction
