// Real sockets on 127.0.0.1. What takes time in production takes milliseconds here; the loop waits, no test
// sleeps.
#include "core/transport/socket_transport.h"

#include <thread>

#include <catch2/catch.hpp>
#include <sys/socket.h>

#include "core/transport/network.h"
#include "core/transport/system_socket.h"

using namespace junctor;
using namespace junctor::transport;
using namespace std::chrono_literals;

namespace
{

std::string request(std::string_view name)
{
    return "OPTIONS sip:" + std::string(name) + " SIP/2.0\r\nContent-Length: 0\r\n\r\n";
}

struct Listener final : Receiver {
    std::vector<std::string> messages;
    std::vector<Flow> flows;
    std::vector<std::string> broken;
    std::vector<std::uint64_t> closed;
    std::function<void(const Flow&)> answer = [](const Flow&) {};

    void on_message(std::string bytes, const Flow& from) override
    {
        messages.push_back(std::move(bytes));
        flows.push_back(from);
        answer(from);
    }
    void on_broken_stream(const Error& error, std::string_view, const Flow& from) override
    {
        broken.push_back(std::to_string(error.status));
        answer(from);
    }
    void on_connection_closed(std::uint64_t connection) override { closed.push_back(connection); }
};

Options on_loopback()
{
    Options options;
    options.listen = {{Protocol::Any, "127.0.0.1", 0}};
    options.auto_aliases = false;
    return options;
}

// Turns the loop until it is so; false: it was not within five seconds.
bool run_until(EventLoop& loop, const std::function<bool()>& is_so)
{
    const TimePoint end = loop.clock().now() + 5s;
    bool result = is_so();
    Timer look(loop.timers(), [&] {
        result = is_so();
        if (result || loop.clock().now() > end) return loop.stop();
        look.start(1ms);
    });
    if (result) return true;
    look.start(0ms);
    loop.run();
    return result;
}

struct Server {
    EventLoop& loop;
    std::unique_ptr<Network> network;
    Listener listener;
    std::unique_ptr<Transport> transport;

    explicit Server(EventLoop& on, Options options = on_loopback()) : loop(on)
    {
        auto made = Network::create(std::move(options), 1);
        REQUIRE(made);
        network = std::move(*made);
        REQUIRE(network->open());
        transport = network->transport(loop, listener);
    }

    const ListenSocket& socket(Protocol protocol) const
    {
        for (const auto& socket : network->sockets())
            if (socket.protocol == protocol) return socket;
        throw std::logic_error("no such socket");
    }
    Destination at(Protocol protocol) const
    {
        Destination to;
        to.protocol = protocol;
        to.remote = socket(protocol).address;
        return to;
    }
    bool run_until(const std::function<bool()>& is_so) { return ::run_until(loop, is_so); }
};

Destination back_to(const Flow& flow)
{
    Destination to;
    to.protocol = flow.protocol();
    to.remote = flow.remote;
    to.socket = flow.socket;
    to.connection = flow.connection;
    return to;
}

// Does the system let us have so large a receive buffer?
bool may_receive_into(int size)
{
    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    int now = 0;
    socklen_t length = sizeof now;
    for (const int option : {SO_RCVBUF, SO_RCVBUFFORCE})
        ::setsockopt(socket.get(), SOL_SOCKET, option, &size, sizeof size);
    return ::getsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &now, &length) == 0 && now >= size;
}

// A peer that does with its stream what a test wants.
class Peer
{
public:
    explicit Peer(const Endpoint& to)
    {
        const SocketAddress address(to);
        fd_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        REQUIRE(::connect(fd_.get(), address.data(), address.size()) == 0);
    }
    void write(std::string_view bytes) { REQUIRE(try_write(bytes)); }
    // For other threads than the test's: Catch's macros are for one.
    bool try_write(std::string_view bytes)
    {
        return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(bytes.size());
    }
    void end_writing() { ::shutdown(fd_.get(), SHUT_WR); }
    void close() { fd_.reset(); }
    void reset()
    {
        const linger now{1, 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
        fd_.reset();
    }
    // What has come so far.
    const std::string& read()
    {
        std::array<char, 4096> buffer{};
        for (ssize_t size = 0; (size = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT)) >= 0;) {
            if (size == 0) {
                ended_ = true;
                break;
            }
            text_.append(buffer.data(), static_cast<std::size_t>(size));
        }
        return text_;
    }
    bool has_ended()
    {
        read();
        return ended_;
    }
    Endpoint address() const { return local_endpoint(fd_.get()); }

private:
    Descriptor fd_;
    std::string text_;
    bool ended_ = false;
};

}  // namespace

TEST_CASE("datagrams arrive whole and in their order, with the sender's address", "[transport][sockets]")
{
    EventLoop loop(0);
    Server one(loop), two(loop);
    for (int i = 0; i < 100; ++i)
        REQUIRE(one.transport->send(two.at(Protocol::Udp), request(std::to_string(i))));
    REQUIRE(two.run_until([&] { return two.listener.messages.size() == 100; }));
    CHECK(two.listener.messages[99] == request("99"));
    CHECK(two.listener.flows[0].remote == one.socket(Protocol::Udp).address);
    CHECK(two.listener.flows[0].socket == &two.network->sockets()[0]);
    CHECK(one.transport->statistics().sent == 100);
    CHECK(two.transport->statistics().bytes_received == one.transport->statistics().bytes_sent);
}

TEST_CASE("a burst that comes while a worker is held up is not lost", "[transport][sockets]")
{
    if (!may_receive_into(Options{}.max_receive_buffer)) {
        WARN("not tested: net.core.rmem_max is below the default of maxbuffer, and this is not root");
        return;
    }
    constexpr int burst = 3000;  // 30 ms of 100,000 requests a second
    EventLoop loop(0);
    Server server(loop);
    const SocketAddress to(server.at(Protocol::Udp).remote);
    const Descriptor phone(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const std::string text = request(std::string(300, 'x'));
    for (int i = 0; i < burst; ++i)
        REQUIRE(::sendto(phone.get(), text.data(), text.size(), 0, to.data(), to.size()) > 0);

    server.run_until([&] { return server.listener.messages.size() == burst; });
    CHECK(server.listener.messages.size() == burst);
}

TEST_CASE("datagrams of any lengths to any peers, sent in one turn, stay what they are",
          "[transport][sockets]")
{
    EventLoop loop(0);
    Options options = on_loopback();
    options.udp_segmentation = GENERATE(true, false);  // neighbours of one length leave as a train
    Server one(loop, options), two(loop), three(loop);
    std::vector<std::string> to_two, to_three;
    const auto send = [&](Server& to, std::vector<std::string>& sent, std::size_t length) {
        sent.push_back(request(std::to_string(sent.size())));
        sent.back().resize(length, 'x');
        REQUIRE(one.transport->send(to.at(Protocol::Udp), sent.back()));
    };
    for (const std::size_t length : {100, 100, 100, 60, 60, 100, 99, 100, 1400, 1400, 1401, 1401, 3000, 3000})
        send(two, to_two, length);
    for (const std::size_t length : {80, 80, 80}) {
        send(two, to_two, length);
        send(three, to_three, length);
    }
    for (int i = 0; i < 100; ++i)
        send(three, to_three, 1300);  // more than a train's 65,507 bytes, or a batch
    REQUIRE(two.run_until([&] {
        return two.listener.messages.size() + three.listener.messages.size() ==
               to_two.size() + to_three.size();
    }));
    CHECK(two.listener.messages == to_two);
    CHECK(three.listener.messages == to_three);
    CHECK(one.transport->statistics().send_errors == 0);
}

TEST_CASE("a train that is refused tells of each of its datagrams", "[transport][sockets]")
{
    EventLoop loop(0);
    Server server(loop);
    auto nowhere = server.at(Protocol::Udp);
    nowhere.remote.port = 0;  // which the system refuses
    std::vector<std::string> told;
    for (const std::string name : {"a", "b", "c"})
        REQUIRE(server.transport->send(nowhere, request(name),
                                       [&told, name](const Error&) { told.push_back(name); }));
    REQUIRE(server.transport->send(server.at(Protocol::Udp), request("d")));
    REQUIRE(server.run_until([&] { return !server.listener.messages.empty(); }));
    CHECK(told == std::vector<std::string>{"a", "b", "c"});
    CHECK(server.listener.messages == std::vector{request("d")});
    CHECK(server.transport->statistics().send_errors == 3);
}

TEST_CASE("keep-alives are ignored and a trailing NUL is cut off", "[transport][sockets]")
{
    EventLoop loop(0);
    Server one(loop), two(loop);
    REQUIRE(one.transport->send(two.at(Protocol::Udp), "\r\n\r\n"));
    REQUIRE(one.transport->send(two.at(Protocol::Udp), ""));
    REQUIRE(one.transport->send(two.at(Protocol::Udp), request("x") + '\0'));
    REQUIRE(two.run_until([&] { return !two.listener.messages.empty(); }));
    CHECK(two.listener.messages == std::vector{request("x")});
}

TEST_CASE("what cannot be sent is told at once", "[transport][sockets]")
{
    EventLoop loop(0);
    Server server(loop);
    CHECK_FALSE(server.transport->send(server.at(Protocol::Udp), std::string(70000, 'x')));
    auto six = server.at(Protocol::Udp);
    six.remote = *Endpoint::parse("[::1]:5060");
    const auto result = server.transport->send(six, request("x"));
    REQUIRE_FALSE(result);
    CHECK(result.error().text == "no listening socket fits udp:[::1]:5060");
    CHECK(server.transport->statistics().send_errors == 2);
}

TEST_CASE("a stream is opened, reused, and answered on", "[transport][sockets]")
{
    EventLoop loop(0);
    Server one(loop), two(loop);
    const auto to = two.at(Protocol::Tcp);
    REQUIRE(one.transport->send(to, request("a")));
    REQUIRE(one.transport->send(to, request("b")));  // while it still connects
    REQUIRE(two.run_until([&] { return two.listener.messages.size() == 2; }));
    REQUIRE(one.transport->send(to, request("c")));
    REQUIRE(two.run_until([&] { return two.listener.messages.size() == 3; }));
    CHECK(two.network->connections() == 1);
    CHECK(one.transport->statistics().connections_opened == 1);
    CHECK(two.transport->statistics().connections_accepted == 1);

    CHECK(two.transport->socket_for(back_to(two.listener.flows[0])) == &two.socket(Protocol::Tcp));
    REQUIRE(
        two.transport->send(back_to(two.listener.flows[0]), "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
    REQUIRE(one.run_until([&] { return !one.listener.messages.empty(); }));
    CHECK(one.listener.messages[0] == "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n");
    CHECK(one.listener.flows[0].remote == to.remote);
    CHECK(one.network->connections() == 1);
}

TEST_CASE("a large message survives partial writes", "[transport][sockets]")
{
    EventLoop loop(0);
    Options options = on_loopback();
    options.tcp_write_queue = 64U << 20;
    Server one(loop, options), two(loop);
    const std::string body(60000, 'x');
    const std::string message = "MESSAGE sip:a SIP/2.0\r\nContent-Length: 60000\r\n\r\n" + body;
    for (int i = 0; i < 500; ++i) REQUIRE(one.transport->send(two.at(Protocol::Tcp), message));
    REQUIRE(two.run_until([&] { return two.listener.messages.size() == 500; }));
    for (const auto& received : two.listener.messages) REQUIRE(received == message);
}

TEST_CASE("what is sent on one stream in one turn arrives in its order", "[transport][sockets]")
{
    EventLoop loop(0);
    Server server(loop);
    Peer peer(server.socket(Protocol::Tcp).address);
    std::string expected;
    server.listener.answer = [&](const Flow& flow) {
        for (int i = 0; i < 200; ++i) {
            const std::string message = request(std::to_string(i));
            REQUIRE(server.transport->send(back_to(flow), message));
            expected += message;
        }
    };
    peer.write(request("a") + request("b"));
    REQUIRE(server.run_until([&] { return server.listener.messages.size() == 2; }));
    REQUIRE(server.run_until([&] { return peer.read().size() >= expected.size(); }));
    CHECK(peer.read() == expected);
}

TEST_CASE("what waits for the end of a turn is told when its stream is lost", "[transport][sockets]")
{
    EventLoop loop(0);
    Server server(loop);
    Peer peer(server.socket(Protocol::Tcp).address);
    std::size_t lost = 0;
    server.listener.answer = [&](const Flow& flow) {
        peer.reset();
        for (int i = 0; i < 3; ++i)
            if (!server.transport->send(back_to(flow), request("x"), [&](const Error&) { ++lost; })) ++lost;
    };
    peer.write(request("a"));
    CHECK(server.run_until([&] { return lost == 3 && server.network->connections() == 0; }));
    // The first writer met the reset; all three had one new connection, which was refused.
    CHECK(server.transport->statistics().connections_opened == 1);
}

TEST_CASE("a stream with more than one read takes is read to its end", "[transport][sockets]")
{
    EventLoop loop(0);
    Server server(loop);
    Peer peer(server.socket(Protocol::Tcp).address);
    const std::string answer = "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n";
    server.listener.answer = [&](const Flow& flow) {
        REQUIRE(server.transport->send(back_to(flow), answer));
    };
    constexpr std::size_t many = 10000;
    std::string text;
    for (std::size_t i = 0; i < many; ++i) text += request(std::to_string(i));
    bool written = false;
    std::jthread writer([&] {
        written = peer.try_write(text);
        peer.end_writing();
    });
    REQUIRE(server.run_until([&] { return server.listener.messages.size() == many; }));
    writer.join();
    CHECK(written);
    CHECK(server.listener.messages.front() == request("0"));
    CHECK(server.listener.messages.back() == request(std::to_string(many - 1)));
    CHECK(server.run_until([&] { return peer.read().size() >= many * answer.size(); }));
}

TEST_CASE("a stream peer may send its messages in any pieces", "[transport][sockets]")
{
    EventLoop loop(0);
    Server server(loop);
    Peer peer(server.socket(Protocol::Tcp).address);
    const std::string text = request("a") + request("b");
    peer.write(text.substr(0, 30));
    REQUIRE(server.run_until([&] { return server.network->connections() == 1; }));
    peer.write(text.substr(30));
    REQUIRE(server.run_until([&] { return server.listener.messages.size() == 2; }));
    CHECK(server.listener.flows[0].remote == peer.address());

    SECTION("its keep-alive is answered (RFC 5626 §4.4.1)")
    {
        peer.write("\r\n\r\n");
        CHECK(server.run_until([&] { return peer.read() == "\r\n"; }));
    }
    SECTION("when it resets the connection, that is told once")
    {
        peer.reset();
        CHECK(server.run_until([&] { return server.listener.closed.size() == 1; }));
        CHECK(server.network->connections() == 0);
        CHECK(server.transport->statistics().connections == 0);
    }
    SECTION("when it has ended its side, it still gets its answer there, but nothing new")
    {
        peer.end_writing();
        const Flow flow = server.listener.flows[0];
        Destination fresh = back_to(flow);
        fresh.connection = 0;
        bool refused = false;  // a new connection is: nobody listens on the peer's port
        REQUIRE(server.run_until([&] {
            refused |= !server.transport->send(fresh, request("new"), [&](const Error&) { refused = true; });
            return refused;
        }));
        REQUIRE(server.transport->send(back_to(flow), "SIP/2.0 200 OK\r\n\r\n"));
        CHECK(server.run_until([&] { return peer.read().ends_with("SIP/2.0 200 OK\r\n\r\n"); }));
    }
}

TEST_CASE("a stream that cannot be followed is answered, then closed", "[transport][sockets]")
{
    EventLoop loop(0);
    Server server(loop);
    server.listener.answer = [&](const Flow& flow) {
        REQUIRE(server.transport->send(back_to(flow), "SIP/2.0 400 Bad Request\r\n\r\n"));
    };
    Peer peer(server.socket(Protocol::Tcp).address);
    peer.write("OPTIONS sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n" + std::string(5000, 'x'));
    REQUIRE(server.run_until([&] { return peer.has_ended(); }));
    CHECK(server.listener.broken.size() == 1);
    CHECK(peer.read() == "SIP/2.0 400 Bad Request\r\n\r\n");
    CHECK(server.listener.closed.empty());  // we wait for the peer's end
    peer.close();
    CHECK(server.run_until([&] { return server.listener.closed.size() == 1; }));
}

TEST_CASE("connections end by their deadlines", "[transport][sockets]")
{
    EventLoop loop(0);
    Options options = on_loopback();

    SECTION("without traffic after tcp_connection_lifetime")
    {
        options.tcp_connection_lifetime = 30ms;
        Server server(loop, options);
        Peer peer(server.socket(Protocol::Tcp).address), kept(server.socket(Protocol::Tcp).address);
        kept.write(request("x"));
        REQUIRE(server.run_until([&] { return server.listener.messages.size() == 1; }));
        server.transport->extend_lifetime(server.listener.flows[0].connection, 3600);
        REQUIRE(server.run_until([&] { return peer.has_ended(); }));
        CHECK_FALSE(kept.has_ended());
        CHECK(server.network->connections() == 1);
    }
    SECTION("when the peer takes nothing for tcp_send_timeout, and the lost messages are told")
    {
        options.tcp_send_timeout = 30ms;
        options.tcp_write_queue = 16U << 20;
        Server server(loop, options);
        Peer peer(server.socket(Protocol::Tcp).address);
        peer.write(request("x"));
        REQUIRE(server.run_until([&] { return server.listener.messages.size() == 1; }));
        const auto to = back_to(server.listener.flows[0]);
        std::size_t lost = 0;
        for (int i = 0; i < 200; ++i)
            REQUIRE(server.transport->send(to, std::string(60000, 'x'), [&](const Error&) { ++lost; }));
        REQUIRE(server.run_until([&] { return server.network->connections() == 0; }));
        CHECK(lost > 0);
        CHECK(server.transport->statistics().send_errors == lost);
    }
    SECTION("after the grace, when the peer has ended its side")
    {
        options.tcp_half_close_grace = 30ms;
        Server server(loop, options);
        Peer peer(server.socket(Protocol::Tcp).address);
        peer.write(request("x"));
        peer.end_writing();
        CHECK(server.run_until([&] { return peer.has_ended(); }));
        CHECK(server.listener.messages.size() == 1);
    }
}

TEST_CASE("a write queue has its bound", "[transport][sockets]")
{
    EventLoop loop(0);
    Options options = on_loopback();
    options.tcp_write_queue = 100000;
    Server server(loop, options);
    Peer peer(server.socket(Protocol::Tcp).address);
    peer.write(request("x"));
    REQUIRE(server.run_until([&] { return server.listener.messages.size() == 1; }));
    const auto to = back_to(server.listener.flows[0]);
    Result<void> result;
    for (int i = 0; i < 1000 && result; ++i) result = server.transport->send(to, std::string(60000, 'x'));
    REQUIRE_FALSE(result);
    CHECK(result.error().status == 503);
}

TEST_CASE("nobody at the other end: the sender hears of it", "[transport][sockets]")
{
    EventLoop loop(0);
    Server server(loop);
    Endpoint nobody;
    {
        const auto taken = open_listening_socket({*IpAddress::parse("127.0.0.1"), 0}, {}, true);
        nobody = local_endpoint(taken->get());
    }
    auto to = server.at(Protocol::Tcp);
    to.remote = nobody;
    std::string told;
    const auto result =
        server.transport->send(to, request("x"), [&](const Error& error) { told = error.text; });
    if (!result) told = result.error().text;
    REQUIRE(server.run_until([&] { return !told.empty(); }));
    CHECK(told == nobody.text() + ": Connection refused");
    CHECK(server.network->connections() == 0);
}

TEST_CASE("tcp_max_connections closes what comes beyond it", "[transport][sockets]")
{
    EventLoop loop(0);
    Options options = on_loopback();
    options.tcp_max_connections = 1;
    Server server(loop, options);
    Peer first(server.socket(Protocol::Tcp).address);
    REQUIRE(server.run_until([&] { return server.network->connections() == 1; }));
    Peer second(server.socket(Protocol::Tcp).address);
    CHECK(server.run_until([&] { return second.has_ended(); }));
    CHECK(server.transport->statistics().connections_refused == 1);
    CHECK_FALSE(first.has_ended());
}

TEST_CASE("a worker sends over another worker's connection", "[transport][sockets]")
{
    auto network = *Network::create(on_loopback(), 2);
    REQUIRE(network->open());
    struct Worker {
        EventLoop loop;
        Listener listener;
        std::unique_ptr<Transport> transport;
        Worker(unsigned index, Network& net) : loop(index), transport(net.transport(loop, listener)) {}
    };
    Worker first(0, *network), second(1, *network);
    const Endpoint address = network->sockets()[1].address;
    REQUIRE(is_stream(network->sockets()[1].protocol));

    Peer peer(address);
    peer.write(request("x"));
    Worker* owner = nullptr;
    REQUIRE(run_until(first.loop, [&] {
        run_until(second.loop, [] { return true; });
        if (second.listener.messages.empty() && first.listener.messages.empty()) {
            second.loop.post([&] { second.loop.stop(); });
            second.loop.run();
        }
        owner = !first.listener.messages.empty()    ? &first
                : !second.listener.messages.empty() ? &second
                                                    : nullptr;
        return owner != nullptr;
    }));
    Worker& other = owner == &first ? second : first;

    std::thread owner_thread([&] { owner->loop.run(); });
    auto to = back_to(owner->listener.flows[0]);

    SECTION("the message arrives, and later an error comes back to the thread that sent")
    {
        bool failed = false;
        REQUIRE(other.transport->send(to, "SIP/2.0 200 OK\r\n\r\n", [&](const Error&) { failed = true; }));
        CHECK(run_until(other.loop, [&] { return peer.read() == "SIP/2.0 200 OK\r\n\r\n"; }));
        CHECK_FALSE(failed);

        bool told = false;
        const bool is_here = run_until(other.loop, [&] {  // the peer reads nothing: at last the queue is full
            if (!told)
                (void)other.transport->send(to, std::string(60000, 'x'), [&](const Error&) {
                    CHECK(other.loop.is_here());
                    told = true;
                });
            return told;
        });
        CHECK(is_here);
    }
    SECTION("and reaches it under its alias")
    {
        CHECK(other.transport->add_alias(to.connection, 5099));
        to.connection = 0;
        to.remote.port = 5099;
        REQUIRE(other.transport->send(to, "SIP/2.0 200 OK\r\n\r\n"));
        CHECK(run_until(other.loop, [&] { return peer.read() == "SIP/2.0 200 OK\r\n\r\n"; }));
    }
    owner->loop.stop();
    owner_thread.join();
}

TEST_CASE("an address that is taken stops the start with a sentence", "[transport][sockets]")
{
    const auto protocol = GENERATE(Protocol::Udp, Protocol::Tcp);
    Options options = on_loopback();
    options.listen = {{protocol, "127.0.0.1", 0}};
    auto first = *Network::create(options, 2);
    REQUIRE(first->open());
    options.listen[0].port = first->sockets()[0].address.port;
    auto second = *Network::create(options, 2);
    const auto opened = second->open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().text == "cannot listen on " + first->sockets()[0].text() +
                                     ": the address is in use; is another SIP server running?");
}

TEST_CASE("an address of another machine stops the start with a sentence", "[transport][sockets]")
{
    Options options = on_loopback();
    options.listen = {{Protocol::Udp, "192.0.2.77", 5060}};
    const auto opened = (*Network::create(options, 1))->open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().text == "cannot listen on udp:192.0.2.77:5060: this machine has no such address");
}

TEST_CASE("IPv6 sockets are IPv6 alone, beside IPv4 on the same port", "[transport][sockets]")
{
    EventLoop loop(0);
    Options options;
    options.auto_aliases = false;
    options.listen = {{Protocol::Udp, "[::1]", 0}, {Protocol::Udp, "127.0.0.1", 0}};
    Server server(loop, options);
    for (const auto& socket : server.network->sockets()) {
        Destination to;
        to.remote = socket.address;
        REQUIRE(server.transport->send(to, request("x")));
    }
    REQUIRE(server.run_until([&] { return server.listener.messages.size() == 2; }));
    CHECK(server.listener.flows[0].remote != server.listener.flows[1].remote);
    CHECK(server.listener.flows[0].socket != server.listener.flows[1].socket);
}

TEST_CASE("with mhomed the kernel's route picks the socket", "[transport][sockets]")
{
    EventLoop loop(0);
    Options options;
    options.auto_aliases = false;
    options.listen = {{Protocol::Udp, "127.0.0.2", 0}, {Protocol::Udp, "127.0.0.1", 0}};
    Destination to;
    to.remote = *Endpoint::parse("127.0.0.1:5060");
    {
        Server plain(loop, options);
        CHECK(plain.transport->socket_for(to)->name == "127.0.0.2");
    }
    options.mhomed = true;
    Server server(loop, options);
    CHECK(server.transport->socket_for(to)->name == "127.0.0.1");
    to.socket = &server.network->sockets()[0];
    CHECK(server.transport->socket_for(to)->name == "127.0.0.2");  // forced
}
