// Where the Route header sends a request: RFC 3261 §16.4 (what we take from the request), §16.6 step 6
// (strict next hops), §16.12.
//
// Decides only; what it decided is carried out by the module. Views point into what it was given.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/script/environment.h"
#include "core/sip/name_addr.h"

namespace junctor::rr
{

struct Decision {
    bool routed = false;            // the answer of loose_route()
    std::size_t taken = 0;          // Route values to remove, from the first on
    bool last_taken = false;        // the last value goes, too: it has become the Request-URI
    bool uri_to_route_end = false;  // strict next hop: the Request-URI received becomes the last Route value
    std::string_view request_uri;   // the new one; empty: it stays
    std::string destination;        // next hop; empty: the Request-URI says
    bool was_ours = false;          // a URI of ours was met, with these
    std::string_view params;        // parameters, from the leading ';'
    const sip::Uri* send_from =
        nullptr;  // the other half of a double Record-Route: leave through this socket
};

// `routes`: the values of all Route headers, at least one. `in_dialog`: there is a To tag. `twice`: we make
// double Record-Routes and so know ;r2.
Decision decide(const sip::Uri& request_uri, std::span<const sip::NameAddr> routes, bool in_dialog,
                bool twice, const script::LocalNames& local_names);

}  // namespace junctor::rr
