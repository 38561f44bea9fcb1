#include "core/transport/blacklist.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::transport;
using namespace std::chrono_literals;

namespace
{

Destination to(std::string_view remote, Protocol protocol = Protocol::Udp)
{
    Destination destination;
    destination.protocol = protocol;
    destination.remote = *Endpoint::parse(remote);
    return destination;
}

BlacklistRule rule(Protocol protocol, std::string_view network, unsigned bits, std::uint16_t port,
                   std::string text = {})
{
    return {false, protocol, *IpAddress::parse(network), bits, port, std::move(text)};
}

const std::string message = "INVITE sip:900123@example.test SIP/2.0\r\nVia: x\r\n\r\n";

}  // namespace

TEST_CASE("a destination that failed is forbidden to every message for 240 seconds", "[transport]")
{
    VirtualClock clock;
    Blacklists lists(clock, true);
    CHECK_FALSE(lists.forbids(to("192.0.2.1:5060"), message, {}));
    lists.add_failed(to("192.0.2.1:5060"));
    CHECK(lists.forbids(to("192.0.2.1:5060"), message, {}));
    CHECK_FALSE(lists.forbids(to("192.0.2.1:5061"), message, {}));
    CHECK_FALSE(lists.forbids(to("192.0.2.1:5060", Protocol::Tcp), message, {}));
    clock.advance(239s);
    CHECK(lists.forbids(to("192.0.2.1:5060"), message, {}));

    SECTION("and free again afterwards")
    {
        clock.advance(1s);
        CHECK_FALSE(lists.forbids(to("192.0.2.1:5060"), message, {}));
        CHECK(lists.list().front().entries.empty());
    }
    SECTION("failing again prolongs it")
    {
        lists.add_failed(to("192.0.2.1:5060"));
        clock.advance(239s);
        CHECK(lists.forbids(to("192.0.2.1:5060"), message, {}));
    }
    SECTION("the listing has what is left")
    {
        const auto listing = lists.list();
        REQUIRE(listing.size() == 1);
        CHECK(listing[0].name == "dns");
        CHECK(listing[0].owner == 17);
        CHECK(listing[0].flags == 6);
        REQUIRE(listing[0].entries.size() == 1);
        CHECK(listing[0].entries[0].seconds_left == 1);
        CHECK(listing[0].entries[0].rule == rule(Protocol::Udp, "192.0.2.1", 32, 5060));
    }
    SECTION("not if the list is switched off")
    {
        Blacklists off(clock, false);
        off.add_failed(to("192.0.2.1:5060"));
        CHECK_FALSE(off.forbids(to("192.0.2.1:5060"), message, {}));
        CHECK(off.list().empty());
    }
}

TEST_CASE("the list of failed destinations does not grow without end", "[transport]")
{
    VirtualClock clock;
    Blacklists lists(clock, true);
    for (unsigned i = 0; i < 5000; ++i) {
        Destination failed;
        failed.remote = {IpAddress::v4(i), 5060};
        lists.add_failed(failed);
    }
    CHECK(lists.list().front().entries.size() == Blacklists::most_failed);
    clock.advance(240s);
    lists.add_failed(to("192.0.2.1:5060"));
    CHECK(lists.list().front().entries.size() == 1);
}

TEST_CASE("a static list counts for the messages that selected it", "[transport]")
{
    VirtualClock clock;
    Blacklists lists(clock, true);
    REQUIRE(lists.add(
        "gateways", {rule(Protocol::Udp, "192.0.2.0", 24, 5070), rule(Protocol::Any, "2001:db8::", 32, 0)}));
    REQUIRE(lists.add("inner", {{true, Protocol::Any, *IpAddress::parse("10.0.0.0"), 8, 0, {}}}));
    const std::vector<std::string> gateways{"gateways"}, inner{"inner"}, both{"inner", "gateways"},
        none{"unknown"};

    CHECK(lists.forbids(to("192.0.2.9:5070"), message, gateways));
    CHECK_FALSE(lists.forbids(to("192.0.2.9:5070"), message, {}));
    CHECK_FALSE(lists.forbids(to("192.0.2.9:5070"), message, none));
    CHECK_FALSE(lists.forbids(to("192.0.2.9:5071"), message, gateways));
    CHECK_FALSE(lists.forbids(to("192.0.3.9:5070"), message, gateways));
    CHECK_FALSE(lists.forbids(to("192.0.2.9:5070", Protocol::Tcp), message, gateways));
    CHECK(lists.forbids(to("[2001:db8::7]:1", Protocol::Tcp), message, gateways));

    CHECK_FALSE(lists.forbids(to("10.1.2.3:5060"), message, inner));  // "!": all but these
    CHECK(lists.forbids(to("11.1.2.3:5060"), message, inner));
    CHECK(lists.forbids(to("192.0.2.9:5070"), message, both));

    const auto listing = lists.list();
    REQUIRE(listing.size() == 3);
    CHECK(listing[0].name == "gateways");
    CHECK(listing[0].owner == 13);
    CHECK(listing[0].flags == 1);
    CHECK(listing[0].entries.size() == 2);
    CHECK(listing[2].name == "dns");
}

TEST_CASE("a rule's text is a shell pattern over the whole message", "[transport]")
{
    VirtualClock clock;
    const auto matches = [&](const std::string& pattern) {
        Blacklists lists(clock, true);
        REQUIRE(lists.add("l", {rule(Protocol::Any, "192.0.2.1", 32, 0, pattern)}));
        return lists.forbids(to("192.0.2.1:5060"), message, std::vector<std::string>{"l"});
    };
    CHECK(matches("INVITE sip:900*"));
    CHECK(matches("*sip:900???@*"));
    CHECK(matches("*[aA]: x*"));
    CHECK(matches("*sip:[0-9]*"));
    CHECK_FALSE(matches("*sip:[!0-9]*"));
    CHECK_FALSE(matches("INVITE"));     // the whole, not a part
    CHECK_FALSE(matches("*sip.900*"));  // a dot is a dot
    CHECK(matches("*SIP/2\\.0*"));      // a backslash takes the next as it is
    CHECK_FALSE(matches("*\\?*"));
    CHECK_FALSE(matches("*[z*"));  // a bracket that nothing closes is a bracket
}

TEST_CASE("a name or a rule given twice, and too many lists, are refused", "[transport]")
{
    VirtualClock clock;
    Blacklists lists(clock, true);
    const auto any = rule(Protocol::Any, "192.0.2.1", 32, 0);
    REQUIRE(lists.add("one", {any}));
    CHECK(lists.has("one"));
    CHECK(lists.has("dns"));
    CHECK_FALSE(lists.has("two"));
    CHECK(lists.add("one", {any}).error().text == "dst_blacklist: the list one exists already");
    CHECK_FALSE(lists.add("dns", {any}));
    CHECK(lists.add("two", {any, any}).error().text == "dst_blacklist: the list two has the same rule twice");
    CHECK_FALSE(lists.has("two"));
    for (std::size_t i = 2; i < Blacklists::most_lists; ++i)
        REQUIRE(lists.add("list" + std::to_string(i), {any}));
    CHECK_FALSE(lists.add("more", {any}));
}
