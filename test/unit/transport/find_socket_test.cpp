#include "core/transport/find_socket.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::transport;

namespace
{

const std::vector<ListenSocket> sockets{
    {0, Protocol::Udp, "192.0.2.1", {*IpAddress::parse("192.0.2.1"), 5060}},
    {1, Protocol::Tcp, "192.0.2.1", {*IpAddress::parse("192.0.2.1"), 5060}},
    {2, Protocol::Udp, "proxy.example.test", {*IpAddress::parse("2001:db8::1"), 5080}},
};

}  // namespace

TEST_CASE("a listening socket is found by what names it", "[transport]")
{
    CHECK(find_socket(sockets, Protocol::Udp, "192.0.2.1", 5060) == &sockets[0]);
    CHECK(find_socket(sockets, Protocol::Tcp, "192.0.2.1", 5060) == &sockets[1]);
    CHECK(find_socket(sockets, Protocol::Any, "[2001:db8::1]", 5080) == &sockets[2]);
    CHECK(find_socket(sockets, Protocol::Udp, "PROXY.example.test", 5080) == &sockets[2]);
    CHECK(find_socket(sockets, Protocol::Tls, "192.0.2.1", 5060) == nullptr);
    CHECK(find_socket(sockets, Protocol::Udp, "192.0.2.1", 5061) == nullptr);
    CHECK(find_socket(sockets, Protocol::Udp, "192.0.2.2", 5060) == nullptr);
}

TEST_CASE("a socket's name is protocol, host and port", "[transport]")
{
    const auto name = SocketName::parse("tcp:[2001:db8::1]:5070");
    REQUIRE(name);
    CHECK(name->protocol == Protocol::Tcp);
    CHECK(name->host == "[2001:db8::1]");
    CHECK(name->port == 5070);

    SECTION("protocol and port have defaults")
    {
        const auto bare = SocketName::parse("192.0.2.1");
        REQUIRE(bare);
        CHECK(bare->protocol == Protocol::Udp);
        CHECK(bare->host == "192.0.2.1");
        CHECK(bare->port == 5060);
        CHECK(SocketName::parse("UDP:192.0.2.1:5062")->port == 5062);
    }
    SECTION("what is no socket is refused")
    {
        CHECK_FALSE(SocketName::parse(""));
        CHECK_FALSE(SocketName::parse("udp:"));
        CHECK_FALSE(SocketName::parse("udp:192.0.2.1:"));
        CHECK_FALSE(SocketName::parse("udp:192.0.2.1:0"));
        CHECK_FALSE(SocketName::parse("udp:192.0.2.1:65536"));
        CHECK_FALSE(SocketName::parse("udp:[2001:db8::1:5060"));
        CHECK_FALSE(SocketName::parse("udp:[2001:db8::1]5060"));
    }
}
