#include "modules/rr/rr.h"

#include <catch2/catch.hpp>

#include "test/unit/support/module_under_test.h"

namespace junctor::rr
{
class Rr;
}

using namespace junctor;
using namespace junctor::test;

namespace
{

constexpr std::string_view in_dialog =
    "BYE sip:bob@198.51.100.7 SIP/2.0\n"
    "Via: SIP/2.0/UDP 198.51.100.7:5062;branch=z9hG4bK1\n"
    "From: <sip:alice@example.test>;tag=a1\n"
    "To: <sip:bob@example.test>;tag=b1\n"
    "Call-ID: c1\n"
    "CSeq: 2 BYE\n";

struct Fixture {
    TestEnvironment env;
    ModuleUnderTest<rr::Rr> rr{env};

    std::unique_ptr<script::Message> bye(std::string_view headers)
    {
        return env.receive(std::string(in_dialog) + std::string(headers) + "\n");
    }
    rr::RecordRouting& api() { return dynamic_cast<rr::RecordRouting&>(rr.module()); }
};

bool has(std::string_view text, std::string_view part)
{
    return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "record_route() writes its header above all others", "[rr]")
{
    auto invite = env.request();
    CHECK(rr.call(*invite, "record_route") == 1);
    const std::string sent = env.edited(*invite);
    CHECK(has(sent, "SIP/2.0\r\nRecord-Route: <sip:192.0.2.1;lr;ftag=88sja8x>\r\nVia:"));

    SECTION("once")
    {
        CHECK(rr.call(*invite, "record_route") == -1);
        CHECK(rr.call(*invite, "record_route_preset", {"edge"}) == -1);
        CHECK(env.edited(*invite) == sent);
    }
    SECTION("and takes parameters, before and after")
    {
        auto other = env.request();
        CHECK(rr.call(*other, "add_rr_param", {";before=1"}) == 1);
        CHECK(rr.call(*other, "record_route", {";own=$rU"}) == 1);
        CHECK(rr.call(*other, "add_rr_param", {";after=2"}) == 1);
        CHECK(has(env.edited(*other), "<sip:192.0.2.1;lr;ftag=88sja8x;own=bob;before=1;after=2>"));
    }
}

TEST_CASE_METHOD(Fixture, "add_rr_param() holds 512 bytes", "[rr]")
{
    auto invite = env.request();
    CHECK(rr.call(*invite, "add_rr_param", {";x=" + std::string(509, 'y')}) == 1);
    CHECK(rr.call(*invite, "add_rr_param", {";"}) == -1);
}

TEST_CASE_METHOD(Fixture, "rr's parameters shape the header", "[rr]")
{
    rr.set("enable_full_lr", 1);
    rr.set("append_fromtag", 0);
    rr.set("add_username", 1);
    auto invite = env.request("sip:bob@example.test");
    invite->set_uri("sip:elsewhere@example.test");
    rr.call(*invite, "record_route");
    CHECK(has(env.edited(*invite), "<sip:bob@192.0.2.1;lr=on>"));

    SECTION("is_direction() cannot be used without ftag, and says so at load")
    {
        CHECK(has(rr.refusal("is_direction", {"upstream"}), "append_fromtag"));
    }
}

TEST_CASE_METHOD(Fixture, "record_route_preset() takes a text and no further parameters", "[rr]")
{
    auto invite = env.request();
    CHECK(rr.call(*invite, "record_route_preset", {"edge.test:5080;user=$rU"}) == 1);
    CHECK(rr.call(*invite, "add_rr_param", {";x=1"}) == -1);
    CHECK(has(env.edited(*invite), "Record-Route: <sip:edge.test:5080;user=bob;ftag=88sja8x;lr>\r\n"));
}

TEST_CASE_METHOD(Fixture, "loose_route() takes our Route off and keeps its parameters", "[rr]")
{
    auto bye_message = bye("Route: <sip:192.0.2.1;lr;ftag=a1;nat=yes>, <sip:next.test;lr>\n");
    CHECK(rr.call(*bye_message, "loose_route") == 1);
    CHECK(bye_message->target().destination_uri == "sip:next.test;lr");
    CHECK(has(env.edited(*bye_message), "\r\nRoute: <sip:next.test;lr>\r\n"));
    CHECK(api().routed_params(*bye_message) == ";lr;ftag=a1;nat=yes");

    SECTION("which check_route_param() searches, ignoring case")
    {
        CHECK(rr.call(*bye_message, "check_route_param", {"NAT=yes"}) == 1);
        CHECK(rr.call(*bye_message, "check_route_param", {"nat=no"}) == -1);
        CHECK(rr.call(*bye("Route: <sip:192.0.2.1;lr>\n"), "check_route_param", {"lr"}) == -1);
    }
    SECTION("and other modules read one by one")
    {
        CHECK(api().routed_param(*bye_message, "nat") == "yes");
        CHECK(api().routed_param(*bye_message, "lr") == "");
        CHECK_FALSE(api().routed_param(*bye_message, "na"));
    }
    SECTION("a second call changes nothing and answers the same")
    {
        const std::string sent = env.edited(*bye_message);
        CHECK(rr.call(*bye_message, "loose_route") == 1);
        CHECK(env.edited(*bye_message) == sent);
    }
}

TEST_CASE_METHOD(Fixture, "A Route that is used up disappears with its header lines", "[rr]")
{
    auto double_route =
        bye("Route: <sip:192.0.2.1;transport=tcp;r2=on;lr>\nRoute: <sip:192.0.2.1;r2=on;lr>\n");
    CHECK(rr.call(*double_route, "loose_route") == 1);
    CHECK_FALSE(has(env.edited(*double_route), "Route:"));
    REQUIRE(double_route->target().socket != nullptr);
    CHECK(double_route->target().socket->text() == "udp:192.0.2.1:5060");
    CHECK(double_route->target().destination_uri.empty());
}

TEST_CASE_METHOD(Fixture, "Strict routers are served", "[rr]")
{
    SECTION("as the next hop")
    {
        auto request = bye("Route: <sip:192.0.2.1;lr>, <sip:strict.test>\n");
        CHECK(rr.call(*request, "loose_route") == 1);
        CHECK(request->uri() == "sip:strict.test");
        CHECK(has(env.edited(*request), "Route: <sip:bob@198.51.100.7>\r\n"));
        CHECK_FALSE(has(env.edited(*request), "Route: <sip:192.0.2.1"));
    }
    SECTION("as the previous hop")
    {
        std::string text(in_dialog);
        text.replace(0, text.find(" SIP"), "BYE sip:192.0.2.1;lr;ftag=a1");
        auto request = env.receive(text + "Route: <sip:next.test;lr>, <sip:bob@198.51.100.7>\n\n");
        CHECK(rr.call(*request, "loose_route") == 1);
        CHECK(request->uri() == "sip:bob@198.51.100.7");
        CHECK(request->target().destination_uri == "sip:next.test;lr");
        CHECK(has(env.edited(*request), "\r\nRoute: <sip:next.test;lr>\r\n"));
        CHECK(api().routed_params(*request) == ";lr;ftag=a1");
    }
}

TEST_CASE_METHOD(Fixture, "Without a readable Route loose_route() is false", "[rr]")
{
    CHECK(rr.call(*bye(""), "loose_route") == -1);
    CHECK(rr.call(*bye("Route: <sip:192.0.2.1;lr\n"), "loose_route") == -1);
}

TEST_CASE_METHOD(Fixture, "ftag tells the direction of an in-dialog request", "[rr]")
{
    auto downstream = bye("Route: <sip:192.0.2.1;lr;ftag=a1>\n");
    rr.call(*downstream, "loose_route");
    CHECK(rr.call(*downstream, "is_direction", {"downstream"}) == 1);
    CHECK(rr.call(*downstream, "is_direction", {"upstream"}) == -1);

    auto upstream = bye("Route: <sip:192.0.2.1;lr;ftag=other>\n");
    rr.call(*upstream, "loose_route");
    CHECK(rr.call(*upstream, "is_direction", {"Upstream"}) == 1);
    CHECK(api().direction(*upstream) == rr::Direction::Upstream);

    auto unknown = bye("Route: <sip:192.0.2.1;lr>\n");
    rr.call(*unknown, "loose_route");
    CHECK(rr.call(*unknown, "is_direction", {"downstream"}) == 1);
    CHECK(has(rr.refusal("is_direction", {"sideways"}), "upstream"));
}

TEST_CASE_METHOD(Fixture, "Callbacks of loose_route() run newest first and may change the destination",
                 "[rr]")
{
    std::string order;
    api().on_loose_route(
        [&](script::Message&, std::string_view params) { order += "a" + std::string(params); });
    api().on_loose_route([&](script::Message& message, std::string_view) {
        order += "b";
        message.target().destination_uri = "sip:override.test";
    });
    auto request = bye("Route: <sip:192.0.2.1;lr>, <sip:next.test;lr>\n");
    rr.call(*request, "loose_route");
    CHECK(order == "ba;lr");
    CHECK(request->target().destination_uri == "sip:override.test");

    SECTION("but not for a Route that is not ours")
    {
        order.clear();
        rr.call(*bye("Route: <sip:next.test;lr>\n"), "loose_route");
        CHECK(order.empty());
    }
}
