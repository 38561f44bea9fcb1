#include "core/transport/local_name.h"

namespace junctor::transport
{

sip::LocalName local_name(const ListenSocket& socket)
{
    return {socket.protocol, socket.address.ip.text_in_uri(), socket.address.port, false};
}

sip::SendPath response_path(const ListenSocket* received_on, const ListenSocket* sent_from)
{
    const auto name = [](const ListenSocket* socket) {
        return socket != nullptr ? local_name(*socket) : sip::LocalName{};
    };
    return {name(received_on), name(sent_from), received_on == sent_from};
}

}  // namespace junctor::transport
