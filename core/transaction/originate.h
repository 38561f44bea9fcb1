// Requests of our own, outside or inside a dialog (RFC 3261 §8.1.1, §12.2.1.1): stored messages, pings,
// gateways, MI.
//
// Via, Call-ID, CSeq, tags, Max-Forwards and Content-Length are made here unless given. One branch; the
// destinations of the next hop are tried in order. An INVITE's finals are acknowledged: a non-2xx by the
// client transaction, each 2xx (one for each To-tag, again when it is retransmitted) along the route set that
// it established (§13.2.2.4).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/sip/message.h"
#include "core/transaction/actions.h"
#include "core/transport/resolver.h"
#include "core/transport/transport.h"

namespace junctor::transaction
{

struct OriginatedRequest {
    std::string method;
    std::string uri;
    std::string from, to;               // header values; a From without a tag gets one
    std::string call_id;                // empty: a new one
    std::optional<std::uint32_t> cseq;  // empty: 10, as in OpenSER
    std::vector<std::string> routes;    // Route values; the first decides where the request goes
    std::string next_hop;               // a SIP URI; wins over routes and uri
    std::string headers;                // further whole lines
    std::string address_mark;           // replaced in `headers` by "ip:port" of the socket it leaves from
    std::string body;                   // its Content-Type is among `headers`
    const transport::ListenSocket* socket = nullptr;  // forced
    std::optional<Timings> timings;                   // instead of the layer's
    bool acknowledge = true;                          // send the ACK to a 2xx
    int max_forwards = 70;
};

// How it ended. Without a response (time-out 408, unresolvable 478, not sent 477) `response` is null.
struct Outcome {
    int status = 0;
    std::string reason;
    sip::MessagePtr response;
    transport::Flow from;
};

// Called on the layer's worker, perhaps before originate() returns.
struct OriginateCallbacks {
    std::function<void(const Outcome&)> on_provisional;  // 101..199; may be empty
    std::function<void(const Outcome&)> on_final;        // once
};

}  // namespace junctor::transaction
