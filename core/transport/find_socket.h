// Which of our listening sockets does a text or a URI's host name? As in Route values of ours, the `socket`
// column, and headers that carry a socket's name.
#pragma once

#include <span>
#include <string_view>

#include "core/base/address.h"
#include "core/transport/transport.h"

namespace junctor::transport
{

// By address (IPv6 with or without brackets) or by the name that the script gave the socket. Protocol::Any
// matches each. Null: not ours.
const ListenSocket* find_socket(std::span<const ListenSocket> sockets, Protocol protocol,
                                std::string_view host, std::uint16_t port);

// "udp:192.0.2.1:5060", "tcp:[2001:db8::1]:5060"; the protocol (default udp) and the port (default 5060) may
// be absent.
struct SocketName {
    Protocol protocol = Protocol::Udp;
    std::string_view host;
    std::uint16_t port = 5060;

    static Result<SocketName> parse(std::string_view text);
};

}  // namespace junctor::transport
