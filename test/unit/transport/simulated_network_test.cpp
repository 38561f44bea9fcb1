#include "core/transport/simulated_network.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::transport;
using namespace std::chrono_literals;

namespace
{

const Endpoint server = *Endpoint::parse("192.0.2.1:5060");
const Endpoint alice = *Endpoint::parse("198.51.100.1:5060");
const Endpoint bob = *Endpoint::parse("198.51.100.2:5060");

std::string request(std::string_view name)
{
    return "OPTIONS sip:" + std::string(name) + " SIP/2.0\r\nContent-Length: 0\r\n\r\n";
}

// Keeps what it hears, and answers where a test wants it.
struct Listener final : Receiver {
    struct Heard {
        std::string bytes;
        Flow from;
        unsigned worker;
    };
    std::vector<Heard> messages;
    std::vector<std::string> broken;
    std::vector<std::uint64_t> closed;
    std::function<void(const Flow&)> answer = [](const Flow&) {};

    void on_message(std::string bytes, const Flow& from) override
    {
        messages.push_back({std::move(bytes), from, Worker::current()->index()});
        answer(from);
    }
    void on_broken_stream(const Error& error, std::string_view bytes, const Flow& from) override
    {
        broken.push_back(std::to_string(error.status) + " " + std::string(bytes));
        answer(from);
    }
    void on_connection_closed(std::uint64_t connection) override { closed.push_back(connection); }
};

struct Server {
    VirtualClock clock;
    SimulatedNetwork network;
    VirtualWorker first{clock, 0}, second{clock, 1};
    Listener listener;
    std::unique_ptr<Transport> transport = network.transport(first, listener);

    explicit Server(Options options = {})
        : network(clock, {{0, Protocol::Udp, "192.0.2.1", server}, {1, Protocol::Tcp, "192.0.2.1", server}},
                  1, options)
    {
    }

    Destination to(const Endpoint& peer, Protocol protocol = Protocol::Udp)
    {
        Destination destination;
        destination.protocol = protocol;
        destination.remote = peer;
        return destination;
    }
    Transport::OnError note_into(std::vector<std::string>& errors)
    {
        return [&errors](const Error& error) { errors.push_back(error.text); };
    }
};

}  // namespace

TEST_CASE("a datagram travels from a peer to the server and back", "[transport][simulation]")
{
    Server net;
    net.network.send_from(alice, server, request("a"));
    CHECK(net.listener.messages.empty());  // nothing happens inside a send
    REQUIRE(net.network.settle());
    REQUIRE(net.listener.messages.size() == 1);
    CHECK(net.listener.messages[0].bytes == request("a"));
    CHECK(net.listener.messages[0].from.remote == alice);
    CHECK(net.listener.messages[0].from.socket == &net.network.sockets()[0]);
    CHECK(net.listener.messages[0].from.protocol() == Protocol::Udp);

    REQUIRE(net.transport->send(net.to(alice), "SIP/2.0 200 OK\r\n\r\n"));
    net.network.settle();
    const auto message = net.network.take(alice);
    REQUIRE(message);
    CHECK(message->bytes == "SIP/2.0 200 OK\r\n\r\n");
    CHECK(message->from == server);
    CHECK_FALSE(net.network.take(alice));
    CHECK(net.transport->statistics().received == 1);
    CHECK(net.transport->statistics().sent == 1);
}

TEST_CASE("a keep-alive of a few bytes is no message", "[transport][simulation]")
{
    Server net;
    net.network.send_from(alice, server, "\r\n\r\n");
    net.network.settle();
    CHECK(net.listener.messages.empty());
}

TEST_CASE("a peer's datagrams always reach the same worker, those of many peers reach all",
          "[transport][simulation]")
{
    Server net;
    Listener other;
    const auto second = net.network.transport(net.second, other);
    for (std::uint16_t port = 1000; port < 1040; ++port)
        for (int i = 0; i < 3; ++i) net.network.send_from({alice.ip, port}, server, request("x"));
    net.network.settle();
    CHECK(net.listener.messages.size() + other.messages.size() == 120);
    CHECK(net.listener.messages.size() % 3 == 0);
    CHECK(!net.listener.messages.empty());
    REQUIRE(!other.messages.empty());
    CHECK(other.messages[0].worker == 1);
}

TEST_CASE("the weather loses, repeats, delays and reorders; a seed replays it", "[transport][simulation]")
{
    const auto run = [](std::uint32_t seed, SimulatedNetwork::Weather weather) {
        VirtualClock clock;
        SimulatedNetwork network(clock, {{0, Protocol::Udp, "192.0.2.1", server}}, seed);
        VirtualWorker worker(clock, 0);
        Listener listener;
        const auto transport = network.transport(worker, listener);
        network.set_weather(weather);
        for (int i = 1000; i < 2000; ++i) network.send_from(alice, server, request(std::to_string(i)));
        network.advance(1s);
        std::vector<std::string> heard;
        for (const auto& message : listener.messages) heard.push_back(message.bytes);
        return heard;
    };

    CHECK(run(1, {}).size() == 1000);
    const auto lossy = run(1, {.loss = 0.3});
    CHECK(lossy.size() > 600);
    CHECK(lossy.size() < 800);
    CHECK(std::is_sorted(lossy.begin(), lossy.end()));
    CHECK(run(1, {.duplication = 0.5}).size() > 1400);

    const SimulatedNetwork::Weather storm{0.1, 0.1, 1ms, 500ms};
    const auto stormy = run(5, storm);
    CHECK_FALSE(std::is_sorted(stormy.begin(), stormy.end()));
    CHECK(run(5, storm) == stormy);
    CHECK(run(6, storm) != stormy);
}

TEST_CASE("a delay is seen on the virtual clock", "[transport][simulation]")
{
    Server net;
    net.network.set_weather({.shortest_delay = 20ms, .longest_delay = 20ms});
    net.network.send_from(alice, server, request("a"));
    net.network.advance(19ms);
    CHECK(net.listener.messages.empty());
    CHECK(net.network.next_due() == net.clock.now() + 1ms);
    net.network.advance(1ms);
    CHECK(net.listener.messages.size() == 1);
}

TEST_CASE("single messages can be lost by what is in them", "[transport][simulation]")
{
    Server net;
    net.network.lose(alice, SimulatedNetwork::Direction::ToPeer,
                     [](std::string_view bytes) { return bytes.starts_with("SIP/2.0 200"); });
    for (const std::string_view reply : {"SIP/2.0 100 Trying", "SIP/2.0 200 OK", "SIP/2.0 200 OK"})
        REQUIRE(net.transport->send(net.to(alice), reply));
    REQUIRE(net.transport->send(net.to(bob), "SIP/2.0 200 OK"));
    net.network.settle();
    CHECK(net.network.received(alice).size() == 2);
    CHECK(net.network.received(bob).size() == 1);
}

TEST_CASE("advancing time lets each timer see its own time", "[transport][simulation]")
{
    Server net;
    std::vector<TimePoint> seen;
    Timer timer(net.first.timers(), [&] {
        seen.push_back(net.clock.now());
        if (seen.size() < 3) timer.start(500ms);
    });
    timer.start(500ms);
    const TimePoint start = net.clock.now();
    REQUIRE(net.network.advance(32s));
    CHECK(seen == std::vector{start + 500ms, start + 1000ms, start + 1500ms});
    CHECK(net.clock.now() == start + 32s);
}

TEST_CASE("work that never ends is noticed", "[transport][simulation]")
{
    Server net;
    net.listener.answer = [&](const Flow&) { net.network.send_from(alice, server, request("again")); };
    net.network.send_from(alice, server, request("again"));
    CHECK_FALSE(net.network.settle());
}

TEST_CASE("a stream carries messages in pieces, and answers go back on it", "[transport][simulation]")
{
    Server net;
    const std::string text = request("a") + request("b");
    net.network.send_from(alice, server, text.substr(0, 20), Protocol::Tcp);
    net.network.send_from(alice, server, text.substr(20), Protocol::Tcp);
    net.network.settle();
    REQUIRE(net.listener.messages.size() == 2);
    const Flow from = net.listener.messages[1].from;
    CHECK(net.listener.messages[1].bytes == request("b"));
    CHECK(from.protocol() == Protocol::Tcp);
    CHECK(from.connection != 0);
    CHECK(net.network.connections() == 1);

    auto back = net.to(bob, Protocol::Tcp);  // the connection counts, not the address
    back.connection = from.connection;
    REQUIRE(net.transport->send(back, "SIP/2.0 200 OK\r\n\r\n"));
    net.network.settle();
    CHECK(net.network.received(alice).size() == 1);
    CHECK(net.network.connections() == 1);

    SECTION("a keep-alive is answered with CRLF (RFC 5626 §4.4.1)")
    {
        net.network.received(alice).clear();
        net.network.send_from(alice, server, "\r\n\r\n", Protocol::Tcp);
        net.network.settle();
        REQUIRE(net.network.received(alice).size() == 1);
        CHECK(net.network.received(alice)[0].bytes == "\r\n");
    }
    SECTION("the server is told when the peer closes, and a later send opens a new one")
    {
        net.network.close_connections(alice);
        CHECK(net.listener.closed == std::vector{from.connection});
        REQUIRE(net.transport->send(back, "SIP/2.0 180 Ringing\r\n\r\n"));
        net.network.settle();
        CHECK(net.network.received(bob).size() == 1);
    }
    SECTION("it is closed after its lifetime without traffic")
    {
        net.network.advance(119s);
        CHECK(net.network.connections() == 1);
        net.network.advance(1s);
        CHECK(net.network.connections() == 0);
        CHECK(net.listener.closed.size() == 1);
    }
    SECTION("unless it was to be kept")
    {
        net.transport->extend_lifetime(from.connection, 3600);
        net.network.advance(3599s);
        CHECK(net.network.connections() == 1);
        net.network.advance(2s);
        CHECK(net.network.connections() == 0);
    }
    SECTION("it is found by its alias")
    {
        CHECK(net.transport->add_alias(from.connection, 5090));
        REQUIRE(net.transport->send(net.to({alice.ip, 5090}, Protocol::Tcp), request("c")));
        net.network.settle();
        CHECK(net.network.connections() == 1);
        CHECK(net.network.received(alice).back().bytes == request("c"));
    }
}

TEST_CASE("a stream that cannot be followed is answered and closed", "[transport][simulation]")
{
    Server net;
    net.listener.answer = [&](const Flow& from) {
        auto back = net.to(from.remote, Protocol::Tcp);
        back.connection = from.connection;
        REQUIRE(net.transport->send(back, "SIP/2.0 400 Bad Request\r\n\r\n"));
    };
    net.network.send_from(alice, server, "OPTIONS sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n",
                          Protocol::Tcp);
    net.network.settle();
    REQUIRE(net.listener.broken.size() == 1);
    CHECK(net.network.received(alice).size() == 1);
    CHECK(net.network.connections() == 0);
    CHECK(net.listener.closed.size() == 1);
}

TEST_CASE("a peer refuses, ignores or comes back", "[transport][simulation]")
{
    Server net;
    std::vector<std::string> errors;

    SECTION("a refused connect is told later, a refused datagram at once")
    {
        net.network.refuse(bob);
        CHECK_FALSE(net.transport->send(net.to(bob), request("x")));
        REQUIRE(net.transport->send(net.to(bob, Protocol::Tcp), request("x"), net.note_into(errors)));
        CHECK(errors.empty());
        net.network.settle();
        CHECK(errors == std::vector<std::string>{"198.51.100.2:5060: connection refused"});
        net.network.mend(bob);
        CHECK(net.transport->send(net.to(bob), request("x")));
    }
    SECTION("a connect without an answer times out after tcp_connect_timeout")
    {
        net.network.ignore(bob);
        REQUIRE(net.transport->send(net.to(bob, Protocol::Tcp), request("x"), net.note_into(errors)));
        net.network.advance(9s);
        CHECK(errors.empty());
        net.network.advance(1s);
        CHECK(errors.size() == 1);
        CHECK(net.network.received(bob).empty());
    }
    SECTION("nobody is told once the transport is gone")
    {
        net.network.refuse(bob);
        REQUIRE(net.transport->send(net.to(bob, Protocol::Tcp), request("x"), net.note_into(errors)));
        net.transport.reset();
        net.network.settle();
        CHECK(errors.empty());
    }
}

TEST_CASE("no more than tcp_max_connections", "[transport][simulation]")
{
    Options options;
    options.tcp_max_connections = 2;
    Server net(options);
    for (std::uint16_t port = 1; port < 4; ++port)
        net.network.send_from({alice.ip, port}, server, request("x"), Protocol::Tcp);
    net.network.settle();
    CHECK(net.listener.messages.size() == 2);
    CHECK(net.transport->statistics().connections_refused == 1);
    CHECK_FALSE(net.transport->send(net.to(bob, Protocol::Tcp), request("x")));
}
