#include "core/transport/way_back.h"

#include "core/sip/write.h"

namespace junctor::transport
{

Destination way_back(const Flow& from, const sip::Message& request, bool force_rport)
{
    Destination to;
    to.protocol = from.protocol();
    to.remote = sip::reply_destination(request, from.remote, force_rport);
    to.socket = from.socket;
    to.connection = from.connection;
    return to;
}

}  // namespace junctor::transport
