#include "core/transport/connection_table.h"

namespace junctor::transport
{

std::optional<std::uint64_t> ConnectionTable::open(unsigned worker, const ListenSocket& socket,
                                                   const Endpoint& remote)
{
    const std::lock_guard lock(mutex_);
    if (active_ >= limit_) return {};
    ++active_;
    const std::uint64_t id = ++last_id_;
    const auto [place, _] = connections_.emplace(id, Connection{{id, worker, &socket, remote}, {}, false});
    by_endpoint_.emplace(place->second.key(remote.port), id);
    return id;
}

void ConnectionTable::forget(const Key& key, std::uint64_t id)
{
    auto [place, end] = by_endpoint_.equal_range(key);
    for (; place != end; ++place) {
        if (place->second != id) continue;
        by_endpoint_.erase(place);
        return;
    }
}

void ConnectionTable::forget_endpoints(Connection& connection)
{
    if (connection.retired) return;
    connection.retired = true;
    --active_;
    forget(connection.key(connection.entry.remote.port), connection.entry.id);
    for (const std::uint16_t port : connection.aliases) forget(connection.key(port), connection.entry.id);
}

void ConnectionTable::close(std::uint64_t id)
{
    const std::lock_guard lock(mutex_);
    const auto place = connections_.find(id);
    if (place == connections_.end()) return;
    forget_endpoints(place->second);
    connections_.erase(place);
}

void ConnectionTable::retire(std::uint64_t id)
{
    const std::lock_guard lock(mutex_);
    if (const auto place = connections_.find(id); place != connections_.end())
        forget_endpoints(place->second);
}

bool ConnectionTable::add_alias(std::uint64_t id, std::uint16_t port)
{
    const std::lock_guard lock(mutex_);
    const auto place = connections_.find(id);
    if (place == connections_.end() || place->second.retired) return false;
    Connection& connection = place->second;
    const Key key = connection.key(port);
    const auto [first, last] = by_endpoint_.equal_range(key);
    for (auto other = first; other != last; ++other)
        if (other->second == id) return true;
    if (first != last || connection.aliases.size() == max_aliases) return false;
    connection.aliases.push_back(port);
    by_endpoint_.emplace(key, id);
    return true;
}

std::optional<ConnectionTable::Entry> ConnectionTable::find(std::uint64_t id) const
{
    const std::lock_guard lock(mutex_);
    const auto place = connections_.find(id);
    if (place == connections_.end()) return {};
    return place->second.entry;
}

std::optional<ConnectionTable::Entry> ConnectionTable::find(Protocol protocol, const Endpoint& remote,
                                                            const ListenSocket* preferred) const
{
    const std::lock_guard lock(mutex_);
    std::optional<Entry> found;
    const auto [first, last] = by_endpoint_.equal_range(Key{protocol, remote});
    for (auto place = first; place != last; ++place) {
        const Entry& entry = connections_.at(place->second).entry;
        if (!found || entry.socket == preferred) found = entry;
    }
    return found;
}

std::size_t ConnectionTable::size() const
{
    const std::lock_guard lock(mutex_);
    return connections_.size();
}

namespace
{

bool is_loopback(const IpAddress& ip)
{
    static const IpAddress one = *IpAddress::parse("::1");
    return ip.is_v6() ? ip == one : ip.v4_value() >> 24 == 127;
}

bool can_send(const ListenSocket& socket, const Destination& to)
{
    return socket.protocol == to.protocol && socket.address.ip.is_v6() == to.remote.ip.is_v6();
}

const ListenSocket* default_socket(std::span<const ListenSocket> sockets, const Destination& to)
{
    const ListenSocket* found = nullptr;
    for (const auto& socket : sockets) {
        if (!can_send(socket, to)) continue;
        if (!is_loopback(socket.address.ip)) return &socket;
        if (found == nullptr) found = &socket;
    }
    return found;
}

}  // namespace

const ListenSocket* pick_socket(std::span<const ListenSocket> sockets, const ConnectionTable& connections,
                                const Destination& to)
{
    if (is_stream(to.protocol)) {
        std::optional<ConnectionTable::Entry> open;
        if (to.connection != 0) open = connections.find(to.connection);
        if (!open) open = connections.find(to.protocol, to.remote, to.socket);
        if (open && open->socket->protocol == to.protocol) return open->socket;
    }
    if (to.socket != nullptr && to.socket->address.ip.is_v6() == to.remote.ip.is_v6()) {
        if (to.socket->protocol == to.protocol) return to.socket;
        for (const auto& socket : sockets)
            if (socket.protocol == to.protocol && socket.address == to.socket->address) return &socket;
    }
    if (to.received_on != nullptr && can_send(*to.received_on, to) &&
        is_loopback(to.received_on->address.ip) == is_loopback(to.remote.ip))
        return to.received_on;
    return default_socket(sockets, to);
}

Result<void> no_socket_fits(const Destination& to)
{
    return fail(503,
                "no listening socket fits " + std::string(to_text(to.protocol)) + ":" + to.remote.text());
}

}  // namespace junctor::transport
