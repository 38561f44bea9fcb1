// The transaction user of requests that the routing script handles: runs onreply_route, failure_route and
// branch_route, each with the state of the message that it should see.
//
// It keeps the request as it was when the transaction was made. Flags live in the transaction from then on: a
// route run gets them and leaves them. One worker.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/module/code_counters.h"
#include "core/script/interpreter.h"
#include "core/script/message.h"
#include "core/transaction/transaction.h"
#include "modules/tm/tm.h"

namespace junctor::tm
{

// What all transactions share: parameters and listeners. Fixed once the server runs.
struct Shared {
    bool onreply_sees_avps = false;  // onreply_avp_mode
    bool answers_timeouts = true;    // noisy_ctimer
    std::optional<script::AvpName> fr_timer_avp, fr_inv_timer_avp;
    std::vector<Observer*> observers;
    CodeCounters code_counters;
};

// Which route blocks run; empty: none.
struct ArmedRoutes {
    std::string failure, reply, branch;
};

class ScriptUser final : public transaction::TransactionUser
{
public:
    ScriptUser(Shared& shared, const script::Message& request, ArmedRoutes routes);

    script::Message& request() { return *request_; }
    // The stored request as branches are written from it, as long as nobody changed it since.
    const std::shared_ptr<script::Message>& shared_request() const { return request_; }
    const script::Program* program() const { return program_.get(); }

    ArmedRoutes routes;
    bool kept = false;                            // somebody will reply later
    const transaction::Branch* picked = nullptr;  // while a failure_route runs: the winner

    Task<transaction::Verdict> on_response(transaction::Transaction&, transaction::Branch&,
                                           transaction::Response&) override;
    Task<bool> on_failure(transaction::Transaction&, transaction::Branch& winner) override;
    void on_cancelled(transaction::Transaction&, const sip::Message& cancel) override;
    void on_ack(transaction::Transaction&, const sip::Message& ack) override;
    void on_reply(transaction::Transaction&, const transaction::SentReply&) override;
    void on_ended(transaction::Transaction&) override;
    bool follows_answered() const override { return !routes.reply.empty() || !shared_.observers.empty(); }
    void complete(transaction::Transaction&, transaction::LocalReply&) override;
    void adjust(transaction::Transaction&, transaction::Timings&) override;

private:
    Task<transaction::Verdict> run_reply_route(transaction::Transaction&, transaction::Branch&,
                                               transaction::Response&);
    Task<bool> run_failure_route(transaction::Transaction&, transaction::Branch& winner, std::string name);
    bool drops_silently(const transaction::Transaction&, const transaction::Branch& winner) const;

    Shared& shared_;
    std::shared_ptr<const script::Program>
        program_;  // of the script that made it: a reload does not change it
    std::shared_ptr<script::Message> request_;
};

// The number of an armed block; empty, and a line in the log, if the script has none of that name.
std::optional<unsigned> route_number(const script::Program* program, script::Route kind,
                                     const std::string& name);

}  // namespace junctor::tm
