// A network in memory, on the virtual clock, for tests, simulations and `junctorctl test`.
//
// The server side is the ordinary Transport, one for each virtual worker; the other side are peers, which are
// just endpoints: a test sends from one and reads what it has received. UDP loses, repeats, delays and
// reorders by seed, so that a run replays exactly; TCP keeps its order and can be refused, ignored or cut.
// Nothing is delivered inside a send(): settle() and advance() turn everything, workers included.
//
//     VirtualClock clock;  VirtualWorker worker(clock, 0);
//     SimulatedNetwork network(clock, {{.id = 0, .address = server}});
//     const auto transport = network.transport(worker, receiver);
//     network.send_from(alice, server, "REGISTER ...");
//     network.settle();
//     CHECK(network.received(alice).front().bytes == "SIP/2.0 200 OK ...");
//
// One thread. Limits: as the real transport's where it has any; a turn of 100,000 steps without time passing
// is an error.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/runtime/virtual_worker.h"
#include "core/sip/framing.h"
#include "core/transport/connection_table.h"
#include "core/transport/options.h"
#include "core/transport/transport.h"

namespace junctor::transport
{

class SimulatedNetwork
{
public:
    // What happens to datagrams, in both directions; chances from 0 to 1. A delay is drawn between the two
    // for each copy, so that a wide range reorders. Streams only know the delay.
    struct Weather {
        double loss = 0;
        double duplication = 0;
        Duration shortest_delay{};
        Duration longest_delay{};
    };

    // What a peer has received.
    struct Message {
        TimePoint at;
        Protocol protocol = Protocol::Udp;
        Endpoint from;  // the server's socket; a stream that the server opened: its ephemeral port
        std::string bytes;
        std::uint64_t connection = 0;
    };

    SimulatedNetwork(VirtualClock& clock, std::vector<ListenSocket> sockets, std::uint32_t seed = 1,
                     Options options = {});
    ~SimulatedNetwork();
    SimulatedNetwork(const SimulatedNetwork&) = delete;
    SimulatedNetwork& operator=(const SimulatedNetwork&) = delete;

    // The server's side, one for each worker; datagrams of one peer always reach the same worker, as
    // SO_REUSEPORT does it. Destroy it before its worker and before the network.
    std::unique_ptr<Transport> transport(VirtualWorker& worker, Receiver& receiver);
    std::span<const ListenSocket> sockets() const { return sockets_; }

    // The peers' side. A stream is opened if this peer has none with that socket; its bytes need not be whole
    // messages. Protocol::Any: UDP. Nobody listens there: nothing happens.
    void send_from(const Endpoint& peer, const Endpoint& to, std::string bytes,
                   Protocol protocol = Protocol::Udp);
    std::deque<Message>& received(const Endpoint& peer)
    {
        return received_[peer];
    }                                                   // the test takes from its front
    std::optional<Message> take(const Endpoint& peer);  // the oldest; empty: none
    std::size_t unread() const;                         // of all peers
    std::vector<Endpoint> peers_with_messages() const;

    void set_weather(const Weather& weather) { weather_ = weather; }
    // The next `count` datagrams between the server and this peer, for which `which` says yes, are lost.
    enum class Direction { ToPeer, FromPeer };
    void lose(const Endpoint& peer, Direction direction, std::function<bool(std::string_view)> which,
              std::size_t count = 1);

    // Faults of a peer, until mend().
    void refuse(const Endpoint& peer);  // streams: connection refused; UDP: send() fails at once
    void ignore(const Endpoint& peer);  // streams: the connect times out; UDP: what is sent vanishes
    void mend(const Endpoint& peer);
    void close_connections(const Endpoint& peer);  // from the peer's side, now
    std::size_t connections() const { return table_.size(); }

    // Delivers, runs posted work and due timers until nothing is left to do now. False: it never ends.
    bool settle();
    // Passes time step by step, so that each timer and each arrival sees its own time.
    bool advance(Duration time);
    std::optional<TimePoint> next_due() const;  // of arrivals and timers

private:
    class Port;  // the Transport of one worker
    struct Stream;
    struct Loss {
        Endpoint peer;
        Direction direction;
        std::function<bool(std::string_view)> which;
        std::size_t left;
    };

    void at(TimePoint due, std::function<void()> what) { arrivals_.emplace(due, std::move(what)); }
    bool chance(double probability);
    TimePoint arrival_time();
    TimePoint stream_arrival_time(Stream& stream);
    bool is_lost(const Endpoint& peer, Direction direction, std::string_view bytes);
    void carry(const Endpoint& peer, Direction direction, const std::string& bytes,
               std::function<void(const std::string&)> deliver);
    std::size_t run_arrivals();

    Port* port_for(const Endpoint& peer) const;
    void datagram_from(const Endpoint& peer, const ListenSocket& socket, const std::string& bytes);

    Stream* find_stream(std::uint64_t id) const;
    Stream* open(Port& port, const ListenSocket& socket, const Endpoint& peer);
    void stream_to_server(std::uint64_t id, const std::string& bytes);
    void stream_to_peer(Stream& stream, std::string bytes, std::function<void(const Error&)> on_error);
    void close(std::uint64_t id);
    void close_when_idle(std::uint64_t id);

    VirtualClock& clock_;
    const std::vector<ListenSocket> sockets_;
    const Options options_;
    std::mt19937 random_;
    Weather weather_;
    ConnectionTable table_;
    std::vector<Port*> ports_;
    std::map<std::uint64_t, std::unique_ptr<Stream>> streams_;
    std::multimap<TimePoint, std::function<void()>> arrivals_;  // equal times: in the order they were sent
    std::map<Endpoint, std::deque<Message>> received_;
    std::set<Endpoint> refusing_, ignoring_;
    std::vector<Loss> losses_;
    std::uint16_t next_port_ = 32768;
};

}  // namespace junctor::transport
