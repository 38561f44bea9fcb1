#include <cstdio>
#include <fstream>
#include <random>

#include <catch2/catch.hpp>
#include <sys/socket.h>

#include "core/runtime/readiness.h"
#include "core/transport/cares_client.h"
#include "core/transport/dns_cache.h"
#include "core/transport/dns_message.h"
#include "core/transport/simulated_dns.h"
#include "core/transport/system_socket.h"
#include "test/unit/transport/dns_packet.h"

using namespace junctor;
using namespace junctor::transport;
using namespace std::chrono_literals;
using junctor::test::DnsPacket;

namespace
{

std::string four_bytes(std::string_view ip)
{
    return DnsPacket::four(IpAddress::parse(ip)->v4_value());
}

}  // namespace

TEST_CASE("records of each type are read from an answer", "[transport][dns]")
{
    SECTION("A, through an alias; the smallest TTL counts")
    {
        const auto packet = DnsPacket(3)
                                .record("www.test", 5, 60, DnsPacket::labels("host.test"))
                                .record("host.test", 1, 300, four_bytes("192.0.2.1"))
                                .record("host.test", 1, 300, four_bytes("192.0.2.2"))
                                .octets();
        const auto records = parse_dns_answer(packet, DnsType::A);
        REQUIRE(records);
        CHECK(records->addresses ==
              std::vector{*IpAddress::parse("192.0.2.1"), *IpAddress::parse("192.0.2.2")});
        CHECK(records->ttl == 60);
    }
    SECTION("AAAA")
    {
        const auto ip = *IpAddress::parse("2001:db8::1");
        const std::string data(ip.bytes().begin(), ip.bytes().end());
        const auto records =
            parse_dns_answer(DnsPacket(1).record("h.test", 28, 9, data).octets(), DnsType::Aaaa);
        REQUIRE(records);
        CHECK(records->addresses == std::vector{ip});
    }
    SECTION("SRV")
    {
        const auto data = DnsPacket::srv(10, 20, 5070, "host.test");
        const auto records =
            parse_dns_answer(DnsPacket(1).record("_sip._udp.t", 33, 9, data).octets(), DnsType::Srv);
        REQUIRE(records);
        REQUIRE(records->srv.size() == 1);
        CHECK(records->srv[0].priority == 10);
        CHECK(records->srv[0].weight == 20);
        CHECK(records->srv[0].port == 5070);
        CHECK(records->srv[0].target == "host.test");
    }
    SECTION("NAPTR")
    {
        const auto data = DnsPacket::two(50) + DnsPacket::two(51) + DnsPacket::text("s") +
                          DnsPacket::text("SIP+D2U") + DnsPacket::text("") + DnsPacket::labels("_sip._udp.t");
        const auto records = parse_dns_answer(DnsPacket(1).record("t", 35, 9, data).octets(), DnsType::Naptr);
        REQUIRE(records);
        REQUIRE(records->naptr.size() == 1);
        CHECK(records->naptr[0].order == 50);
        CHECK(records->naptr[0].preference == 51);
        CHECK(records->naptr[0].flags == "s");
        CHECK(records->naptr[0].service == "SIP+D2U");
        CHECK(records->naptr[0].replacement == "_sip._udp.t");
    }
    SECTION("PTR")
    {
        const auto packet =
            DnsPacket(1).record("1.2.0.192.in-addr.arpa", 12, 9, DnsPacket::labels("host.test"));
        CHECK(parse_dns_answer(packet.octets(), DnsType::Ptr)->names ==
              std::vector<std::string>{"host.test"});
    }
    SECTION("nothing, for as long as the zone says (RFC 2308 §5)")
    {
        const auto packet = DnsPacket(0, 1, 3).record("test", 6, 900, DnsPacket::soa(20)).octets();
        const auto records = parse_dns_answer(packet, DnsType::A);
        REQUIRE(records);
        CHECK(records->addresses.empty());
        CHECK(records->ttl == 20);
    }
}

TEST_CASE("an answer that lies about its lengths is refused", "[transport][dns]")
{
    const auto good = DnsPacket(2)
                          .record("a.test", 33, 60, DnsPacket::srv(1, 2, 3, "b.test"))
                          .record("a.test", 33, 60, DnsPacket::srv(1, 2, 3, "c.test"))
                          .octets();
    REQUIRE(parse_dns_answer(good, DnsType::Srv));
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK_FALSE(parse_dns_answer(std::span(good).first(size), DnsType::Srv));

    // A record whose data is shorter than its kind needs.
    CHECK_FALSE(parse_dns_answer(DnsPacket(1).record("a.test", 1, 60, "abc").record("b", 1, 1, "").octets(),
                                 DnsType::A));

    std::mt19937 random(1);  // whatever comes: no read beyond the end (the sanitizers watch)
    for (int i = 0; i < 20000; ++i) {
        auto bad = good;
        for (int change = 0; change < 3; ++change)
            bad[random() % bad.size()] = static_cast<std::uint8_t>(random());
        (void)parse_dns_answer(bad, DnsType::Srv);
        (void)parse_dns_answer(bad, DnsType::Naptr);
    }
}

TEST_CASE("the hosts file names addresses; localhost is always there", "[transport][dns]")
{
    const auto names = HostsFile::parse(
        "# comment\n192.0.2.1\tone.test One  alias # two.test\n\nrubbish three.test\n"
        "::1 six.test\n192.0.2.2 one.test");
    CHECK(names.at("ONE.test") ==
          std::vector{*IpAddress::parse("192.0.2.1"), *IpAddress::parse("192.0.2.2")});
    CHECK(names.contains("alias"));
    CHECK(names.contains("six.test"));
    CHECK_FALSE(names.contains("two.test"));
    CHECK_FALSE(names.contains("three.test"));
    CHECK(names.at("localhost").size() == 2);
}

TEST_CASE("a changed hosts file is read again", "[transport][dns]")
{
    VirtualClock clock;
    std::string path = std::tmpnam(nullptr);
    {
        HostsFile hosts(clock, path);
        CHECK(hosts.find("one.test") == nullptr);
        std::ofstream(path) << "192.0.2.1 one.test\n";
        CHECK(hosts.find("one.test") == nullptr);  // not looked at again so soon
        clock.advance(5s);
        CHECK(hosts.find("one.test") != nullptr);
    }
    std::remove(path.c_str());
}

namespace
{

struct Cached {
    VirtualClock clock;
    TimerWheel timers{clock};
    SimulatedDns servers;
    DnsCache cache{servers, clock, HostsFile(clock, "/nowhere")};

    Result<DnsRecords> ask(const std::string& name, DnsType type = DnsType::A)
    {
        auto task = cache.query(name, type);
        task.start();
        REQUIRE(task.done());
        return task.take();
    }
};

Task<void> note(DnsCache& cache, std::string name, std::vector<bool>& notes)
{
    const auto result = co_await cache.query(std::move(name), DnsType::A);
    notes.push_back(result.has_value());
}

}  // namespace

TEST_CASE("an answer is kept for its time", "[transport][dns]")
{
    Cached dns;
    dns.servers.add_address("host.test", "192.0.2.1");  // for 300 seconds
    CHECK(dns.ask("host.test")->addresses.size() == 1);
    CHECK(dns.ask("HOST.test.")->addresses.size() == 1);
    CHECK(dns.servers.questions().size() == 1);
    CHECK(dns.ask("host.test", DnsType::Srv)->srv.empty());  // another question
    CHECK(dns.servers.questions().size() == 2);
    dns.clock.advance(300s);
    dns.ask("host.test");
    CHECK(dns.servers.questions().size() == 3);
}

TEST_CASE("that a name does not exist is kept for a shorter time, an error not at all", "[transport][dns]")
{
    Cached dns;
    dns.ask("none.test");
    dns.ask("none.test");
    CHECK(dns.servers.questions().size() == 1);
    dns.clock.advance(30s);
    dns.ask("none.test");
    CHECK(dns.servers.questions().size() == 2);

    dns.servers.fail_for("ill.test");
    CHECK_FALSE(dns.ask("ill.test"));
    CHECK_FALSE(dns.ask("ill.test"));
    CHECK(dns.servers.questions().size() == 4);
}

TEST_CASE("equal questions are asked once, and all hear the answer", "[transport][dns]")
{
    Cached dns;
    dns.servers.add_address("host.test", "192.0.2.1");
    dns.servers.set_delay(dns.timers, 10ms);
    std::vector<bool> notes;
    TaskGroup group;
    for (int i = 0; i < 3; ++i) group.start(note(dns.cache, "host.test", notes));
    CHECK(dns.servers.questions().size() == 1);
    CHECK(notes.empty());
    dns.clock.advance(10ms);
    dns.timers.run_due();
    CHECK(notes == std::vector{true, true, true});
}

TEST_CASE("the cache does not grow without end", "[transport][dns]")
{
    Cached dns;
    for (std::size_t i = 0; i < DnsCache::limit + 100; ++i) dns.ask("host" + std::to_string(i) + ".test");
    CHECK(dns.cache.size() == DnsCache::limit);
}

TEST_CASE("a name of the hosts file is a host: no server is asked for anything about it", "[transport][dns]")
{
    Cached dns;
    CHECK(dns.ask("localhost")->addresses == std::vector{*IpAddress::parse("127.0.0.1")});
    CHECK(dns.ask("localhost", DnsType::Aaaa)->addresses == std::vector{*IpAddress::parse("::1")});
    CHECK(dns.ask("localhost", DnsType::Naptr)->naptr.empty());
    CHECK(dns.ask("_sip._udp.localhost", DnsType::Srv)->srv.empty());
    CHECK(dns.servers.questions().empty());
}

namespace
{

// A name server on 127.0.0.1 that answers as a test tells it; an empty answer: silence.
class NameServer
{
public:
    NameServer(EventLoop& loop, std::function<std::string(const std::string& query)> answer)
        : socket_(loop, *open_datagram_socket({*IpAddress::parse("127.0.0.1"), 0}, {})),
          answer_(std::move(answer))
    {
        wait();
    }
    Endpoint address() const { return local_endpoint(socket_.fd()); }
    int queries = 0;

private:
    void wait()
    {
        socket_.when_readable([this] { receive(); });
    }
    void receive()
    {
        std::array<char, 600> buffer{};
        SocketAddress from;
        const ssize_t size =
            ::recvfrom(socket_.fd(), buffer.data(), buffer.size(), 0, from.data(), from.size_pointer());
        if (size > 0) {
            ++queries;
            const std::string reply = answer_({buffer.data(), static_cast<std::size_t>(size)});
            if (!reply.empty())
                ::sendto(socket_.fd(), reply.data(), reply.size(), 0, from.data(), from.size());
        }
        wait();
    }

    Readiness socket_;
    std::function<std::string(const std::string&)> answer_;
};

Task<void> ask(DnsClient& client, std::string name, DnsType type, std::optional<Result<DnsRecords>>& result,
               EventLoop& loop)
{
    result = co_await client.query(std::move(name), type);
    loop.stop();
}

struct Asking {
    EventLoop loop{0};
    DnsOptions options;

    Result<DnsRecords> ask(NameServer& server, const std::string& name, DnsType type)
    {
        options.server_addresses = {server.address()};
        const auto client = CaresClient::make(loop, options);
        REQUIRE(client);
        std::optional<Result<DnsRecords>> result;
        TaskGroup group;
        group.start(::ask(**client, name, type, result, loop));
        Timer guard(loop.timers(), [this] { loop.stop(); });
        guard.start(5s);
        if (!result) loop.run();
        REQUIRE(result);
        return *result;
    }
};

}  // namespace

TEST_CASE("a name server on the network is asked", "[transport][dns][sockets]")
{
    Asking asking;
    asking.options.search_list = false;

    SECTION("and answers")
    {
        std::string asked;
        NameServer server(asking.loop, [&](const std::string& query) {
            asked = DnsPacket::name_in(query);
            return DnsPacket(1, 0, 0, query)
                .record(asked, 33, 60, DnsPacket::srv(1, 2, 5070, "host.test"))
                .bytes();
        });
        const auto records = asking.ask(server, "_sip._udp.example.test", DnsType::Srv);
        REQUIRE(records);
        REQUIRE(records->srv.size() == 1);
        CHECK(records->srv[0].target == "host.test");
        CHECK(records->ttl == 60);
        CHECK(asked == "_sip._udp.example.test");
    }
    SECTION("no such name is an empty answer")
    {
        NameServer server(asking.loop, [](const std::string& query) {
            return DnsPacket(0, 1, 3, query).record("test", 6, 900, DnsPacket::soa(17)).bytes();
        });
        const auto records = asking.ask(server, "none.test", DnsType::A);
        REQUIRE(records);
        CHECK(records->addresses.empty());
        CHECK(records->ttl == 17);
    }
    SECTION("its failure is an error")
    {
        NameServer server(asking.loop,
                          [](const std::string& query) { return DnsPacket(0, 0, 2, query).bytes(); });
        const auto records = asking.ask(server, "ill.test", DnsType::A);
        REQUIRE_FALSE(records);
        CHECK(records.error().text.starts_with("ill.test: "));
    }
    SECTION("its silence is one after dns_retr_no tries of dns_retr_time")
    {
        asking.options.retransmit_after = 20ms;
        asking.options.tries = 3;
        NameServer server(asking.loop, [](const std::string&) { return std::string(); });
        CHECK_FALSE(asking.ask(server, "silent.test", DnsType::A));
        CHECK(server.queries == 3);
    }
    SECTION("a question that is still open dies with the client")
    {
        NameServer server(asking.loop, [&](const std::string&) {
            asking.loop.stop();
            return std::string();
        });
        asking.options.server_addresses = {server.address()};
        auto client = *CaresClient::make(asking.loop, asking.options);
        std::optional<Result<DnsRecords>> result;
        TaskGroup group;
        group.start(::ask(*client, "silent.test", DnsType::A, result, asking.loop));
        asking.loop.run();
        client.reset();
        CHECK_FALSE(result);
        CHECK(group.waiting() == 1);
    }
}

TEST_CASE("the name service of a worker answers localhost without a server", "[transport][dns]")
{
    EventLoop loop(0);
    const auto dns = make_dns_client(loop, {});
    REQUIRE(dns);
    auto task = (*dns)->query("localhost", DnsType::A);
    task.start();
    REQUIRE(task.done());
    CHECK(task.take()->addresses.front() == *IpAddress::parse("127.0.0.1"));
}
