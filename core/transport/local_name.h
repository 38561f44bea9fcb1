// How one of our sockets is called in Via and Record-Route, unless the script advertises another name.
#pragma once

#include "core/sip/edits.h"
#include "core/transport/transport.h"

namespace junctor::transport
{

sip::LocalName local_name(const ListenSocket& socket);
// Of a response that comes in by one socket and goes back by another; null: unknown.
sip::SendPath response_path(const ListenSocket* received_on, const ListenSocket* sent_from);

}  // namespace junctor::transport
