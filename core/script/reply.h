// Replies that the script makes to a request: what they say and where they go. For the modules sl and tm,
// which send them without and with a transaction (RFC 3261 §8.2.6, §18.2.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/script/message.h"
#include "core/sip/write.h"
#include "core/transaction/user.h"
#include "core/transport/resolver.h"

namespace junctor::script
{

// With the headers and the body that the script collected (append_to_reply), Contact for 3xx from the
// rewritten Request-URI and the branches (at most 512 bytes, else left out), Server and Warning as the
// settings say.
transaction::LocalReply reply_to(const Message& message, int status, std::string_view reason);
// The same as text, for senders without a transaction. `to_tag` is used if the reply needs one.
std::string write_reply(const Message& message, const transaction::LocalReply& reply);

// Warning: 392 (sip_warning); empty if it would exceed 256 bytes or the URIs cannot be quoted.
std::string warning_line(const sip::Message& request, const transport::Flow& from, std::string_view uri_out);

// Where a reply goes: back over the flow, to source address and the port that rport, force_rport or the Via
// names.
transport::Destination way_back(const Message& message);
// With reply_to_via: to the host of the top Via instead, to the source port if there is an rport. Empty:
// way_back().
std::optional<transport::NextHop> reply_hop(const Message& message);

// What answers a failed script function, as sl_reply_error() and t_relay() do: "477 Send failed (477/SL)".
struct ErrorReply {
    int status;
    std::string reason;
};
ErrorReply error_reply(Failure failure, std::string_view module);  // "SL", "TM"

}  // namespace junctor::script
