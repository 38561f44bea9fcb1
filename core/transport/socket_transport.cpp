#include "core/transport/socket_transport.h"

namespace junctor::transport
{

std::optional<IpAddress> RouteCache::source_to(const IpAddress& to)
{
    const TimePoint now = clock_.now();
    if (const auto known = routes_.find(to); known != routes_.end() && now < known->second.until)
        return known->second.source;
    if (routes_.size() >= limit) routes_.clear();
    const auto source = source_address_to(to);
    routes_[to] = {source, now + lifetime};
    return source;
}

SocketTransport::SocketTransport(EventLoop& loop, std::span<const ListenSocket> sockets,
                                 std::vector<Descriptor> descriptors, const Options& options,
                                 std::shared_ptr<StreamHub> hub, Receiver& receiver)
    : sockets_(sockets),
      options_(options),
      hub_(std::move(hub)),
      sending_(loop),
      udp_(sockets.size()),
      streams_(loop, sockets, hub_, options, receiver, statistics_),
      routes_(loop.clock())
{
    for (std::size_t i = 0; i < sockets.size(); ++i) {
        if (is_stream(sockets[i].protocol))
            streams_.listen(sockets[i], std::move(descriptors[i]));
        else
            udp_[i] = std::make_unique<UdpSocket>(loop, sockets[i], std::move(descriptors[i]), options,
                                                  received_, sending_, receiver, statistics_);
    }
}

const ListenSocket* SocketTransport::routed_socket(const Destination& to) const
{
    const auto source = routes_.source_to(to.remote.ip);
    if (!source) return nullptr;
    for (const auto& socket : sockets_)
        if (socket.protocol == to.protocol && socket.address.ip == *source) return &socket;
    return nullptr;
}

const ListenSocket* SocketTransport::socket_for(const Destination& to) const
{
    if (options_.mhomed && to.socket == nullptr && to.protocol == Protocol::Udp)
        if (const auto* socket = routed_socket(to)) return socket;
    return pick_socket(sockets_, hub_->table, to);
}

Result<void> SocketTransport::send(const Destination& to, std::string_view bytes, OnError on_error)
{
    const auto sent = is_stream(to.protocol) ? send_on_stream(to, bytes, std::move(on_error))
                                             : send_datagram(to, bytes, std::move(on_error));
    if (!sent) {
        ++statistics_.send_errors;
        return sent;
    }
    ++statistics_.sent;
    statistics_.bytes_sent += bytes.size();
    return sent;
}

Result<void> SocketTransport::send_datagram(const Destination& to, std::string_view bytes, OnError on_error)
{
    const ListenSocket* const socket = socket_for(to);
    if (socket == nullptr) return no_socket_fits(to);
    return udp_[socket->id]->send(to.remote, bytes, std::move(on_error));
}

Result<void> SocketTransport::send_on_stream(const Destination& to, std::string_view bytes, OnError on_error)
{
    if (on_error)
        on_error = [this, tell = std::move(on_error)](const Error& error) {
            ++statistics_.send_errors;
            tell(error);
        };
    return streams_.send(to, bytes, std::move(on_error));
}

void SocketTransport::extend_lifetime(std::uint64_t connection, std::uint32_t seconds)
{
    streams_.extend_lifetime(connection, std::chrono::seconds(seconds));
}

bool SocketTransport::add_alias(std::uint64_t connection, std::uint16_t port)
{
    return hub_->table.add_alias(connection, port);
}

}  // namespace junctor::transport
