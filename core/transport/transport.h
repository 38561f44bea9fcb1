// Sockets and flows: bytes of whole SIP messages in and out (RFC 3261 §18). Knows addresses and framing, no
// transactions.
//
// Each worker has one Transport. UDP: one SO_REUSEPORT socket a worker and listen address. Streams: a
// connection belongs to the worker that accepted or opened it; sending over another worker's connection is
// posted there. A simulated network implements the same interface for tests.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/address.h"
#include "core/base/result.h"

namespace junctor::transport
{

// A listening socket as configured; the same list, in the same order, on every worker.
struct ListenSocket {
    unsigned id = 0;  // index in the list
    Protocol protocol = Protocol::Udp;
    std::string name;  // as the script has it: host name, interface address ...
    Endpoint address;
    std::string text() const;  // "udp:192.0.2.1:5060", as in the `socket` column
};

// Where a message came from, and the way back to it.
struct Flow {
    const ListenSocket* socket = nullptr;  // the receiving one; never null in a received message
    Endpoint remote;
    std::uint64_t connection = 0;  // 0: datagram; else the stream connection, unique in the process
    Protocol protocol() const { return socket != nullptr ? socket->protocol : Protocol::Udp; }
};

// Where to send: a resolved address (RFC 3263), from a given socket or one that fits.
struct Destination {
    Protocol protocol = Protocol::Udp;
    Endpoint remote;
    // Forced (where it speaks another protocol: its neighbour at the same address that speaks this one).
    // Null: the transport picks by protocol and family.
    const ListenSocket* socket = nullptr;
    std::uint64_t connection = 0;  // prefer this connection while it is open (replies, RFC 3261 §18.2.2)
    const ListenSocket* received_on = nullptr;  // of what is passed on: picked if it fits

    friend bool operator==(const Destination&, const Destination&) = default;
};

// Told on the worker's thread. `bytes` is one whole message.
class Receiver
{
public:
    virtual ~Receiver() = default;
    virtual void on_message(std::string bytes, const Flow& from) = 0;
    // A stream could not be followed any further; it is closed after this returns (an answer may be sent
    // before).
    virtual void on_broken_stream(const Error& error, std::string_view bytes, const Flow& from) = 0;
    virtual void on_connection_closed(std::uint64_t connection) = 0;
};

struct Statistics {
    std::uint64_t received = 0, sent = 0, bytes_received = 0, bytes_sent = 0;
    std::uint64_t send_errors = 0, connections_opened = 0, connections_accepted = 0, connections_refused = 0;
    std::uint64_t connections = 0;  // open now
};

class Transport
{
public:
    using OnError = std::function<void(const Error&)>;

    virtual ~Transport() = default;
    virtual std::span<const ListenSocket> sockets() const = 0;
    // The socket that a message to `to` leaves from: the forced one, else by (mhomed) route, else the one
    // that received it, else the first that fits by protocol and family. Null: none.
    virtual const ListenSocket* socket_for(const Destination& to) const = 0;
    // Sends now (datagram) or queues (stream; connects first where no connection is open). An error that is
    // known at once is returned; one that comes later (connect refused or timed out, connection lost with
    // bytes unsent) is told to `on_error`.
    virtual Result<void> send(const Destination& to, std::string_view bytes, OnError on_error = {}) = 0;
    // Keeps a connection open for so many seconds from now, never less than the default lifetime
    // (tcp_persistent_flag).
    virtual void extend_lifetime(std::uint64_t connection, std::uint32_t seconds) = 0;
    // A further port under which a stream connection is found (Via alias, force_tcp_alias). False: no such
    // connection, or 3 already.
    virtual bool add_alias(std::uint64_t connection, std::uint16_t port) = 0;
    virtual const Statistics& statistics() const = 0;
};

}  // namespace junctor::transport
