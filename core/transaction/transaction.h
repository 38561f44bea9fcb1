// A transaction of a proxy: the server side towards the caller, its branches, and what connects them (RFC
// 3261 §16).
//
// Made by Layer::create() for a received request or by Layer::originate() for one of ours (then there is no
// server side). Kept by the layer until every state machine in it has ended; holders of a shared_ptr may look
// at it longer. One worker. Limits: max_branches targets over its life, max_attempts with every fail-over,
// max_events waiting for a busy user.
//
//   transaction.cpp  replies, relaying, the end      forward.cpp  sending to targets, fail-over
//   events.cpp       what branches report, in order  cancel.cpp   CANCEL
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/runtime/task.h"
#include "core/transaction/branch.h"
#include "core/transaction/response_context.h"
#include "core/transaction/server_side.h"
#include "core/transaction/user.h"

namespace junctor::transaction
{

class Layer;

constexpr std::size_t max_branches = 12;  // as in OpenSER
constexpr std::size_t max_attempts = 36;
constexpr std::size_t max_events = 64;  // beyond them only final responses are kept

class Transaction final : public std::enable_shared_from_this<Transaction>
{
public:
    struct Origin {
        sip::MessagePtr request;  // as received; null: the request is ours
        transport::Flow from;
        bool force_rport = false;                        // the script asked for it
        std::optional<transport::Destination> reply_to;  // instead of RFC 3261 §18.2.2 (reply_to_via)
        bool silent = false;                             // nothing goes upstream (t_replicate)
        // Of a request of ours.
        std::string method, call_id;
        std::uint32_t cseq = 0;
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
    std::string_view call_id() const;
    std::uint32_t cseq_number() const;
    bool is_invite() const { return method_ == sip::Method::Invite; }
    bool is_ours() const { return origin_.request == nullptr; }
    TransactionUser* user() { return user_.get(); }              // null: it has ended
    const std::string& local_tag() const { return local_tag_; }  // To-tag of replies that we make
    BranchId branch_id(unsigned index) const;

    // Server side. False: nothing was sent (a final reply is out already, or there is no one to answer). A
    // final reply cancels pending branches.
    bool reply(LocalReply reply);
    int last_status() const { return last_status_; }            // sent upstream; 0: none
    bool is_last_from_user() const { return last_from_user_; }  // made by reply()
    const std::string& reply_tag() const
    {
        return reply_tag_.empty() ? local_tag_ : reply_tag_;
    }  // of reply()'s last
    bool is_final_sent() const { return last_status_ >= 200; }
    // The request came again: the kept reply goes out again, if there is one.
    void on_retransmission()
    {
        if (server_) server_->on_request();
    }
    // No reply will come: branches and timers stop, retransmissions are absorbed for a while.
    void release();
    bool is_released() const { return released_; }
    bool has_ended() const { return ended_; }
    void make_silent() { origin_.silent = true; }

    // Client side. Sends every target that can be sent, in parallel (§16.6); later calls fork anew (serial
    // forking). The number of branches sent, or the first error: 476 unresolvable, 477 not sent, 473
    // filtered, 482 too many branches, 487 cancelled or answered. A branch that could not be sent leaves no
    // trace in the response context.
    Task<Result<unsigned>> forward(std::vector<BranchRequest> requests);
    // A branch without a message: it ends by a time-out or by a reply that comes another way (t_write_req).
    Result<Branch*> add_blind_branch();
    const std::vector<std::unique_ptr<Branch>>& branches() const { return branches_; }
    Branch* branch(unsigned index) const
    {
        return index < branches_.size() ? branches_[index].get() : nullptr;
    }
    unsigned fork() const { return fork_; }  // number of the latest one that sent something; 0: none yet
    std::size_t branches_left() const { return targets_ < max_branches ? max_branches - targets_ : 0; }
    bool has_pending_branches() const;
    // May it (still) send to further targets?
    bool may_fork() const { return !cancelled_ && !released_ && !ended_ && !is_final_sent(); }

    // The caller's CANCEL (§16.10); `headers_of`: further lines for each branch's CANCEL. True if there was
    // something left to cancel.
    bool cancel(const sip::Message& cancel, const std::function<std::string(Branch&)>& headers_of = {});
    bool is_cancelled() const { return cancelled_; }
    // Ours, of all pending branches. `headers`: whole lines.
    void cancel_branches(const std::string& headers = {});

private:
    friend class Branch;
    friend class CancelClient;
    friend class Layer;
    friend class ServerSide;

    struct Event {
        Branch* branch = nullptr;  // null: forking has ended, see whether anything is left to wait for
        std::optional<Response> response;  // empty: a final of our own making, `status`
        int status = 0;
    };
    // While it lives, the transaction does not end: something of it is on the stack.
    class Hold
    {
    public:
        explicit Hold(Transaction& transaction) : of_(transaction) { ++of_.held_; }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;
        ~Hold()
        {
            --of_.held_;
            of_.check_end();
        }

    private:
        Transaction& of_;
    };
    struct Forking;  // one forward() under way
    enum class Source : std::uint8_t { Network, User, Layer };

    // Told by the layer.
    void on_acknowledged(const sip::Message& ack);  // an ACK to a 2xx

    // Told by branches.
    void on_branch_response(Branch& branch, Response response);
    void on_branch_failed(Branch& branch, int status);  // 408 time-out, 503 send error, 487 cancelled
    void adjust(Timings& timings);

    // One event after the other, also while the user is suspended.
    void enqueue(Event event);
    Task<bool> work_off_events();
    Task<bool> handle(Event event);
    Task<bool> handle_response(Branch& branch, Response response);
    Task<bool> handle_failure(Branch& branch, int status);
    Task<bool> settle();  // §16.7 steps 5 and 6, once no branch is pending
    Branch* best_branch() const;

    Task<void> start_branch(BranchRequest request, unsigned target, Forking& forking);
    Result<void> launch(BranchRequest request, unsigned target, unsigned fork, std::size_t next_destination);
    bool try_next_destination(Branch& branch);
    void finish_cancelled();

    void relay(const Branch& branch, const Response& response);
    void relay_final(Branch& winner);
    void send_local(LocalReply reply, Source source);
    void send_upstream(int status, std::string bytes, Source source, const Branch* branch);

    void account(std::ptrdiff_t bytes);
    void check_end();
    bool needs_no_more() const;        // all that is left to do is what finished.h does, too
    bool is_answered_for_all() const;  // an INVITE: nobody waits for more than repeated 2xx
    void end();
    void shrink();
    void dissolve();  // after the end: whoever still holds it finds neither user nor branches

    Layer& layer_;
    const std::uint64_t label_;
    Origin origin_;
    sip::Method method_;
    std::uint32_t loop_;  // of our branches
    std::string local_tag_, reply_tag_;
    std::unique_ptr<TransactionUser> user_;
    std::unique_ptr<ServerSide> server_;  // null: is_ours()
    std::vector<std::unique_ptr<Branch>> branches_;
    std::vector<Event> events_;  // a queue, but of one as a rule
    Task<bool> working_off_;
    std::uint64_t key_ = 0, call_key_ = 0;  // in the layer's tables, and who follows there
    Transaction *next_of_key_ = nullptr, *next_of_call_ = nullptr;
    std::ptrdiff_t accounted_ = 0;
    unsigned fork_ = 0;          // latest that sent something
    unsigned last_fork_ = 0;     // latest that began
    unsigned stopped_fork_ = 0;  // this and earlier ones start no branch any more
    unsigned targets_ = 0;
    unsigned starting_ = 0;  // branches whose destination is being resolved
    unsigned held_ = 0;
    int last_status_ = 0;
    bool last_from_user_ = false, cancelled_ = false, released_ = false, busy_ = false, ended_ = false;
};

}  // namespace junctor::transaction
