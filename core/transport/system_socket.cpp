#include "core/transport/system_socket.h"

#include <cstring>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>

namespace junctor::transport
{

namespace
{

bool is_multicast(const IpAddress& ip)
{
    return ip.is_v6() ? ip.bytes()[0] == 0xff : ip.v4_value() >> 28 == 0xe;
}

bool set(int fd, int level, int name, int value)
{
    return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

int family(const IpAddress& ip)
{
    return ip.is_v6() ? AF_INET6 : AF_INET;
}

Result<Descriptor> open_socket(const IpAddress& ip, int type)
{
    Descriptor socket(::socket(family(ip), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return fail(503, "no socket can be had: " + system_error_text(errno));
    if (ip.is_v6()) set(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
    return socket;
}

void set_type_of_service(int fd, bool v6, const Options& options)
{
    if (!options.tos) return;
    if (v6)
        set(fd, IPPROTO_IPV6, IPV6_TCLASS, *options.tos);
    else
        set(fd, IPPROTO_IP, IP_TOS, *options.tos);
}

// maxbuffer is a ceiling: a system that is more generous is left as it is. Root may exceed the system's own
// limit.
void grow_receive_buffer(int fd, int ceiling)
{
    int now = 0;
    socklen_t size = sizeof now;
    if (::getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &now, &size) != 0 || now >= ceiling) return;
    if (!set(fd, SOL_SOCKET, SO_RCVBUFFORCE, ceiling)) set(fd, SOL_SOCKET, SO_RCVBUF, ceiling);
}

Result<void> set_multicast(int fd, const IpAddress& ip, const Options& options)
{
    const int level = ip.is_v6() ? IPPROTO_IPV6 : IPPROTO_IP;
    set(fd, level, ip.is_v6() ? IPV6_MULTICAST_LOOP : IP_MULTICAST_LOOP, options.multicast_loopback ? 1 : 0);
    if (options.multicast_ttl &&
        !set(fd, level, ip.is_v6() ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL, *options.multicast_ttl))
        return fail("mcast_ttl: the system does not take " + std::to_string(*options.multicast_ttl));
    if (!is_multicast(ip)) return {};

    group_req group{};
    const SocketAddress address({ip, 0});
    std::memcpy(&group.gr_group, address.data(), address.size());
    if (::setsockopt(fd, level, MCAST_JOIN_GROUP, &group, sizeof group) != 0)
        return fail("the multicast group " + ip.text() + " cannot be joined: " + system_error_text(errno));
    return {};
}

std::string why_not_bound(int error)
{
    switch (error) {
        case EADDRINUSE: return "the address is in use; is another SIP server running?";
        case EADDRNOTAVAIL: return "this machine has no such address";
        case EACCES: return "only root may listen on this port";
        default: return system_error_text(error);
    }
}

Result<void> bind_to(int fd, const Endpoint& endpoint)
{
    const SocketAddress address(endpoint);
    if (::bind(fd, address.data(), address.size()) != 0) return fail(why_not_bound(errno));
    return {};
}

}  // namespace

SocketAddress::SocketAddress(const Endpoint& endpoint)
{
    if (endpoint.ip.is_v6()) {
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        address.sin6_port = htons(endpoint.port);
        std::memcpy(&address.sin6_addr, endpoint.ip.bytes().data(), 16);
        std::memcpy(&storage_, &address, size_ = sizeof address);
    } else {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(endpoint.port);
        address.sin_addr.s_addr = htonl(endpoint.ip.v4_value());
        std::memcpy(&storage_, &address, size_ = sizeof address);
    }
}

Endpoint SocketAddress::endpoint() const
{
    if (storage_.ss_family == AF_INET6) {
        sockaddr_in6 address{};
        std::memcpy(&address, &storage_, sizeof address);
        std::array<std::uint8_t, 16> bytes{};
        std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
        return {IpAddress::v6(bytes), ntohs(address.sin6_port)};
    }
    sockaddr_in address{};
    std::memcpy(&address, &storage_, sizeof address);
    return {IpAddress::v4(ntohl(address.sin_addr.s_addr)), ntohs(address.sin_port)};
}

std::string system_error_text(int error)
{
    return std::generic_category().message(error);
}

Result<Descriptor> open_datagram_socket(const Endpoint& address, const Options& options, bool alone)
{
    auto socket = open_socket(address.ip, SOCK_DGRAM);
    if (!socket) return socket;
    const int fd = socket->get();
    if (!alone) set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    set_type_of_service(fd, address.ip.is_v6(), options);
    grow_receive_buffer(fd, options.max_receive_buffer);
    if (const auto bound = bind_to(fd, address); !bound) return fail(bound.error());
    if (const auto joined = set_multicast(fd, address.ip, options); !joined) return fail(joined.error());
    return socket;
}

Result<Descriptor> open_listening_socket(const Endpoint& address, const Options& options, bool alone)
{
    auto socket = open_socket(address.ip, SOCK_STREAM);
    if (!socket) return socket;
    const int fd = socket->get();
    set(fd, SOL_SOCKET, SO_REUSEADDR, 1);  // connections of an earlier run may still be in TIME_WAIT
    if (!alone) set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    set_type_of_service(fd, address.ip.is_v6(), options);
    if (const auto bound = bind_to(fd, address); !bound) return fail(bound.error());
    if (::listen(fd, SOMAXCONN) != 0) return fail(why_not_bound(errno));
    return socket;
}

void prepare_stream(int fd, bool v6, const Options& options)
{
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_type_of_service(fd, v6, options);
}

Result<Descriptor> open_connecting_socket(const IpAddress& from, const Endpoint& to, const Options& options)
{
    auto socket = open_socket(to.ip, SOCK_STREAM);
    if (!socket) return socket;
    const int fd = socket->get();
    prepare_stream(fd, to.ip.is_v6(), options);
    if (!from.is_unspecified()) {
        set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT,
            1);  // the port is chosen by connect(), unique with the remote end
        if (const auto bound = bind_to(fd, {from, 0}); !bound)
            return fail(503, "no connection can leave from " + from.text() + ": " + bound.error().text);
    }
    const SocketAddress address(to);
    if (::connect(fd, address.data(), address.size()) != 0 && errno != EINPROGRESS)
        return fail(503, to.text() + ": " + system_error_text(errno));
    return socket;
}

Endpoint local_endpoint(int fd)
{
    SocketAddress address;
    if (::getsockname(fd, address.data(), address.size_pointer()) != 0) return {};
    return address.endpoint();
}

int pending_error(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

std::optional<IpAddress> source_address_to(const IpAddress& to)
{
    const auto socket = open_socket(to, SOCK_DGRAM);
    const SocketAddress address({to, 5060});
    if (!socket || ::connect(socket->get(), address.data(), address.size()) != 0) return {};
    return local_endpoint(socket->get()).ip;
}

}  // namespace junctor::transport
