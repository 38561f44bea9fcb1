// What remains of a server transaction that has done its work, and only answers or absorbs what comes again:
//   - of another method than INVITE, once its final reply has left: the reply, for retransmissions of the
//     request, until Timer J (RFC 3261 §17.2.2);
//   - an INVITE whose 2xx was relayed: the way back, for the 2xx that its UAS repeats; the INVITE itself is
//     absorbed, until Timer L (RFC 6026 §7.1).
//
// Neither needs its request, its branches or its user. Under full load over UDP there are a million of these,
// and each kept 6 KB as it was: now some 300 bytes and the reply.
//
// Found by keyed 64-bit hashes alone, which nobody can make collide who does not know the key. One worker.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "core/runtime/timer.h"
#include "core/sip/method.h"
#include "core/transaction/keyed_table.h"
#include "core/transport/transport.h"

namespace junctor::transaction
{

struct Finished {
    std::uint64_t key = 0;  // Layer::progress_key(): of its request; never of one without an RFC 3261 branch
    std::uint64_t call_key = 0;  // call_key(): for merged requests (§8.2.2.2)
    std::uint64_t label = 0;     // in our Via branches
    sip::Method method = sip::Method::Other;
    transport::Destination to;  // the way back
    std::string reply;          // empty: what comes again is absorbed
    TimePoint until{};
};

class FinishedTransactions
{
public:
    // `on_forget` is told of each whose time is over.
    FinishedTransactions(TimerWheel& wheel, std::function<void(const Finished&)> on_forget);

    // For `linger`; if that was longer for those before it, until they go.
    void add(Finished finished, Duration linger);
    const Finished* find(std::uint64_t key, sip::Method method) const;                           // null: none
    const Finished* find_call(std::uint64_t call_key) const { return by_call_.find(call_key); }  // the latest
    const Finished* find_label(std::uint64_t label) const { return by_label_.find(label); }
    std::size_t size() const { return queue_.size(); }

private:
    void forget_due();

    std::deque<Finished> queue_;  // by the end of their time; elements stay where they are
    LargeKeyedTable<const Finished*> by_key_, by_call_, by_label_;
    std::function<void(const Finished&)> on_forget_;
    const Clock& clock_;
    junctor::Timer timer_;  // not the RFC's timers, which transaction/ calls Timer
};

}  // namespace junctor::transaction
