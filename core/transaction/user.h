// The transaction user (RFC 3261 §17): what a transaction tells, and asks, whoever made it.
//
// One object a transaction, owned by it, called on its worker. While a Task that it returned is suspended,
// further events of that transaction wait in a queue: the order is kept, others go on. An empty Task ("return
// {};") is an answer at once and costs nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/runtime/task.h"
#include "core/sip/edits.h"
#include "core/sip/message.h"
#include "core/transaction/actions.h"
#include "core/transport/transport.h"

namespace junctor::transaction
{

class Branch;
class Transaction;

// A response on its way in. `edits` are applied when it is relayed. `attachment` is what the caller of
// Layer::match_response() hands through to the user: the script's view of the message (script::Message), if
// there is one.
struct Response {
    sip::MessagePtr message;
    transport::Flow from;
    sip::Edits edits;
    std::shared_ptr<void> attachment;
};

// A reply that we make ourselves.
struct LocalReply {
    int status = 500;
    std::string reason;        // empty: the standard phrase
    std::string to_tag;        // empty: the transaction's own
    std::string headers;       // whole lines
    std::string body;          // its Content-Type is among `headers`
    std::string server_line;   // without CRLF; empty: none
    std::string warning_line;  // without CRLF; empty: none
};

// What was just sent upstream.
struct SentReply {
    int status = 0;
    bool local = false;  // made by us
    std::string_view bytes;
    const Branch* branch = nullptr;  // that it came from; null if we made it
};

enum class Verdict : std::uint8_t { Relay, Drop };

class TransactionUser
{
public:
    virtual ~TransactionUser() = default;

    // A response arrived on a branch: 101..699, retransmitted 2xx included; ACKs have been sent. May change
    // its edits. Drop: a provisional one is not relayed; final ones always count.
    virtual Task<Verdict> on_response(Transaction&, Branch&, Response&) { return {}; }
    // No branch is left and `winner` is about to go upstream (300..699, perhaps a local 408 or 487). May fork
    // again (Transaction::forward) or reply; otherwise the winner is relayed.
    virtual Task<bool> on_failure(Transaction&, Branch&) { return {}; }
    virtual void on_cancelled(Transaction&, const sip::Message& /*cancel*/) {}
    virtual void on_ack(Transaction&, const sip::Message& /*ack*/) {}  // end to end: to a 2xx
    virtual void on_reply(Transaction&, const SentReply&) {}           // sent upstream
    virtual void on_request_sent(Transaction&, Branch&) {}             // first sending on a branch
    virtual void on_ended(Transaction&) {}                             // last call
    // An INVITE's 2xx has gone upstream: shall the transaction stay, so that on_response() hears of repeated
    // 2xx and on_ack() of the ACK? Else the layer keeps a twentieth of it, and relays those by itself.
    virtual bool follows_answered() const { return true; }

    // Before the layer sends a reply that nobody gave it (408, 487, 500): Server and Warning lines and the
    // like.
    virtual void complete(Transaction&, LocalReply&) {}
    // Before a branch's timers start: this transaction's own times.
    virtual void adjust(Transaction&, Timings&) {}
};

}  // namespace junctor::transaction
