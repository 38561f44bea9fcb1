#include "core/transport/find_socket.h"

#include "core/base/ascii.h"

namespace junctor::transport
{

const ListenSocket* find_socket(std::span<const ListenSocket> sockets, Protocol protocol,
                                std::string_view host, std::uint16_t port)
{
    const auto ip = IpAddress::parse(host);
    for (const ListenSocket& socket : sockets) {
        if (protocol != Protocol::Any && protocol != socket.protocol) continue;
        if (port != socket.address.port) continue;
        if (ip ? *ip == socket.address.ip : iequals(host, socket.name)) return &socket;
    }
    return nullptr;
}

Result<SocketName> SocketName::parse(std::string_view text)
{
    SocketName name;
    const auto colon = text.find(':');
    if (const auto protocol = protocol_from(text.substr(0, colon)); protocol && colon != text.npos) {
        name.protocol = *protocol;
        text.remove_prefix(colon + 1);
    }
    std::size_t host_end = text.find(':');
    if (text.starts_with('[')) {
        host_end = text.find(']');
        if (host_end == text.npos) return fail("no ] ends the IPv6 address of a socket");
        ++host_end;
    }
    name.host = text.substr(0, host_end);
    if (name.host.empty()) return fail("a socket's name has no host");
    if (host_end >= text.size()) return name;

    const auto port = parse_unsigned(text.substr(host_end + 1), 65535);
    if (text[host_end] != ':' || !port || *port == 0)
        return fail("a socket's port is a number from 1 to 65535");
    name.port = static_cast<std::uint16_t>(*port);
    return name;
}

}  // namespace junctor::transport
