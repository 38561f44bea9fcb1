// What the server itself counts: statistics group `core`, under OpenSER's names. Thread-safe counters.
#pragma once

#include "core/base/counter.h"

namespace junctor
{

struct CoreStatistics {
    Counter rcv_requests, rcv_replies;  // with a first line that could be parsed
    Counter fwd_requests, fwd_replies;  // stateless forwards that were sent
    Counter drop_requests;              // refused before the script, or a stateless forward failed everywhere
    Counter drop_replies;               // refused, dropped provisionals in onreply_route, failed sends
    Counter err_requests, err_replies;  // no usable Via; a reply that cannot be forwarded
    Counter bad_URIs_rcvd;              // URIs that could not be parsed
    Counter unsupported_methods;        // methods that we do not know
    Counter bad_msg_hdr;                // header fields that could not be parsed
};

}  // namespace junctor
