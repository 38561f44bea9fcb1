// The Transport that production runs: UDP and stream sockets of one worker.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "core/transport/stream_transport.h"
#include "core/transport/udp.h"

namespace junctor::transport
{

// Where the kernel would send from, asked for once in a while (mhomed). One worker.
class RouteCache
{
public:
    static constexpr std::size_t limit = 4096;
    static constexpr Duration lifetime = std::chrono::seconds(10);

    explicit RouteCache(const Clock& clock) : clock_(clock) {}
    std::optional<IpAddress> source_to(const IpAddress& to);

private:
    struct Route {
        std::optional<IpAddress> source;
        TimePoint until;
    };
    struct Hash {
        std::size_t operator()(const IpAddress& ip) const { return EndpointHash{}({ip, 0}); }
    };
    const Clock& clock_;
    std::unordered_map<IpAddress, Route, Hash> routes_;
};

class SocketTransport final : public Transport
{
public:
    // `descriptors` stand in the order of `sockets`; `sockets`, `options` and `receiver` outlive this.
    SocketTransport(EventLoop& loop, std::span<const ListenSocket> sockets,
                    std::vector<Descriptor> descriptors, const Options& options,
                    std::shared_ptr<StreamHub> hub, Receiver& receiver);

    std::span<const ListenSocket> sockets() const override { return sockets_; }
    const ListenSocket* socket_for(const Destination& to) const override;
    Result<void> send(const Destination& to, std::string_view bytes, OnError on_error) override;
    void extend_lifetime(std::uint64_t connection, std::uint32_t seconds) override;
    bool add_alias(std::uint64_t connection, std::uint16_t port) override;
    const Statistics& statistics() const override { return statistics_; }

private:
    Result<void> send_datagram(const Destination& to, std::string_view bytes, OnError on_error);
    Result<void> send_on_stream(const Destination& to, std::string_view bytes, OnError on_error);
    const ListenSocket* routed_socket(const Destination& to) const;

    const std::span<const ListenSocket> sockets_;
    const Options& options_;
    const std::shared_ptr<StreamHub> hub_;
    Statistics statistics_;
    DatagramBatch received_;
    SendBatch sending_;
    std::vector<std::unique_ptr<UdpSocket>> udp_;  // by the socket's id; null: not UDP
    StreamTransport streams_;
    mutable RouteCache routes_;
};

}  // namespace junctor::transport
