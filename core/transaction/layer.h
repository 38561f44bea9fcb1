// The transaction layer of one worker (RFC 3261 chapter 17): finds the transaction that a message belongs to
// and makes new ones. Knows no script and no module; what becomes of a message is its transaction user's
// business (user.h).
//
// For the dispatcher, in this order:
//   request:   worker_of_request() -> post to its owner -> absorb_request(); if false: in_progress(), run the
//   script response:  worker_of_response() -> post -> match_response(); if false: forward statelessly or drop
//
// Limits: max_transactions and max_bytes; beyond them create() refuses (503) and counts. One worker's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/runtime/worker.h"
#include "core/sip/message.h"
#include "core/transaction/branch_id.h"
#include "core/transaction/finished.h"
#include "core/transaction/index.h"
#include "core/transaction/matching.h"
#include "core/transaction/originate.h"
#include "core/transaction/statistics.h"
#include "core/transaction/transaction.h"
#include "core/transaction/user.h"
#include "core/transport/resolver.h"
#include "core/transport/transport.h"

namespace junctor::transaction
{

struct LayerOptions {
    HashKey key;                               // the same on all workers of a process: HashKey::random()
    std::size_t max_transactions = 1'000'000;  // of this worker, under way
    std::size_t max_bytes = 1ULL << 30;        // kept messages of this worker
    std::size_t max_in_progress = 100'000;     // requests whose script is suspended
};

// What a transaction user sets for all transactions (parameters of tm).
struct LayerSettings {
    Timings timings;
    bool detect_loops = true;
    bool match_uri = true, match_via = true;  // requests without the RFC 3261 cookie: compare these, too
    std::string tag_prefix;                   // of To-tags of replies that we make
    std::string user_agent_line;              // of requests that we make, without CRLF; empty: none
};

class Layer
{
public:
    Layer(Worker& worker, transport::Transport& transport, transport::Resolver& resolver,
          LayerOptions options);
    ~Layer();
    Layer(const Layer&) = delete;
    Layer& operator=(const Layer&) = delete;

    // True: dealt with, the script need not see it. A retransmission was answered with the kept reply or
    // ignored while the script is still busy with the request; an ACK to our non-2xx; a loop (answered 482).
    bool absorb_request(const sip::MessagePtr& request, const transport::Flow& from);

    // While it lives, retransmissions of the request are absorbed although it has no transaction, and a
    // CANCEL for it waits until it has one (or its script has ended) and is then given to the CANCEL handler.
    class InProgress
    {
    public:
        InProgress() = default;
        InProgress(InProgress&& other) noexcept;
        InProgress& operator=(InProgress&& other) noexcept;
        ~InProgress();

    private:
        friend class Layer;
        InProgress(Layer* layer, std::uint64_t key) : layer_(layer), key_(key) {}
        Layer* layer_ = nullptr;
        std::uint64_t key_ = 0;
    };
    [[nodiscard]] InProgress in_progress(const sip::Message& request);
    void on_waiting_cancel(std::function<void(sip::MessagePtr, const transport::Flow&)> handler);

    // False: no transaction of this worker. The user may be suspended when this returns.
    bool match_response(Response response);

    // A server transaction for a request that absorb_request() let through. Errors: 503 a limit, 400 no key
    // (Via, CSeq).
    Result<std::shared_ptr<Transaction>> create(Transaction::Origin origin,
                                                std::unique_ptr<TransactionUser> user);
    // A request of our own: originate.h.
    Result<std::shared_ptr<Transaction>> originate(OriginatedRequest request, OriginateCallbacks callbacks);
    Task<Outcome> originate(OriginatedRequest request);

    // Each null if there is none.
    std::shared_ptr<Transaction> find(const sip::Message& request);  // of the same key (§17.2.3)
    std::shared_ptr<Transaction> find_cancelled(
        const sip::Message& cancel);  // that a CANCEL refers to (§9.2)
    std::shared_ptr<Transaction> find_acknowledged(
        const sip::Message& ack);  // the INVITE whose 2xx it acknowledges
    // Of the INVITE that a CANCEL or an ACK refers to a 2xx was relayed, and no more than that is known of
    // it.
    bool has_answered(const sip::Message& request) const;
    std::shared_ptr<Transaction> find(unsigned hash_index, std::uint64_t short_label);
    std::shared_ptr<Transaction> find_by_call(std::string_view call_id,
                                              std::uint32_t cseq);  // an INVITE; walks all
    // §8.2.2.2: has the same request come in by another way, under another branch?
    bool is_merged(const sip::Message& request) const;

    std::uint32_t loop_hash_of(const sip::Message& request, const transport::Flow& from) const;
    bool is_full() const { return bytes_ > options_.max_bytes || under_way() >= options_.max_transactions; }

    void configure(LayerSettings settings) { settings_ = std::move(settings); }
    const LayerSettings& settings() const { return settings_; }
    void count_into(Statistics& statistics);  // outlives the layer; until then the layer counts for itself
    Statistics& statistics() { return *statistics_; }
    std::size_t size() const { return under_way() + finished_.size(); }
    // Without those that only absorb retransmissions.
    std::size_t under_way() const { return by_label_.size(); }
    std::size_t bytes() const { return bytes_; }
    // Transactions made so far, by hash index; 65,536 numbers (MI t_hash).
    const std::vector<std::uint32_t>& made_by_index() const { return made_by_index_; }
    void for_each(const std::function<void(Transaction&)>& visit);
    Worker& worker() { return worker_; }
    transport::Transport& transport() { return transport_; }
    transport::Resolver& resolver() { return resolver_; }

    // One that cannot be sent is logged, no more: the request will come again.
    void send_back(const transport::Destination& to, std::string_view reply);

private:
    friend class Transaction;
    friend class Branch;

    struct Waiting {             // a request whose script runs
        sip::MessagePtr cancel;  // came meanwhile
        transport::Flow cancel_from;
    };

    bool absorb_ack(const sip::Message& ack);
    bool absorb_finished(const sip::Message& request);
    bool absorb_waiting(const sip::MessagePtr& request, const transport::Flow& from);
    void end_progress(std::uint64_t key);
    void hand_over_cancel(Waiting& waiting);
    void answer_loop(const sip::Message& request, const transport::Flow& from);
    LegacyMatching legacy() const { return {settings_.match_uri, settings_.match_via}; }
    std::uint64_t key_of(const sip::Message& request) const;  // transaction_key(), computed once a message
    std::uint64_t progress_key(const sip::Message& request) const;  // another one for a CANCEL
    void relay_again(const Finished& invite, const Response& response);
    std::shared_ptr<Transaction> make(Transaction::Origin origin, std::unique_ptr<TransactionUser> user);
    Task<bool> run_originated(std::shared_ptr<Transaction> transaction, BranchRequest request);
    void remove(
        Transaction& transaction);  // from the tables at once, its parts at the next turn of the wheel
    // The transaction ends; its final reply goes on answering retransmissions. Empty: they are absorbed.
    void keep_reply(Transaction& transaction, const transport::Destination& to, std::string reply);
    void account(std::ptrdiff_t bytes) { bytes_ += static_cast<std::size_t>(bytes); }

    Worker& worker_;
    transport::Transport& transport_;
    transport::Resolver& resolver_;
    LayerOptions options_;
    LayerSettings settings_;
    Statistics own_statistics_;
    Statistics* statistics_ = &own_statistics_;
    std::uint64_t counter_ = 0;
    std::vector<std::uint32_t> made_by_index_ = std::vector<std::uint32_t>(65536, 0);
    std::size_t bytes_ = 0;
    KeyedTable<std::shared_ptr<Transaction>> by_label_;
    TransactionIndex by_key_{&Transaction::next_of_key_};    // server transactions
    TransactionIndex by_call_{&Transaction::next_of_call_};  // Call-ID, CSeq number, From tag
    FinishedTransactions finished_;
    KeyedTable<Waiting> in_progress_;
    std::function<void(sip::MessagePtr, const transport::Flow&)> cancel_handler_;
    std::vector<std::shared_ptr<Transaction>> ended_;
    junctor::Timer reaper_;
    TaskGroup tasks_;
};

}  // namespace junctor::transaction
