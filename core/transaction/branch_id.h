// The branch parameter of our own Via, and which worker a message belongs to.
//
//     z9hG4bK.jn<worker>.<label>.<index>.<loop>      all hexadecimal
//
// `label` names the transaction: a keyed hash of a counter, so nobody outside guesses the next one; `index`
// its branch; `loop` is the hash of RFC 3261 §16.6 step 8 as RFC 5393 §4.2.2 mends it: over what routing
// looks at, Vias left out, so that a loop through another proxy is seen while a spiral is let through (§16.3
// step 4). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/sip/message.h"
#include "core/transaction/keyed_hash.h"
#include "core/transport/transport.h"

namespace junctor::transaction
{

struct BranchId {
    unsigned worker = 0;
    std::uint64_t label = 0;
    unsigned index = 0;
    std::uint32_t loop = 0;

    static std::optional<BranchId> parse(std::string_view branch);  // empty: not one of ours
    std::string text() const;

    friend bool operator==(const BranchId&, const BranchId&) = default;
};

// The owner of a request: a hash of its Call-ID. Retransmissions, the CANCEL and every ACK carry the same
// one, also the ACK to a 2xx and a merged request, whose branches are new (§17.1.1.3, §8.2.2.2), so all meet
// on one worker.
unsigned worker_of_request(const sip::Message& request, unsigned workers);
// The owner of a response: named in our branch. Empty: the branch is not ours or comes from a stateless
// forward; then any worker will do.
std::optional<unsigned> worker_of_response(std::string_view branch);

// §16.6 step 8. The receiving socket and the source address are inputs of routing, too: an application server
// that sends a request back as it was makes no loop yet, but doing so twice does.
std::uint32_t loop_hash(const sip::Message& request, const transport::Flow& from, const HashKey& key);
// §16.3 step 4: has this very request, unchanged in what we route by, been here before?
bool is_loop(const sip::Message& request, const transport::Flow& from, const HashKey& key);

// §16.11: for stateless forwarding, the same for every retransmission of the same request and for its CANCEL
// and ACK.
std::string stateless_branch(const sip::Message& request);

}  // namespace junctor::transaction
