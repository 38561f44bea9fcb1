#include "core/transport/simulated_network.h"

#include "core/transport/datagram.h"

namespace junctor::transport
{

namespace
{
constexpr std::size_t most_steps = 100000;  // within one moment
}

struct SimulatedNetwork::Stream {
    std::uint64_t id = 0;
    Port* port = nullptr;
    const ListenSocket* socket = nullptr;
    Endpoint local;  // the server's end
    Endpoint remote;
    sip::StreamFramer framer{max_datagram};
    TimePoint last_arrival{};  // of what is under way: a stream keeps its order
    TimePoint last_traffic{};
    TimePoint keep_until{};
    Flow flow() const { return {socket, remote, id}; }
};

class SimulatedNetwork::Port final : public Transport
{
public:
    Port(SimulatedNetwork& network, VirtualWorker& worker, Receiver& receiver)
        : network_(network), worker_(worker), receiver_(receiver)
    {
    }
    ~Port() override;

    std::span<const ListenSocket> sockets() const override { return network_.sockets_; }
    const ListenSocket* socket_for(const Destination& to) const override
    {
        return pick_socket(network_.sockets_, network_.table_, to);
    }
    Result<void> send(const Destination& to, std::string_view bytes, OnError on_error) override;
    void extend_lifetime(std::uint64_t connection, std::uint32_t seconds) override;
    bool add_alias(std::uint64_t connection, std::uint16_t port) override
    {
        return network_.table_.add_alias(connection, port);
    }
    const Statistics& statistics() const override { return statistics_; }

private:
    friend class SimulatedNetwork;

    Result<void> send_datagram(const Destination& to, const ListenSocket& socket, std::string_view bytes);
    Result<void> send_on_stream(const Destination& to, const ListenSocket& socket, std::string_view bytes,
                                OnError on_error);
    // What tells an error later, or nobody any more once this transport is gone.
    std::function<void(const Error&)> guarded(OnError on_error);

    SimulatedNetwork& network_;
    VirtualWorker& worker_;
    Receiver& receiver_;
    Statistics statistics_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

SimulatedNetwork::Port::~Port()
{
    std::erase(network_.ports_, this);
    std::erase_if(network_.streams_, [this](const auto& stream) {
        if (stream.second->port != this) return false;
        network_.table_.close(stream.first);
        return true;
    });
}

std::function<void(const Error&)> SimulatedNetwork::Port::guarded(OnError on_error)
{
    return [this, alive = std::weak_ptr(alive_), on_error = std::move(on_error)](const Error& error) {
        if (alive.expired()) return;
        const Worker::Here here(worker_);
        ++statistics_.send_errors;
        if (on_error) on_error(error);
    };
}

Result<void> SimulatedNetwork::Port::send(const Destination& to, std::string_view bytes, OnError on_error)
{
    const ListenSocket* socket = socket_for(to);
    if (socket == nullptr) {
        ++statistics_.send_errors;
        return fail(503,
                    "no listening socket fits " + std::string(to_text(to.protocol)) + ":" + to.remote.text());
    }
    const auto result = is_stream(to.protocol) ? send_on_stream(to, *socket, bytes, std::move(on_error))
                                               : send_datagram(to, *socket, bytes);
    if (!result) {
        ++statistics_.send_errors;
        return result;
    }
    ++statistics_.sent;
    statistics_.bytes_sent += bytes.size();
    return {};
}

Result<void> SimulatedNetwork::Port::send_datagram(const Destination& to, const ListenSocket& socket,
                                                   std::string_view bytes)
{
    if (network_.refusing_.contains(to.remote)) return fail(503, to.remote.text() + " cannot be reached");
    if (bytes.size() > max_datagram) return fail(503, "the message is too long for a datagram");
    network_.carry(
        to.remote, Direction::ToPeer, std::string(bytes),
        [&network = network_, peer = to.remote, from = socket.address](const std::string& message) {
            if (network.ignoring_.contains(peer)) return;
            network.received_[peer].push_back({network.clock_.now(), Protocol::Udp, from, message});
        });
    return {};
}

Result<void> SimulatedNetwork::Port::send_on_stream(const Destination& to, const ListenSocket& socket,
                                                    std::string_view bytes, OnError on_error)
{
    auto told = guarded(std::move(on_error));
    Stream* stream = network_.find_stream(to.connection);
    if (stream == nullptr)
        if (const auto open = network_.table_.find(to.protocol, to.remote, to.socket))
            stream = network_.find_stream(open->id);
    if (stream == nullptr) {
        const TimePoint now = network_.clock_.now();
        if (network_.refusing_.contains(to.remote)) {
            network_.at(now, [told, to] { told({503, to.remote.text() + ": connection refused"}); });
            return {};
        }
        if (network_.ignoring_.contains(to.remote)) {
            network_.at(now + network_.options_.tcp_connect_timeout, [told, to] {
                told({503, to.remote.text() + ": the connect timed out"});
            });
            return {};
        }
        stream = network_.open(*this, socket, to.remote);
        if (stream == nullptr) return fail(503, "tcp_max_connections is reached");
        stream->local = {socket.address.ip, network_.next_port_++};
        ++statistics_.connections_opened;
    }
    network_.stream_to_peer(*stream, std::string(bytes), std::move(told));
    return {};
}

void SimulatedNetwork::Port::extend_lifetime(std::uint64_t connection, std::uint32_t seconds)
{
    if (Stream* stream = network_.find_stream(connection))
        stream->keep_until =
            std::max(stream->keep_until, network_.clock_.now() + std::chrono::seconds(seconds));
}

SimulatedNetwork::SimulatedNetwork(VirtualClock& clock, std::vector<ListenSocket> sockets, std::uint32_t seed,
                                   Options options)
    : clock_(clock),
      sockets_(std::move(sockets)),
      options_(std::move(options)),
      random_(seed),
      table_(options_.tcp_max_connections)
{
}

SimulatedNetwork::~SimulatedNetwork() = default;

std::unique_ptr<Transport> SimulatedNetwork::transport(VirtualWorker& worker, Receiver& receiver)
{
    auto port = std::make_unique<Port>(*this, worker, receiver);
    ports_.push_back(port.get());
    return port;
}

// Weather

bool SimulatedNetwork::chance(double probability)
{
    constexpr double range = 4294967296.0;
    return probability > 0 && random_() / range < probability;
}

TimePoint SimulatedNetwork::arrival_time()
{
    const Duration spread = weather_.longest_delay - weather_.shortest_delay;
    const Duration extra =
        spread > Duration::zero() ? Duration(random_() % (spread.count() + 1)) : Duration{};
    return clock_.now() + weather_.shortest_delay + extra;
}

TimePoint SimulatedNetwork::stream_arrival_time(Stream& stream)
{
    return stream.last_arrival = std::max(stream.last_arrival, arrival_time());
}

bool SimulatedNetwork::is_lost(const Endpoint& peer, Direction direction, std::string_view bytes)
{
    for (auto& loss : losses_) {
        if (loss.left == 0 || loss.peer != peer || loss.direction != direction || !loss.which(bytes))
            continue;
        --loss.left;
        return true;
    }
    return chance(weather_.loss);
}

void SimulatedNetwork::carry(const Endpoint& peer, Direction direction, const std::string& bytes,
                             std::function<void(const std::string&)> deliver)
{
    const unsigned copies = chance(weather_.duplication) ? 2 : 1;
    for (unsigned copy = 0; copy < copies; ++copy)
        if (!is_lost(peer, direction, bytes)) at(arrival_time(), [deliver, bytes] { deliver(bytes); });
}

void SimulatedNetwork::lose(const Endpoint& peer, Direction direction,
                            std::function<bool(std::string_view)> which, std::size_t count)
{
    std::erase_if(losses_, [](const Loss& loss) { return loss.left == 0; });
    losses_.push_back({peer, direction, std::move(which), count});
}

void SimulatedNetwork::refuse(const Endpoint& peer)
{
    refusing_.insert(peer);
}

void SimulatedNetwork::ignore(const Endpoint& peer)
{
    ignoring_.insert(peer);
}

void SimulatedNetwork::mend(const Endpoint& peer)
{
    refusing_.erase(peer);
    ignoring_.erase(peer);
}

// Peers

void SimulatedNetwork::send_from(const Endpoint& peer, const Endpoint& to, std::string bytes,
                                 Protocol protocol)
{
    if (protocol == Protocol::Any) protocol = Protocol::Udp;
    const auto socket = std::find_if(sockets_.begin(), sockets_.end(), [&](const ListenSocket& candidate) {
        return candidate.protocol == protocol && candidate.address == to;
    });
    if (!is_stream(protocol)) {
        if (socket == sockets_.end()) return;
        carry(peer, Direction::FromPeer, bytes, [this, peer, &found = *socket](const std::string& message) {
            datagram_from(peer, found, message);
        });
        return;
    }
    Stream* stream = nullptr;
    for (const auto& [id, candidate] : streams_)
        if (candidate->remote == peer && (candidate->local == to || candidate->socket->address == to))
            stream = candidate.get();
    if (stream == nullptr) {
        Port* const port = port_for(peer);
        if (socket == sockets_.end() || port == nullptr) return;
        stream = open(*port, *socket, peer);
        ++(stream != nullptr ? port->statistics_.connections_accepted
                             : port->statistics_.connections_refused);
        if (stream == nullptr) return;
    }
    at(stream_arrival_time(*stream),
       [this, id = stream->id, bytes = std::move(bytes)] { stream_to_server(id, bytes); });
}

std::optional<SimulatedNetwork::Message> SimulatedNetwork::take(const Endpoint& peer)
{
    auto& queue = received_[peer];
    if (queue.empty()) return {};
    std::optional<Message> message = std::move(queue.front());
    queue.pop_front();
    return message;
}

std::size_t SimulatedNetwork::unread() const
{
    std::size_t count = 0;
    for (const auto& [peer, queue] : received_) count += queue.size();
    return count;
}

std::vector<Endpoint> SimulatedNetwork::peers_with_messages() const
{
    std::vector<Endpoint> peers;
    for (const auto& [peer, queue] : received_)
        if (!queue.empty()) peers.push_back(peer);
    return peers;
}

void SimulatedNetwork::close_connections(const Endpoint& peer)
{
    std::vector<std::uint64_t> ids;
    for (const auto& [id, stream] : streams_)
        if (stream->remote == peer) ids.push_back(id);
    for (const auto id : ids) close(id);
}

// Delivery

SimulatedNetwork::Port* SimulatedNetwork::port_for(const Endpoint& peer) const
{
    return ports_.empty() ? nullptr : ports_[EndpointHash{}(peer) % ports_.size()];
}

void SimulatedNetwork::datagram_from(const Endpoint& peer, const ListenSocket& socket,
                                     const std::string& bytes)
{
    Port* const port = port_for(peer);
    const std::string_view message = message_in(bytes);
    if (port == nullptr || message.empty() || peer.port == 0) return;
    const Worker::Here here(port->worker_);
    ++port->statistics_.received;
    port->statistics_.bytes_received += message.size();
    port->receiver_.on_message(std::string(message), {&socket, peer, 0});
}

SimulatedNetwork::Stream* SimulatedNetwork::find_stream(std::uint64_t id) const
{
    const auto place = streams_.find(id);
    return place == streams_.end() ? nullptr : place->second.get();
}

SimulatedNetwork::Stream* SimulatedNetwork::open(Port& port, const ListenSocket& socket, const Endpoint& peer)
{
    const auto id = table_.open(port.worker_.index(), socket, peer);
    if (!id) return nullptr;
    auto stream = std::make_unique<Stream>();
    stream->id = *id;
    stream->port = &port;
    stream->socket = &socket;
    stream->local = socket.address;
    stream->remote = peer;
    stream->last_traffic = clock_.now();
    ++port.statistics_.connections;
    at(clock_.now() + options_.tcp_connection_lifetime, [this, id = *id] { close_when_idle(id); });
    return streams_.emplace(*id, std::move(stream)).first->second.get();
}

void SimulatedNetwork::stream_to_server(std::uint64_t id, const std::string& bytes)
{
    Stream* stream = find_stream(id);
    if (stream == nullptr) return;
    stream->last_traffic = clock_.now();
    stream->framer.feed(bytes);
    // Each callback may close the stream.
    while ((stream = find_stream(id)) != nullptr) {
        Port& port = *stream->port;
        const Worker::Here here(port.worker_);
        auto event = stream->framer.next();
        if (!event) {
            port.receiver_.on_broken_stream(event.error(), stream->framer.pending(), stream->flow());
            at(std::max(clock_.now(), stream->last_arrival), [this, id] { close(id); });  // after an answer
            return;
        }
        if (!*event) return;
        if ((*event)->kind == sip::StreamFramer::Event::Kind::Ping) {
            stream_to_peer(*stream, "\r\n", [](const Error&) {});
            continue;
        }
        ++port.statistics_.received;
        port.statistics_.bytes_received += (*event)->bytes.size();
        port.receiver_.on_message(std::move((*event)->bytes), stream->flow());
    }
}

void SimulatedNetwork::stream_to_peer(Stream& stream, std::string bytes,
                                      std::function<void(const Error&)> on_error)
{
    stream.last_traffic = clock_.now();
    if (ignoring_.contains(stream.remote)) {
        at(clock_.now() + options_.tcp_send_timeout, [this, id = stream.id, on_error] {
            close(id);
            on_error({503, "the connection's peer takes nothing any more"});
        });
        return;
    }
    at(stream_arrival_time(stream), [this, id = stream.id, bytes = std::move(bytes), on_error] {
        const Stream* const open = find_stream(id);
        if (open == nullptr) return on_error({503, "the connection was lost"});
        received_[open->remote].push_back({clock_.now(), open->socket->protocol, open->local, bytes, id});
    });
}

void SimulatedNetwork::close(std::uint64_t id)
{
    const auto place = streams_.find(id);
    if (place == streams_.end()) return;
    Port& port = *place->second->port;
    streams_.erase(place);
    table_.close(id);
    --port.statistics_.connections;
    const Worker::Here here(port.worker_);
    port.receiver_.on_connection_closed(id);
}

void SimulatedNetwork::close_when_idle(std::uint64_t id)
{
    const Stream* const stream = find_stream(id);
    if (stream == nullptr) return;
    const TimePoint end =
        std::max(stream->last_traffic + options_.tcp_connection_lifetime, stream->keep_until);
    if (end <= clock_.now()) return close(id);
    at(end, [this, id] { close_when_idle(id); });
}

// Time

std::size_t SimulatedNetwork::run_arrivals()
{
    std::size_t count = 0;
    while (!arrivals_.empty() && arrivals_.begin()->first <= clock_.now() && count < most_steps) {
        const auto what = std::move(arrivals_.extract(arrivals_.begin()).mapped());
        what();
        ++count;
    }
    return count;
}

bool SimulatedNetwork::settle()
{
    std::size_t done = 0;
    for (std::size_t before = most_steps; done != before && done < most_steps;) {
        before = done;
        done += run_arrivals();
        for (std::size_t i = 0; i < ports_.size(); ++i) {
            VirtualWorker& worker = ports_[i]->worker_;
            const Worker::Here here(worker);
            done += worker.posted();
            if (!worker.run_posted(most_steps)) return false;
            done += worker.timers().run_due();
        }
    }
    return done < most_steps;
}

std::optional<TimePoint> SimulatedNetwork::next_due() const
{
    std::optional<TimePoint> due;
    const auto earlier = [&due](TimePoint time) { due = due ? std::min(*due, time) : time; };
    if (!arrivals_.empty()) earlier(arrivals_.begin()->first);
    for (const Port* port : ports_)
        if (const auto timer = port->worker_.timers().next_due()) earlier(*timer);
    return due;
}

bool SimulatedNetwork::advance(Duration time)
{
    const TimePoint end = clock_.now() + time;
    for (;;) {
        if (!settle()) return false;
        const auto due = next_due();
        if (!due || *due > end) break;
        clock_.advance(std::max(*due - clock_.now(), Duration::zero()));
    }
    clock_.advance(end - clock_.now());
    return settle();
}

}  // namespace junctor::transport
