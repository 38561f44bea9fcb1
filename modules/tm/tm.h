// What other modules see of tm: transactions of the routing script. Requests of one's own need no tm:
// Environment::transactions->originate() (core/transaction/originate.h).
//
// All calls on the message's worker.
#pragma once

#include <string_view>

#include "core/runtime/task.h"
#include "core/script/message.h"
#include "core/transaction/transaction.h"

namespace junctor::tm
{

// Told of every transaction that the script makes. `request` is the stored one: with the changes made until
// the transaction was made, its flags and AVPs those of the transaction.
class Observer
{
public:
    virtual ~Observer() = default;
    virtual void on_request(script::Message& /*request*/, transaction::Transaction&) {
    }  // the transaction was made
    virtual void on_response(script::Message& /*request*/, transaction::Transaction&, transaction::Branch&,
                             const sip::Message& /*response*/)
    {
    }
    virtual void on_failure(script::Message& /*request*/, transaction::Transaction&,
                            transaction::Branch& /*winner*/)
    {
    }
    virtual void on_reply(script::Message& /*request*/, transaction::Transaction&,
                          const transaction::SentReply&)
    {
    }
    virtual void on_ack(script::Message& /*request*/, transaction::Transaction&, const sip::Message& /*ack*/)
    {
    }
    virtual void on_cancelled(script::Message& /*request*/, transaction::Transaction&) {}
    virtual void on_ended(script::Message& /*request*/, transaction::Transaction&) {}
};

class Transactions
{
public:
    virtual ~Transactions() = default;

    virtual void observe(Observer& observer) = 0;  // in start() only; it outlives all transactions

    // As the script functions of these names, with their codes.
    virtual Task<script::Code> t_newtran(script::Message& message) = 0;
    virtual Task<script::Code> t_relay(script::Message& message) = 0;
    virtual script::Code t_reply(script::Message& message, int code, std::string_view reason) = 0;

    // The stored request; null: the transaction is not one of the script's, or has ended.
    virtual script::Message* request_of(transaction::Transaction& transaction) = 0;
    // Somebody will reply later: the transaction is not released when the script ends.
    virtual void keep(transaction::Transaction& transaction) = 0;
    // Arms the failure_route of this name for the message's transaction, made or to be made.
    virtual void t_on_failure(script::Message& message, std::string_view route) = 0;
};

}  // namespace junctor::tm
