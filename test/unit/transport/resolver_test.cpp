#include "core/transport/resolver.h"

#include <map>

#include <catch2/catch.hpp>

#include "core/transport/simulated_dns.h"

using namespace junctor;
using namespace junctor::transport;
using Questions = std::vector<std::string>;

namespace
{

struct Lookup {
    SimulatedDns dns;
    ResolverOptions options{.seed = 7};

    std::vector<std::string> resolve(NextHop hop)
    {
        const auto resolver = make_resolver(dns, options);
        auto task = resolver->resolve(std::move(hop));
        task.start();
        REQUIRE(task.done());
        const auto result = task.take();
        if (!result) return {std::to_string(result.error().status) + " " + result.error().text};
        std::vector<std::string> texts;
        for (const auto& to : *result)
            texts.push_back(std::string(to_text(to.protocol)) + ":" + to.remote.text());
        return texts;
    }
};

NextHop hop_of(std::string_view uri)
{
    const auto parsed = sip::Uri::parse(uri);
    REQUIRE(parsed);
    const auto hop = NextHop::from(*parsed);
    REQUIRE(hop);
    return *hop;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("an address literal needs no name server (RFC 3263 §4.2)", "[transport][resolver]")
{
    Lookup lookup;
    lookup.options.tls = true;
    CHECK(lookup.resolve(hop_of("sip:alice@192.0.2.1")) == Texts{"udp:192.0.2.1:5060"});
    CHECK(lookup.resolve(hop_of("sip:192.0.2.1:5070;transport=tcp")) == Texts{"tcp:192.0.2.1:5070"});
    CHECK(lookup.resolve(hop_of("sip:[2001:db8::1]")) == Texts{"udp:[2001:db8::1]:5060"});
    CHECK(lookup.resolve(hop_of("sips:192.0.2.1")) == Texts{"tls:192.0.2.1:5061"});
    CHECK(lookup.resolve(hop_of("sip:example.test;maddr=192.0.2.9")) == Texts{"udp:192.0.2.9:5060"});
    CHECK(lookup.dns.questions().empty());
    CHECK_FALSE(make_resolver(lookup.dns, lookup.options)->literal(hop_of("sip:example.test")));
}

TEST_CASE("what cannot be a next hop is refused", "[transport][resolver]")
{
    CHECK(NextHop::from(*sip::Uri::parse("tel:+123")).error().status == 416);
    CHECK(NextHop::from(*sip::Uri::parse("sips:a.test;transport=udp")).error().status == 416);

    Lookup lookup;
    CHECK(lookup.resolve(hop_of("sips:192.0.2.1")) == Texts{"478 we cannot send over tls"});
    lookup.options.tcp = false;
    CHECK(lookup.resolve(hop_of("sip:192.0.2.1;transport=tcp")) == Texts{"478 we cannot send over tcp"});
}

TEST_CASE("with a port, only addresses are asked for", "[transport][resolver]")
{
    Lookup lookup;
    lookup.dns.add_srv("_sip._udp.example.test", {1, 1, 5090, "other.test"});
    lookup.dns.add_address("example.test", "192.0.2.1");
    lookup.dns.add_address("example.test", "192.0.2.2");
    CHECK(lookup.resolve(hop_of("sip:example.test:5062")) ==
          Texts{"udp:192.0.2.1:5062", "udp:192.0.2.2:5062"});
    CHECK(lookup.dns.questions() == Questions{"a example.test"});

    SECTION("AAAA where A gives nothing")
    {
        lookup.dns.add_address("six.test", "2001:db8::6");
        CHECK(lookup.resolve(hop_of("sip:six.test:5062")) == Texts{"udp:[2001:db8::6]:5062"});
        lookup.options.try_ipv6 = false;
        CHECK(lookup.resolve(hop_of("sip:six.test:5062")) == Texts{"478 six.test: no such host"});
    }
    SECTION("without a fail-over the first address alone")
    {
        lookup.options.failover = false;
        CHECK(lookup.resolve(hop_of("sip:example.test:5062")) == Texts{"udp:192.0.2.1:5062"});
    }
}

TEST_CASE("with a transport and no port, SRV records of that transport count", "[transport][resolver]")
{
    Lookup lookup;
    lookup.dns.add_address("one.test", "192.0.2.1");
    lookup.dns.add_address("two.test", "192.0.2.2");
    lookup.dns.add_address("example.test", "192.0.2.9");

    SECTION("in the order of their priorities")
    {
        lookup.dns.add_srv("_sip._tcp.example.test", {20, 0, 5062, "two.test"});
        lookup.dns.add_srv("_sip._tcp.example.test", {10, 0, 5061, "one.test"});
        CHECK(lookup.resolve(hop_of("sip:example.test;transport=tcp")) ==
              Texts{"tcp:192.0.2.1:5061", "tcp:192.0.2.2:5062"});
    }
    SECTION("without any, the host's address and the default port")
    {
        CHECK(lookup.resolve(hop_of("sip:example.test;transport=tcp")) == Texts{"tcp:192.0.2.9:5060"});
        CHECK(lookup.dns.questions() == Questions{"srv _sip._tcp.example.test", "a example.test"});
    }
    SECTION("a target of a single dot says that there is no such service (RFC 2782)")
    {
        lookup.dns.add_srv("_sip._tcp.example.test", {0, 0, 0, "."});
        CHECK(lookup.resolve(hop_of("sip:example.test;transport=tcp")) ==
              Texts{"478 example.test: no such host"});
    }
}

TEST_CASE("with neither, NAPTR chooses the transport (RFC 3263 §4.1)", "[transport][resolver]")
{
    Lookup lookup;
    lookup.dns.add_naptr("example.test", {20, 10, "s", "SIP+D2U", "", "udp.example.test"});
    lookup.dns.add_naptr("example.test", {10, 20, "S", "sip+d2t", "", "tcp.example.test"});
    lookup.dns.add_naptr("example.test", {10, 10, "s", "SIPS+D2T", "", "tls.example.test"});
    lookup.dns.add_naptr("example.test", {1, 1, "u", "E2U+sip", "!^.*$!sip:x@y!", "."});
    lookup.dns.add_srv("udp.example.test", {1, 1, 5060, "host.test"});
    lookup.dns.add_srv("tcp.example.test", {1, 1, 5070, "host.test"});
    lookup.dns.add_srv("tls.example.test", {1, 1, 5071, "host.test"});
    lookup.dns.add_address("host.test", "192.0.2.1");

    SECTION("by order, then preference, leaving out what we cannot send")
    {
        CHECK(lookup.resolve(hop_of("sip:example.test")) ==
              Texts{"tcp:192.0.2.1:5070", "udp:192.0.2.1:5060"});
        lookup.options.tls = true;
        CHECK(lookup.resolve(hop_of("sip:example.test")).front() == "tls:192.0.2.1:5071");
    }
    SECTION("sips accepts TLS alone")
    {
        lookup.options.tls = true;
        CHECK(lookup.resolve(hop_of("sips:example.test")) == Texts{"tls:192.0.2.1:5071"});
    }
}

TEST_CASE("without NAPTR the SRV records of each transport are tried, then the address",
          "[transport][resolver]")
{
    Lookup lookup;
    lookup.dns.add_address("example.test", "192.0.2.9");
    lookup.dns.add_address("host.test", "192.0.2.1");

    SECTION("UDP first")
    {
        lookup.dns.add_srv("_sip._udp.example.test", {1, 1, 5062, "host.test"});
        lookup.dns.add_srv("_sip._tcp.example.test", {1, 1, 5063, "host.test"});
        CHECK(lookup.resolve(hop_of("sip:example.test")) == Texts{"udp:192.0.2.1:5062"});
    }
    SECTION("then TCP")
    {
        lookup.dns.add_srv("_sip._tcp.example.test", {1, 1, 5063, "host.test"});
        CHECK(lookup.resolve(hop_of("sip:example.test")) == Texts{"tcp:192.0.2.1:5063"});
    }
    SECTION("then the address over UDP")
    {
        CHECK(lookup.resolve(hop_of("sip:example.test")) == Texts{"udp:192.0.2.9:5060"});
        CHECK(lookup.dns.questions() == Questions{"naptr example.test", "srv _sip._udp.example.test",
                                                  "srv _sip._tcp.example.test", "a example.test"});
    }
    SECTION("a question that fails does not end the search")
    {
        lookup.dns.fail_for("_sip._udp.example.test");
        CHECK(lookup.resolve(hop_of("sip:example.test")) == Texts{"udp:192.0.2.9:5060"});
    }
    SECTION("if all fail, the error says why")
    {
        lookup.dns.fail_for("away.test");
        CHECK(lookup.resolve(hop_of("sip:away.test")) == Texts{"478 away.test: the name server failed"});
    }
}

TEST_CASE("destinations are named once, and not without end", "[transport][resolver]")
{
    Lookup lookup;
    for (int i = 0; i < 300; ++i) {
        const std::string name = "host" + std::to_string(i) + ".test";
        lookup.dns.add_srv("_sip._udp.example.test", {1, 1, 5060, name});
        lookup.dns.add_address(name, "192.0.2." + std::to_string(i % 3));
    }
    lookup.options.limit = 8;
    CHECK(lookup.resolve(hop_of("sip:example.test;transport=udp")).size() == 3);
    CHECK(lookup.dns.questions().size() == 9);  // and no more than `limit` targets are looked up
}

TEST_CASE("SRV records of one priority are drawn by their weights (RFC 2782)", "[transport][resolver]")
{
    std::mt19937 random(1);
    std::map<std::string, int> first;
    for (int i = 0; i < 10000; ++i) {
        std::vector<DnsRecords::Srv> records{
            {2, 100, 1, "last"}, {1, 75, 1, "heavy"}, {1, 25, 1, "light"}, {1, 0, 1, "zero"}};
        put_in_order(records, random);
        ++first[records[0].target];
        REQUIRE(records[3].target == "last");
    }
    CHECK(first["last"] == 0);
    CHECK(first["heavy"] > 7200);
    CHECK(first["heavy"] < 7700);
    CHECK(first["light"] > 2200);
    CHECK(first["zero"] > 20);  // hardly ever, but not never
    CHECK(first["zero"] < 250);

    SECTION("and a seed draws the same again")
    {
        const auto draw = [](std::uint32_t seed) {
            std::mt19937 generator(seed);
            std::vector<DnsRecords::Srv> records;
            for (std::uint16_t i = 0; i < 20; ++i) records.push_back({1, 10, i, "t"});
            put_in_order(records, generator);
            std::vector<std::uint16_t> ports;
            for (const auto& record : records) ports.push_back(record.port);
            return ports;
        };
        CHECK(draw(3) == draw(3));
        CHECK(draw(3) != draw(4));
    }
}
