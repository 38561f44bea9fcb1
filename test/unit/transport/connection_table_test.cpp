#include "core/transport/connection_table.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::transport;

namespace
{

const Endpoint phone = *Endpoint::parse("198.51.100.1:40000");

Destination over(Protocol protocol, std::string_view remote)
{
    Destination to;
    to.protocol = protocol;
    to.remote = *Endpoint::parse(remote);
    return to;
}

}  // namespace

TEST_CASE("an open connection is found by id and by its remote end", "[transport]")
{
    const ListenSocket one{0, Protocol::Tcp, "one", *Endpoint::parse("192.0.2.1:5060")};
    const ListenSocket two{1, Protocol::Tcp, "two", *Endpoint::parse("192.0.2.2:5060")};
    ConnectionTable table(3);
    const auto id = table.open(4, one, phone);
    REQUIRE(id);
    CHECK(table.find(*id)->worker == 4);
    CHECK(table.find(Protocol::Tcp, phone, nullptr)->id == *id);
    CHECK_FALSE(table.find(Protocol::Tls, phone, nullptr));

    SECTION("of several, that on the preferred socket")
    {
        const auto other = table.open(0, two, phone);
        CHECK(table.find(Protocol::Tcp, phone, &two)->id == *other);
        CHECK(table.find(Protocol::Tcp, phone, &one)->id == *id);
        table.close(*other);
        CHECK(table.find(Protocol::Tcp, phone, &two)->id == *id);
    }
    SECTION("closed, not any more")
    {
        CHECK(table.add_alias(*id, 5060));
        table.close(*id);
        CHECK_FALSE(table.find(*id));
        CHECK_FALSE(table.find(Protocol::Tcp, phone, nullptr));
        CHECK_FALSE(table.find(Protocol::Tcp, {phone.ip, 5060}, nullptr));
        CHECK(table.size() == 0);
    }
    SECTION("retired, by its id alone")
    {
        table.retire(*id);
        CHECK(table.find(*id));
        CHECK_FALSE(table.find(Protocol::Tcp, phone, nullptr));
        CHECK_FALSE(table.add_alias(*id, 5060));
    }
    SECTION("no more than the limit")
    {
        CHECK(table.open(0, one, phone));
        const auto third = table.open(0, one, phone);
        REQUIRE(third);
        CHECK_FALSE(table.open(0, one, phone));
        table.close(*third);
        CHECK(table.open(0, one, phone));
    }
}

TEST_CASE("a connection has up to three aliases and takes over nobody's", "[transport]")
{
    const ListenSocket socket{0, Protocol::Tcp, "one", *Endpoint::parse("192.0.2.1:5060")};
    ConnectionTable table(10);
    const auto mine = *table.open(0, socket, phone);
    const auto other = *table.open(0, socket, {phone.ip, 40001});
    CHECK(table.add_alias(mine, 5060));
    CHECK(table.add_alias(mine, 5060));  // it has it already
    CHECK(table.find(Protocol::Tcp, {phone.ip, 5060}, nullptr)->id == mine);
    CHECK_FALSE(table.add_alias(other, 5060));
    CHECK_FALSE(table.add_alias(other, phone.port));
    CHECK(table.add_alias(mine, 5061));
    CHECK(table.add_alias(mine, 5062));
    CHECK_FALSE(table.add_alias(mine, 5063));
    table.close(mine);
    CHECK(table.add_alias(other, 5060));
    CHECK_FALSE(table.add_alias(mine, 5064));
}

TEST_CASE("a message leaves from the socket that fits", "[transport]")
{
    const std::vector<ListenSocket> sockets{{0, Protocol::Udp, "", *Endpoint::parse("127.0.0.1:5060")},
                                            {1, Protocol::Udp, "", *Endpoint::parse("192.0.2.1:5060")},
                                            {2, Protocol::Udp, "", *Endpoint::parse("192.0.2.2:5062")},
                                            {3, Protocol::Tcp, "", *Endpoint::parse("192.0.2.2:5062")},
                                            {4, Protocol::Tcp, "", *Endpoint::parse("192.0.2.1:5060")},
                                            {5, Protocol::Udp, "", *Endpoint::parse("[::1]:5060")}};
    ConnectionTable table(10);
    const auto id_for = [&](const Destination& to) {
        const auto* socket = pick_socket(sockets, table, to);
        return socket == nullptr ? -1 : static_cast<int>(socket->id);
    };
    auto udp = over(Protocol::Udp, "198.51.100.1:5060");
    auto tcp = over(Protocol::Tcp, "198.51.100.1:5060");

    CHECK(id_for(udp) == 1);                                        // the first that is not loopback
    CHECK(id_for(over(Protocol::Udp, "[2001:db8::1]:5060")) == 5);  // which serves where there is no other
    CHECK(id_for(over(Protocol::Tcp, "[2001:db8::1]:5060")) == -1);
    CHECK(id_for(over(Protocol::Tls, "198.51.100.1:5060")) == -1);

    udp.received_on = &sockets[2];
    CHECK(id_for(udp) == 2);  // what came in there and is passed on
    udp.received_on = &sockets[0];
    CHECK(id_for(udp) == 1);  // but nothing leaves this machine from a loopback address
    udp.received_on = &sockets[5];
    CHECK(id_for(udp) == 1);
    udp.received_on = &sockets[1];
    udp.socket = &sockets[2];
    CHECK(id_for(udp) == 2);  // forced
    tcp.socket = &sockets[1];
    CHECK(id_for(tcp) == 4);  // forced, but of the other protocol: its twin
    tcp.socket = &sockets[0];
    CHECK(id_for(tcp) == 3);  // it has none: the default

    const auto id = table.open(0, sockets[4], tcp.remote);
    tcp.socket = nullptr;
    CHECK(id_for(tcp) == 4);  // the connection that it will take
    table.retire(*id);
    CHECK(id_for(tcp) == 3);
    tcp.connection = *id;
    CHECK(id_for(tcp) == 4);
}
