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

#include "core/sip/message.h"
#include "core/transaction/branch_id.h"
#include "core/transaction/cancel_client.h"
#include "core/transaction/invite_client.h"
#include "core/transaction/machine_timers.h"
#include "core/transaction/non_invite_client.h"
#include "core/transaction/user.h"
#include "core/transport/resolver.h"
#include "core/transport/transport.h"

namespace junctor::transaction
{

class Layer;
class Transaction;

// What is to be sent to one target.
struct BranchRequest {
    // The whole request as it leaves from `socket` with `branch` in our Via; called once for each attempt.
    using Writer = std::function<std::string(const transport::ListenSocket& socket, std::string_view branch)>;
    // May this message go there? (Destination blacklists.)
    using Filter = std::function<bool(const transport::Destination& to, std::string_view bytes)>;
    // A destination did not answer, refused (503) or could not be sent to, and gives way to the next.
    using GaveWay = std::function<void(const transport::Destination& to)>;

    std::string uri;                                   // Request-URI that leaves
    transport::NextHop next_hop;                       // resolved unless `destinations` are given
    std::vector<transport::Destination> destinations;  // in the order to be tried
    const transport::ListenSocket* socket = nullptr;   // forced, for destinations of its protocol
    bool failover = true;                              // try further destinations
    std::uint32_t flags = 0;                           // the user's (branch flags)
    std::string path;                                  // the user's: kept with the branch
    Writer write;
    Filter allow;      // may be empty
    GaveWay gave_way;  // may be empty
};

class Branch
{
public:
    Branch(Layer& layer, Transaction& transaction, unsigned index, unsigned target, unsigned fork,
           BranchRequest request, std::size_t next_destination);
    Branch(const Branch&) = delete;
    Branch& operator=(const Branch&) = delete;

    unsigned index() const { return index_; }    // among all branches, from 0
    unsigned target() const { return target_; }  // attempts of one target share it
    unsigned fork() const { return fork_; }
    const std::string& uri() const { return request_.uri; }
    const std::string& path() const { return request_.path; }
    std::uint32_t& flags() { return request_.flags; }
    std::uint32_t flags() const { return request_.flags; }
    const transport::Destination& destination() const { return destination_; }
    const transport::ListenSocket* socket() const { return socket_; }
    const std::string& sent() const { return sent_; }  // empty once it is no longer needed
    bool is_blind() const { return blind_; }

    int status() const { return status_; }         // last one received or made here; 0: none
    bool has_reply() const { return has_reply_; }  // from the network
    bool is_final() const { return status_ >= 200; }
    bool is_local() const { return is_final() && local_; }  // its final status was made here
    bool is_pending() const { return !is_final() && !replaced_; }
    bool is_replaced() const { return replaced_; }  // by a branch to the next destination
    bool is_cancelled() const { return cancel_wanted_; }
    const sip::MessagePtr& final_response() const
    {
        return final_;
    }  // null: none, local, or no longer needed

private:
    friend class CancelClient;
    friend class Layer;
    friend class Transaction;

    // To the next destination that takes the request at once; the error of the last one if none does (473,
    // 477).
    Result<void> send_first();
    Result<void> send_to(transport::Destination to);
    bool has_further_destination() const;
    void start_blind(Duration wait);
    void on_response(Response response);
    void on_cancel_response(int status);
    void on_cancel_ended();
    void on_send_error(std::string_view why);
    // A CANCEL, now or when the first provisional response comes.
    void cancel(std::string headers);
    void stop();    // no timer any more: nobody waits for this branch
    void shrink();  // a final reply went upstream: only what answers retransmissions stays
    bool is_terminated() const;

    void carry_out(const Actions& actions, Response* response);
    void on_timer(Timer timer);
    void transmit(const std::string& bytes);
    void acknowledge(const Response* response);
    void send_cancel();

    Layer& layer_;
    Transaction& transaction_;
    const unsigned index_, target_, fork_;
    BranchRequest request_;
    std::size_t next_destination_;
    transport::Destination destination_;
    const transport::ListenSocket* socket_ = nullptr;
    std::string sent_, ack_, cancel_headers_;
    sip::MessagePtr final_;
    sip::Edits final_edits_;
    std::variant<std::monostate, InviteClientTransaction, NonInviteClientTransaction> machine_;
    std::unique_ptr<CancelClient> cancel_;
    MachineTimers timers_;
    int status_ = 0;
    const bool blind_;
    bool has_reply_ = false, local_ = false, replaced_ = false, cancel_wanted_ = false, stopped_ = false;
};

}  // namespace junctor::transaction
