// The text of our Record-Route headers (RFC 3261 §16.6 step 4), made when the message leaves: only then is it
// known through which socket.
//
// Where the request leaves through another socket than it came in (another address, port or protocol), there
// are two, the sending side on top, each marked ;r2=on, so that either side of the dialog meets an address
// that it can reach (RFC 5658 calls it double record-routing).
#pragma once

#include <string>

#include "core/sip/edits.h"

namespace junctor::rr
{

struct RecordRoute {
    std::string user;      // before the host; empty: none
    std::string from_tag;  // for ;ftag=; empty: none
    std::string params;    // ";name=value" of record_route() and add_rr_param()
    bool full_lr = false;  // ;lr=on instead of ;lr
    bool twice = true;     // two headers where the sockets differ
};

std::string write(const RecordRoute& route, const sip::SendPath& path);         // one or two header lines
std::string write_preset(const RecordRoute& route, std::string_view hostport);  // record_route_preset()

}  // namespace junctor::rr
