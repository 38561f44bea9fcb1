#include "modules/rr/loose_route.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::rr;

namespace
{

class Ours final : public script::LocalNames
{
public:
    bool is_myself(std::string_view host, std::uint16_t port, Protocol) const override
    {
        return host == "proxy" && (port == 5060 || port == 5070);
    }
};

// decide() with texts that outlive it.
struct Case {
    std::string request_uri = "sip:bob@192.0.2.9";
    std::string route;
    bool in_dialog = true;
    bool twice = true;

    sip::Uri uri{};
    std::vector<sip::NameAddr> values{};
    Decision decision{};

    Case& run()
    {
        const Ours ours;
        uri = sip::Uri::parse(request_uri).value();
        values = sip::parse_name_addr_list(route).value();
        decision = decide(uri, values, in_dialog, twice, ours);
        return *this;
    }
};

Decision decide_on(Case& c)
{
    return c.run().decision;
}

}  // namespace

TEST_CASE("After a loose router our own Route value goes away", "[rr]")
{
    Case c{.route = "<sip:proxy;lr;ftag=a1;nat=yes>"};

    SECTION("and the Request-URI says where an in-dialog request goes")
    {
        const Decision d = decide_on(c);
        CHECK(d.routed);
        CHECK(d.taken == 1);
        CHECK(d.was_ours);
        CHECK(d.params == ";lr;ftag=a1;nat=yes");
        CHECK(d.destination.empty());
        CHECK(d.request_uri.empty());
    }
    SECTION("but a preloaded Route that is used up leaves the request to the script")
    {
        c.in_dialog = false;
        const Decision d = decide_on(c);
        CHECK_FALSE(d.routed);
        CHECK(d.taken == 1);
        CHECK(d.was_ours);
    }
    SECTION("and the next Route is the next hop, and stays")
    {
        c.route = "<sip:proxy;lr>, <sip:next.example.test:5080;lr>, <sip:last;lr>";
        c.in_dialog = false;
        const Decision d = decide_on(c);
        CHECK(d.routed);
        CHECK(d.taken == 1);
        CHECK(d.destination == "sip:next.example.test:5080;lr");
        CHECK_FALSE(d.last_taken);
    }
}

TEST_CASE("A first Route that is not ours is the next hop", "[rr]")
{
    Case c{.route = "<sip:other;LR=on>"};
    const Decision d = decide_on(c);
    CHECK(d.routed);
    CHECK(d.taken == 0);
    CHECK_FALSE(d.was_ours);
    CHECK(d.params.empty());
    CHECK(d.destination == "sip:other;LR=on");
}

TEST_CASE("A strict next hop gets itself as Request-URI and the Request-URI as last Route", "[rr]")
{
    Case c{.route = "<sip:proxy;lr>, <sip:strict.example.test>, <sip:far;lr>"};
    const Decision d = decide_on(c);
    CHECK(d.routed);
    CHECK(d.uri_to_route_end);
    CHECK(d.request_uri == "sip:strict.example.test");
    CHECK(d.taken == 2);
    CHECK(d.destination.empty());
}

TEST_CASE("After a strict router the last Route value becomes the Request-URI again", "[rr]")
{
    Case c{.request_uri = "sip:proxy;lr;ftag=a1", .route = "<sip:next;lr>, <sip:bob@192.0.2.9>"};

    SECTION("with a loose next hop")
    {
        const Decision d = decide_on(c);
        CHECK(d.routed);
        CHECK(d.was_ours);
        CHECK(d.params == ";lr;ftag=a1");
        CHECK(d.destination == "sip:next;lr");
        CHECK(d.request_uri == "sip:bob@192.0.2.9");
        CHECK(d.taken == 0);
        CHECK(d.last_taken);
    }
    SECTION("while a strict next hop takes its place itself")
    {
        c.route = "<sip:bob@192.0.2.9>";
        const Decision d = decide_on(c);
        CHECK(d.routed);
        CHECK(d.request_uri == "sip:bob@192.0.2.9");
        CHECK(d.taken == 1);
        CHECK_FALSE(d.last_taken);
        CHECK(d.destination.empty());
    }
    SECTION("and without a To tag our name in the Request-URI is no sign of a strict router")
    {
        c.in_dialog = false;
        const Decision d = decide_on(c);
        CHECK(d.destination == "sip:next;lr");
        CHECK(d.request_uri.empty());
        CHECK_FALSE(d.last_taken);
    }
}

TEST_CASE("A double Record-Route is taken off whole and names the socket to leave through", "[rr]")
{
    Case c{.route = "<sip:proxy;r2=on;lr;ftag=a1>, <sip:proxy:5070;transport=tcp;r2=on;lr>, <sip:next;lr>"};

    SECTION("with a further hop")
    {
        const Decision d = decide_on(c);
        CHECK(d.routed);
        CHECK(d.taken == 2);
        REQUIRE(d.send_from != nullptr);
        CHECK(d.send_from->port == 5070);
        CHECK(d.destination == "sip:next;lr");
        CHECK(d.params == ";r2=on;lr;ftag=a1");
    }
    SECTION("as the end of the list")
    {
        c.route = "<sip:proxy;r2=on;lr>, <sip:proxy:5070;r2=on;lr>";
        const Decision d = decide_on(c);
        CHECK(d.routed);
        CHECK(d.taken == 2);
        CHECK(d.send_from != nullptr);
        c.in_dialog = false;
        CHECK_FALSE(decide_on(c).routed);
    }
    SECTION("even if its other half is missing")
    {
        c.route = "<sip:proxy;r2=on;lr>";
        const Decision d = decide_on(c);
        CHECK(d.routed);
        CHECK(d.taken == 1);
        CHECK(d.send_from == nullptr);
    }
    SECTION("unless double record-routing is off")
    {
        c.twice = false;
        const Decision d = decide_on(c);
        CHECK(d.taken == 1);
        CHECK(d.send_from == nullptr);
        CHECK(d.destination == "sip:proxy:5070;transport=tcp;r2=on;lr");
    }
    SECTION("also behind a strict router, whose Request-URI was the first half")
    {
        c.request_uri = "sip:proxy;r2=on;lr";
        c.route = "<sip:proxy:5070;r2=on;lr>, <sip:bob@192.0.2.9>";
        const Decision d = decide_on(c);
        CHECK(d.routed);
        CHECK(d.taken == 2);
        CHECK(d.send_from != nullptr);
        CHECK_FALSE(d.last_taken);
        CHECK(d.request_uri == "sip:bob@192.0.2.9");
        CHECK(d.destination.empty());

        c.route = "<sip:proxy:5070;r2=on;lr>";
        CHECK_FALSE(decide_on(c).routed);
    }
}

TEST_CASE("maddr is where the next hop is reached", "[rr]")
{
    Case c{.route = "<sip:user@next:5080;maddr=192.0.2.77;lr>"};
    CHECK(decide_on(c).destination == "sip:192.0.2.77:5080");
    c.route = "<sip:next;maddr=192.0.2.77>";
    const Decision d = decide_on(c);
    CHECK(d.request_uri == "sip:next;maddr=192.0.2.77");
    CHECK(d.destination == "sip:192.0.2.77");
}
