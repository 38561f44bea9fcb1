#include "core/transport/transport.h"

namespace junctor::transport
{

std::string ListenSocket::text() const
{
    return std::string(to_text(protocol)) + ":" + address.text();
}

}  // namespace junctor::transport
