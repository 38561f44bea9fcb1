// Every stream connection of the process: which worker has it, and under which remote ports it is found.
//
// Pure data behind one mutex; any worker asks and changes it. It closes nothing itself: the worker that has a
// connection does. Ids are never used twice.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/transport/transport.h"

namespace junctor::transport
{

class ConnectionTable
{
public:
    static constexpr std::size_t max_aliases = 3;

    struct Entry {
        std::uint64_t id = 0;
        unsigned worker = 0;
        const ListenSocket* socket = nullptr;  // accepted there, or opened from there
        Endpoint remote;
    };

    explicit ConnectionTable(std::size_t limit) : limit_(limit) {}  // of those that are not retired

    // A new connection's id; empty: the limit of the process is reached.
    std::optional<std::uint64_t> open(unsigned worker, const ListenSocket& socket, const Endpoint& remote);
    void close(std::uint64_t id);
    // It is only found by its id from now on: for answers to what came on it (a peer that has ended its
    // side).
    void retire(std::uint64_t id);
    // `remote` may be an alias from now on. False: no such connection, three aliases already, or the endpoint
    // belongs to another open connection (nobody may take over somebody else's flow).
    bool add_alias(std::uint64_t id, std::uint16_t port);

    std::optional<Entry> find(std::uint64_t id) const;
    // One that is open with `remote`; of several the one on `preferred`.
    std::optional<Entry> find(Protocol protocol, const Endpoint& remote, const ListenSocket* preferred) const;
    std::size_t size() const;

private:
    struct Key {
        Protocol protocol;
        Endpoint remote;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const
        {
            return EndpointHash{}(key.remote) ^ static_cast<std::size_t>(key.protocol);
        }
    };
    struct Connection {
        Entry entry;
        std::vector<std::uint16_t> aliases;
        bool retired = false;
        Key key(std::uint16_t port) const { return {entry.socket->protocol, {entry.remote.ip, port}}; }
    };

    void forget(const Key& key, std::uint64_t id);
    void forget_endpoints(Connection& connection);

    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::uint64_t last_id_ = 0;
    std::size_t active_ = 0;
    std::unordered_map<std::uint64_t, Connection> connections_;
    std::unordered_multimap<Key, std::uint64_t, KeyHash> by_endpoint_;
};

// The socket that a message to `to` leaves from, all but the routing of `mhomed`: that of the connection it
// will take, the forced one, the forced one's twin of the right protocol, else the first that fits by
// protocol and family (a loopback one only if there is no other). Null: none.
const ListenSocket* pick_socket(std::span<const ListenSocket> sockets, const ConnectionTable& connections,
                                const Destination& to);
Result<void> no_socket_fits(const Destination& to);  // the error for that

}  // namespace junctor::transport
