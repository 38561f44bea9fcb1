#include "core/base/address.h"

#include <catch2/catch.hpp>

using namespace junctor;

TEST_CASE("an IP address is read in its plain forms only", "[base]")
{
    CHECK(IpAddress::parse("192.0.2.1") == IpAddress::v4(0xc0000201));
    CHECK(IpAddress::parse("2001:DB8::1") == IpAddress::parse("[2001:db8:0:0::1]"));
    CHECK(IpAddress::parse("::ffff:192.0.2.1")->is_v6());
    for (const auto* bad :
         {"", "[]", "192.0.2", "192.0.2.256", "192.0.2.1.", "010.0.0.1", "0x7f.1", "192.0.2.1 ",
          "[192.0.2.1]", "2001:db8::1::2", "[2001:db8::1", "fe80::1%eth0", "localhost"}) {
        CAPTURE(bad);
        CHECK_FALSE(IpAddress::parse(bad));
    }
    CHECK_FALSE(IpAddress::parse(std::string("192.0.2.1\0x", 11)));
    CHECK_FALSE(IpAddress::parse(std::string(200, '1')));
}

TEST_CASE("an IP address is written as it is compared", "[base]")
{
    CHECK(IpAddress::v4(0xc0000201).text() == "192.0.2.1");
    CHECK(IpAddress::v4(0xc0000201).text_in_uri() == "192.0.2.1");
    CHECK(IpAddress::parse("2001:0DB8:0:0:0:0:0:1")->text() == "2001:db8::1");
    CHECK(IpAddress::parse("2001:db8::1")->text_in_uri() == "[2001:db8::1]");
    CHECK(IpAddress::v4(0x01020304).v4_value() == 0x01020304);
    CHECK(IpAddress{}.is_unspecified());
    CHECK(IpAddress::parse("::")->is_unspecified());
    CHECK_FALSE(IpAddress::parse("::") == IpAddress{});  // another family
}

TEST_CASE("networks", "[base]")
{
    const auto ip = [](const char* text) { return *IpAddress::parse(text); };
    CHECK(ip("10.1.2.3").in_network(ip("10.0.0.0"), 8));
    CHECK_FALSE(ip("11.1.2.3").in_network(ip("10.0.0.0"), 8));
    CHECK(ip("192.168.1.127").in_network(ip("192.168.1.0"), 25));
    CHECK_FALSE(ip("192.168.1.128").in_network(ip("192.168.1.0"), 25));
    CHECK(ip("198.51.100.1").in_network(ip("192.0.2.1"), 0));
    CHECK_FALSE(ip("192.0.2.2").in_network(ip("192.0.2.1"), 32));
    CHECK_FALSE(ip("192.0.2.2").in_network(ip("192.0.2.1"), 99));  // more bits than there are: all of them
    CHECK(ip("2001:db8::1").in_network(ip("2001:db8::"), 64));
    CHECK_FALSE(ip("2001:db8:0:1::1").in_network(ip("2001:db8::"), 64));
    CHECK_FALSE(ip("::").in_network(ip("0.0.0.0"), 0));
}

TEST_CASE("an endpoint is an address with a port", "[base]")
{
    CHECK(Endpoint::parse("192.0.2.1:5062") == Endpoint{IpAddress::v4(0xc0000201), 5062});
    CHECK(Endpoint::parse("192.0.2.1", 5061)->port == 5061);
    CHECK(Endpoint::parse("[2001:db8::1]:5062")->text() == "[2001:db8::1]:5062");
    CHECK(Endpoint::parse("[2001:db8::1]")->port == 5060);
    CHECK(Endpoint::parse("2001:db8::1")->port == 5060);
    for (const auto* bad :
         {"", ":5060", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:5060x", "host:5060", "[::1]:x"}) {
        CAPTURE(bad);
        CHECK_FALSE(Endpoint::parse(bad));
    }
    const Endpoint a{IpAddress::v4(1), 1};
    CHECK(EndpointHash{}(a) == EndpointHash{}(Endpoint{IpAddress::v4(1), 1}));
    CHECK(EndpointHash{}(a) != EndpointHash{}(Endpoint{IpAddress::v4(1), 2}));
}

TEST_CASE("protocol names", "[base]")
{
    CHECK(protocol_from("TcP") == Protocol::Tcp);
    CHECK(protocol_from("any") == Protocol::Any);
    CHECK_FALSE(protocol_from("sctp"));
    CHECK(to_text(Protocol::Tls) == "tls");
    CHECK(to_via_text(Protocol::Tls) == "TLS");
    CHECK(is_stream(Protocol::Tls));
    CHECK_FALSE(is_stream(Protocol::Udp));
}
