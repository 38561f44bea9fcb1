// One branch: a client transaction on the way to one destination of one target (RFC 3261 §16.6, §17.1).
//
// Holds the bytes that went out, for retransmission, CANCEL and ACK. When a destination fails, the
// transaction makes a further branch to the next one (RFC 3263 §4.3); both belong to the same target. One
// worker.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/runtime/timer.h"
#include "core/sip/message.h"
#include "core/transaction/branch_id.h"
#include "core/transaction/invite_client.h"
#include "core/transaction/non_invite_client.h"
#include "core/transaction/user.h"
#include "core/transport/resolver.h"
#include "core/transport/transport.h"

namespace junctor::transaction
{

class Transaction;

// What is to be sent to one target.
struct BranchRequest {
    // The whole request as it leaves from `socket` with `branch` in our Via; called once for each attempt.
    using Writer = std::function<std::string(const transport::ListenSocket& socket, std::string_view branch)>;

    std::string uri;              // Request-URI that leaves
    transport::NextHop next_hop;  // resolved unless `destinations` are given
    std::vector<transport::Destination> destinations;
    const transport::ListenSocket* socket = nullptr;  // forced
    bool failover = true;                             // try further destinations
    std::uint32_t flags = 0;                          // the user's (branch flags)
    std::string path;                                 // the user's: kept with the branch
    Writer write;
};

class Branch
{
public:
    Branch(Transaction& transaction, unsigned index, unsigned target, unsigned fork, BranchRequest request);
    Branch(const Branch&) = delete;
    Branch& operator=(const Branch&) = delete;

    unsigned index() const { return index_; }    // among all branches, from 0
    unsigned target() const { return target_; }  // attempts of one target share it
    unsigned fork() const { return fork_; }
    const BranchRequest& request() const { return request_; }
    std::uint32_t& flags() { return request_.flags; }
    const transport::Destination& destination() const { return destination_; }
    const transport::ListenSocket* socket() const { return socket_; }
    const std::string& sent() const { return sent_; }
    bool is_blind() const { return !request_.write; }

    int status() const { return status_; }         // last one received or made here; 0: none
    bool has_reply() const { return has_reply_; }  // from the network
    bool is_local() const { return status_ != 0 && final_ == nullptr; }  // its final was made here
    bool is_final() const { return status_ >= 200; }
    bool is_pending() const { return !is_final() && !is_replaced_; }
    bool is_replaced() const { return is_replaced_; }                 // by a branch to the next destination
    const sip::MessagePtr& final_response() const { return final_; }  // null: none or local
    bool is_cancelled() const { return cancel_wanted_; }

private:
    friend class Transaction;
    friend class Layer;

    // Picks the next destination that takes the request at once; false: none left.
    bool send_first();
    void on_response(Response response);
    void on_cancel_response(int status);
    void cancel(std::string_view headers);
    void send_cancel();
    void stop();  // drops all timers: the transaction is over
    bool is_terminated() const;

    void carry_out(const Actions& actions, Response* response);
    void carry_out_cancel(const Actions& actions);
    void on_timer(Timer timer);
    void transmit(std::string_view bytes, bool report_errors);
    void on_send_error();
    Actions machine_timer(Timer timer);

    Transaction& transaction_;
    const unsigned index_, target_, fork_;
    BranchRequest request_;
    std::size_t next_destination_ = 0;
    transport::Destination destination_;
    const transport::ListenSocket* socket_ = nullptr;
    std::string sent_, ack_, cancel_, cancel_headers_;
    sip::MessagePtr sent_message_;  // parsed when an ACK or CANCEL is made of it
    sip::MessagePtr final_;
    sip::Edits final_edits_;
    std::variant<std::monostate, InviteClientTransaction, NonInviteClientTransaction> machine_;
    std::optional<NonInviteClientTransaction> cancel_machine_;
    Timer retransmit_timer_kind_ = Timer::A, deadline_timer_kind_ = Timer::B;
    junctor::Timer retransmit_timer_, deadline_timer_;
    std::unique_ptr<junctor::Timer> cancel_retransmit_timer_, cancel_deadline_timer_;
    int status_ = 0;
    bool has_reply_ = false, is_replaced_ = false, cancel_wanted_ = false, cancel_sent_ = false,
         told_ = false;
};

}  // namespace junctor::transaction
