// A transaction of a proxy: the server side towards the caller, its branches, and what connects them (RFC
// 3261 §16).
//
// Made by Layer::create() for a received request or by Layer::originate() for one of ours (then there is no
// server side). Kept by the layer until every state machine in it has ended; holders of a shared_ptr may look
// at it longer. One worker. How the best response is chosen: response_context.h. Limits: max_branches over
// its life, max_attempts with fail-over.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/runtime/task.h"
#include "core/runtime/timer.h"
#include "core/transaction/branch.h"
#include "core/transaction/response_context.h"
#include "core/transaction/server_side.h"
#include "core/transaction/user.h"

namespace junctor::transaction
{

class Layer;

constexpr std::size_t max_branches = 12;  // targets over a transaction's life, as in OpenSER
constexpr std::size_t max_attempts = 36;  // of them with every fail-over

class Transaction final : public std::enable_shared_from_this<Transaction>
{
public:
    struct Origin {
        sip::MessagePtr request;  // as received; null: the request is ours
        transport::Flow from;
        bool force_rport = false;                        // the script asked for it
        std::optional<transport::Destination> reply_to;  // instead of RFC 3261 §18.2.2 (reply_to_via)
        bool silent = false;                             // nothing goes upstream (t_replicate)
    };

    Transaction(Layer& layer, std::uint64_t label, Origin origin, std::unique_ptr<TransactionUser> user);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    // Identity. "hash_index:label" is how OpenSER's users name a transaction.
    std::uint64_t label() const { return label_; }
    unsigned hash_index() const { return static_cast<unsigned>(label_ & 0xffff); }
    std::uint64_t short_label() const { return label_ >> 16; }
    const sip::MessagePtr& request() const { return origin_.request; }
    const transport::Flow& from() const { return origin_.from; }
    sip::Method method() const { return method_; }
    bool is_invite() const { return method_ == sip::Method::Invite; }
    bool is_ours() const { return origin_.request == nullptr; }
    TransactionUser* user() { return user_.get(); }              // null: it has ended
    const std::string& local_tag() const { return local_tag_; }  // To-tag of replies that we make

    // Server side. False: nothing was sent (a final reply is out already, or there is no one to answer).
    bool reply(LocalReply reply);
    int last_status() const { return last_status_; }  // sent upstream; 0: none
    bool last_is_local() const { return last_is_local_; }
    bool is_final_sent() const { return last_status_ >= 200; }
    // No reply will come: t_release(). Timers stop; the transaction stays findable for a while.
    void release();

    // Client side. Sends every target that can be sent, in parallel (§16.6); later calls fork anew (serial
    // forking). The number of branches sent, or the first error: 476 unresolvable, 477 not sent, 500 too many
    // branches, 487 cancelled or already answered. A branch that could not be sent leaves no trace in the
    // response context.
    Task<Result<unsigned>> forward(std::vector<BranchRequest> requests);
    // A branch without a message: its end is a time-out or a reply by other means (t_write_req).
    Result<Branch*> add_blind_branch();
    const std::vector<std::unique_ptr<Branch>>& branches() const { return branches_; }
    Branch* branch(unsigned index) const
    {
        return index < branches_.size() ? branches_[index].get() : nullptr;
    }
    unsigned fork() const { return fork_; }  // number of the latest forward(); 0: none yet
    std::size_t branches_left() const;
    bool has_pending_branches() const;

    // The caller's CANCEL (§16.10): true if there was something left to cancel. `headers_of` gives further
    // header lines for each branch's CANCEL.
    bool cancel(const sip::Message& cancel, const std::function<std::string(Branch&)>& headers_of = {});
    bool is_cancelled() const { return cancelled_; }
    // Ours, of all pending branches (a 2xx, a 6xx or a reply of our own came first).
    void cancel_branches(std::string_view headers = {});

private:
    friend class Layer;
    friend class Branch;

    // Events, from the layer and the branches.
    bool on_retransmission();
    void on_branch_response(Branch& branch, Response response);
    void on_branch_failed(Branch& branch, int status);  // 408 time-out, 503 send error
    void on_server_timer(Timer timer);
    void carry_out(const Actions& actions);

    // One event after the other, also while the user is suspended.
    struct Event {
        Branch* branch;
        std::optional<Response> response;  // empty: a final of our own making, `status`
        int status;
    };
    void enqueue(Event event);
    Task<bool> work_off_queue();
    Task<bool> handle_response(Branch& branch, Response response);
    Task<bool> settle();  // §16.7 steps 4 to 6, when no branch is pending
    bool try_next_destination(Branch& branch);
    Task<bool> start_branch(BranchRequest request, unsigned target);
    bool launch(Branch& branch);
    bool may_fork() const;

    void relay(Branch& branch, const Response& response);
    void relay_final(Branch& winner);
    void send_upstream(int status, std::string bytes, bool local, const Branch* branch);
    void check_end();
    void shrink();

    Layer& layer_;
    const std::uint64_t label_;
    Origin origin_;
    sip::Method method_;
    std::string local_tag_;
    std::unique_ptr<TransactionUser> user_;
    std::unique_ptr<ServerSide> server_;  // null: is_ours()
    std::vector<std::unique_ptr<Branch>> branches_;
    std::deque<Event> events_;
    Task<bool> worker_task_;
    unsigned fork_ = 0, targets_ = 0, starting_ = 0;
    int last_status_ = 0;
    bool last_is_local_ = false, cancelled_ = false, released_ = false, busy_ = false, ended_ = false;
};

}  // namespace junctor::transaction
