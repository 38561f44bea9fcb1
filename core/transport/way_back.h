// Where the reply to a request goes (RFC 3261 §18.2.2, RFC 3581 §4).
#pragma once

#include "core/transport/transport.h"

namespace junctor::sip
{
class Message;
}

namespace junctor::transport
{

// Over the connection that the request came by while it is open, else to the source address and the port that
// rport, `force_rport` or sent-by name.
Destination way_back(const Flow& from, const sip::Message& request, bool force_rport = false);

}  // namespace junctor::transport
