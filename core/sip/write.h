// Messages on their way out: forwarded requests and responses, replies of our own,
// requests built from a stored one.
//
// RFC 3261 §8.2.6 (replies), §9.1 (CANCEL), §16.6 (forwarding), §17.1.1.3 (ACK to a non-2xx),
// §18.2.1 (received, rport).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/address.h"
#include "core/sip/edits.h"
#include "core/sip/message.h"

namespace junctor::sip
{

struct ForwardedRequest {
    std::string_view uri;  // the Request-URI that leaves
    const Edits* edits = nullptr;
    std::string_view route;       // Route values put on top (stored Path); empty: none
    std::string_view branch;      // of our Via, cookie included
    std::string_view via_params;  // further ones of our Via, with leading ';' (";rport", ";i=7")
    Endpoint source;              // where the request came from: received and rport of the Via below ours
    bool force_rport = false;     // the script's force_rport()
};
// Our Via goes on top of the first Via; Record-Route headers that modules prepend come before it.
std::string write_forwarded_request(const Message& request, const ForwardedRequest& how,
                                    const SendPath& path);

// A response with our Via (the top one) taken off. Empty if no Via remains: then it was for us.
std::string write_forwarded_response(const Message& response, const Edits* edits, const SendPath& path = {});

struct Reply {
    int status = 200;
    std::string_view reason;
    std::string_view to_tag;        // added if status >= 180 and To has no tag
    std::string_view headers;       // whole lines with CRLF, after the copied ones
    std::string_view body;          // its Content-Type is among `headers`
    std::string_view server_line;   // "Server: ..." without CRLF; empty: none
    std::string_view warning_line;  // "Warning: ..." without CRLF; empty: none
    Endpoint source;                // for received and rport
    bool force_rport = false;
};
// Vias, From, To, Call-ID, CSeq, (180..299) Record-Route and (100) Timestamp are copied in their order.
std::string write_reply(const Message& request, const Reply& reply);

// Where a reply goes (RFC 3261 §18.2.2, RFC 3581 §4), for unreliable transports: source IP and the port that
// rport, force_rport or sent-by name.
Endpoint reply_destination(const Message& request, const Endpoint& source, bool force_rport);

// ACK to a non-2xx: to the branch's own request `sent` (the bytes that went out), To from the response.
std::string write_ack(const Message& sent, const Message& response);
// CANCEL for `sent`; `headers`: further whole lines (for example Reason), may be empty.
std::string write_cancel(const Message& sent, std::string_view headers);

// A Via value as we write it: "SIP/2.0/UDP host:port;branch=...".
std::string via_value(const LocalName& local, std::string_view branch, std::string_view params);

std::string_view reason_phrase(int status);  // RFC 3261 §21 and later RFCs; "Unknown" for others

}  // namespace junctor::sip
