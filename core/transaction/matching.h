// Does this request belong to that server transaction? RFC 3261 §17.2.3; §9.2 for CANCEL; §8.2.2.2 and ACKs
// to 2xx by their call. Pure.
//
// Tables are keyed by a keyed hash, which a stranger cannot make collide on purpose; what they find is then
// compared.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/sip/message.h"
#include "core/transaction/keyed_hash.h"

namespace junctor::transaction
{

// Requests whose top Via has no RFC 3261 cookie are known by their parts; these two may be left out of the
// comparison.
struct LegacyMatching {
    bool uri = true, via = true;
};

// The same for a request, its retransmissions, its CANCEL and the ACK to its non-2xx. No Via: 0.
std::uint64_t transaction_key(const sip::Message& request, const HashKey& key);
// Is `request` a retransmission of `original`, or the ACK to its non-2xx?
bool is_same_transaction(const sip::Message& original, const sip::Message& request, LegacyMatching legacy);
// Does `cancel` mean `original`?
bool cancels(const sip::Message& cancel, const sip::Message& original, LegacyMatching legacy);

// What all requests of one client transaction share, whichever way they came.
std::uint64_t call_key(const sip::Message& request, const HashKey& key);
// A CANCEL shares both keys with what it cancels; where that matters it gets others.
constexpr std::uint64_t told_apart(std::uint64_t key, sip::Method method)
{
    return method == sip::Method::Cancel ? ~key : key;
}
bool is_same_call(const sip::Message& a, const sip::Message& b);  // Call-ID, CSeq number, From tag

}  // namespace junctor::transaction
