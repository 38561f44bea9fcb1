// What an operator may set about sockets: core.md of OpenSER 1.2, section 1.2, under its names and with its
// defaults.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/address.h"

namespace junctor::transport
{

// One item of `listen` or `alias`: [proto:]host[:port]; what is missing is Any or empty.
struct ListenItem {
    Protocol protocol = Protocol::Any;
    std::string host;  // interface name, address or host name
    std::optional<std::uint16_t> port;
};

struct Options {
    std::vector<ListenItem> listen;  // empty: all IPv4 addresses of the machine
    std::uint16_t port = 5060;
    std::vector<ListenItem> alias;
    bool auto_aliases = true;

    // maxbuffer, bytes: a UDP socket's receive buffer is grown up to it. OpenSER's 262,144 hold 4 ms of
    // 100,000 requests a second; a worker whose CPU goes to others for a moment must not lose what comes
    // meanwhile.
    int max_receive_buffer = 4 << 20;
    std::optional<int> tos = 0x10;     // IP_TOS, IPV6_TCLASS of UDP and TCP; empty: the system's
    bool mhomed = false;               // UDP: the socket is picked by the kernel's route to the destination
    bool multicast_loopback = false;   // mcast_loopback
    std::optional<int> multicast_ttl;  // mcast_ttl

    bool tcp = true;  // not disable_tcp
    std::chrono::milliseconds tcp_send_timeout{std::chrono::seconds(10)};
    std::chrono::milliseconds tcp_connect_timeout{std::chrono::seconds(10)};
    std::chrono::milliseconds tcp_connection_lifetime{std::chrono::seconds(120)};  // without traffic
    std::size_t tcp_max_connections = 2048;  // of the process, both directions

    // Limits that OpenSER does not have.
    std::size_t tcp_write_queue = 1U << 20;  // bytes waiting in one connection
    std::size_t udp_send_queue = 512;        // datagrams waiting in one socket while the system takes none
    // Datagrams of one length to one peer go through the system's network code together; a capture on this
    // machine may show them as one.
    bool udp_segmentation = true;
    // How long we may still answer a peer that has ended its side.
    std::chrono::milliseconds tcp_half_close_grace{std::chrono::seconds(10)};
};

}  // namespace junctor::transport
