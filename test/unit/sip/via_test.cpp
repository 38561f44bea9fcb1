#include "core/sip/via.h"

#include <catch2/catch.hpp>

using namespace junctor;
using namespace junctor::sip;

namespace
{

Via via(std::string_view text)
{
    auto parsed = Via::parse(text);
    INFO(text);
    REQUIRE(parsed);
    return *parsed;
}

}  // namespace

TEST_CASE("a Via is taken apart (RFC 3261 §20.42)", "[sip][via]")
{
    const Via one = via(" SIP/2.0/UDP phone.test:5070;rport=5071;branch=z9hG4bKx;received=192.0.2.1;ttl=4 ");
    CHECK(one.transport == "UDP");
    CHECK(one.host == "phone.test");
    CHECK(one.port == 5070);
    CHECK(one.sent_by() == "phone.test:5070");
    CHECK(one.branch == "z9hG4bKx");
    CHECK(one.has_cookie());
    CHECK(one.received == "192.0.2.1");
    CHECK(one.has_rport);
    CHECK(one.rport == "5071");
    CHECK(one.rport_param == "rport=5071");
    CHECK(one.received_param == "received=192.0.2.1");
    CHECK(one.param("ttl")->value == "4");

    const Via least = via("SIP/2.0/TCP h");
    CHECK(least.sent_by() == "h");
    CHECK(least.branch.empty());
    CHECK_FALSE(least.has_cookie());
    CHECK_FALSE(least.has_rport);
    CHECK(least.port_or_default() == 5060);
    CHECK(via("SIP/2.0/TLS h").port_or_default() == 5061);
    CHECK(via("SIP/2.0/UDP h;rport").has_rport);
    CHECK(via("SIP/2.0/UDP h;rport").rport.empty());
    CHECK_FALSE(via("SIP/2.0/UDP h;branch=z9hG4bK").has_cookie());  // nothing after it (RFC 4475 §3.2.1)
}

TEST_CASE("white space and folding inside a Via", "[sip][via]")
{
    const Via odd = via("sip  /    2.0\r\n /UDP\r\n  [2001:db8::1] : 5062  ; branch =\r\n z9hG4bK30239 ; x");
    CHECK(odd.transport == "UDP");
    CHECK(odd.host == "[2001:db8::1]");
    CHECK(odd.port == 5062);
    CHECK(odd.sent_by() == "[2001:db8::1] : 5062");
    CHECK(odd.branch == "z9hG4bK30239");
}

TEST_CASE("a malformed Via is refused", "[sip][via]")
{
    const auto* bad =
        GENERATE("", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/2.0 h", "SIP/3.0/UDP h", "HTTP/2.0/UDP h",
                 "SIP/2.0/ h", "SIP/2.0/UDPh", "SIP/2.0/UDP ;branch=x", "SIP/2.0/UDP h:", "SIP/2.0/UDP h:0",
                 "SIP/2.0/UDP h:65536", "SIP/2.0/UDP h:x", "SIP/2.0/UDP a b", "SIP/2.0/UDP h;",
                 "SIP/2.0/UDP h;;branch=x", "SIP/2.0/UDP h;branch=", "SIP/2.0/UDP 192.0.2.256",
                 "SIP/2.0/UDP [::1", "SIP/2.0/UDP 2001:db8::1", "SIP/2.0/UDP h,", "SIP/2.0/UDP h;x=\"y");
    CAPTURE(bad);
    const auto parsed = Via::parse(bad);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().status == 400);
    CHECK(parsed.error().text.starts_with("Via: "));
}
