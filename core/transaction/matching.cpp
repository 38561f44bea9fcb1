#include "core/transaction/matching.h"

#include "core/base/ascii.h"

namespace junctor::transaction
{
namespace
{

std::string_view from_tag(const sip::Message& message)
{
    return message.from() != nullptr ? message.from()->tag() : std::string_view();
}

std::uint32_t cseq_number(const sip::Message& message)
{
    return message.cseq() != nullptr ? message.cseq()->number : 0;
}

bool has_cookie(const sip::Message& message)
{
    return message.top_via() != nullptr && message.top_via()->has_cookie();
}

bool same_branch(const sip::Message& a, const sip::Message& b)
{
    // §17.2.3: the branch and the sent-by of the topmost Via; the host name ignores case, a missing port is
    // not 5060.
    return a.top_via()->branch == b.top_via()->branch &&
           iequals(a.top_via()->sent_by(), b.top_via()->sent_by());
}

bool same_to(const sip::Message& original, const sip::Message& request)
{
    if (original.to() == nullptr || request.to() == nullptr) return false;
    if (original.to()->uri_text != request.to()->uri_text) return false;
    // An ACK carries the tag of our reply; a CANCEL may come before or after one.
    const bool late = request.method_id() == sip::Method::Ack || request.method_id() == sip::Method::Cancel;
    return late || original.to()->tag() == request.to()->tag();
}

bool same_parts(const sip::Message& original, const sip::Message& request, LegacyMatching legacy)
{
    if (original.top_via() == nullptr || request.top_via() == nullptr) return false;
    if (!is_same_call(original, request) || !same_to(original, request)) return false;
    if (legacy.uri && original.request_uri() != request.request_uri()) return false;
    return !legacy.via || original.top_via()->whole == request.top_via()->whole;
}

bool same_origin(const sip::Message& original, const sip::Message& request, LegacyMatching legacy)
{
    if (has_cookie(original) != has_cookie(request)) return false;
    return has_cookie(request) ? same_branch(original, request) : same_parts(original, request, legacy);
}

}  // namespace

std::uint64_t transaction_key(const sip::Message& request, const HashKey& key)
{
    const sip::Via* via = request.top_via();
    if (via == nullptr) return 0;
    if (!via->has_cookie()) return call_key(request, key);
    const HashKey of_sender{key.first ^ keyed_hash(key, lower_copy(via->sent_by())), key.second};
    return keyed_hash(of_sender, via->branch);
}

bool is_same_transaction(const sip::Message& original, const sip::Message& request, LegacyMatching legacy)
{
    const bool same_method = request.method_id() == sip::Method::Ack
                                 ? original.method_id() == sip::Method::Invite
                                 : original.method() == request.method();
    return same_method && same_origin(original, request, legacy);
}

bool cancels(const sip::Message& cancel, const sip::Message& original, LegacyMatching legacy)
{
    return original.method_id() != sip::Method::Cancel && same_origin(original, cancel, legacy);
}

std::uint64_t call_key(const sip::Message& request, const HashKey& key)
{
    const HashKey of_call{key.first ^ cseq_number(request), key.second ^ keyed_hash(key, from_tag(request))};
    return keyed_hash(of_call, request.call_id());
}

bool is_same_call(const sip::Message& a, const sip::Message& b)
{
    return a.call_id() == b.call_id() && cseq_number(a) == cseq_number(b) && from_tag(a) == from_tag(b);
}

}  // namespace junctor::transaction
