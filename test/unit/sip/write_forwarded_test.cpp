#include <catch2/catch.hpp>

#include "core/sip/write.h"
#include "test/unit/sip/sample.h"

using namespace junctor;
using namespace junctor::sip;
using sample::parsed;
using sample::with;

namespace
{

const Endpoint phone = *Endpoint::parse("192.0.2.7:5070");

SendPath udp_path()
{
    SendPath path;
    path.received_on = path.sent_from = {Protocol::Udp, "203.0.113.1", 5060, false};
    return path;
}

SendPath tcp_path()
{
    SendPath path = udp_path();
    path.sent_from.protocol = Protocol::Tcp;
    return path;
}

ForwardedRequest to_bob(const Edits* edits = nullptr)
{
    ForwardedRequest how;
    how.uri = "sip:bob@192.0.2.8";
    how.edits = edits;
    how.branch = "z9hG4bK-ours";
    how.source = phone;
    return how;
}

const std::string our_via = "Via: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bK-ours\r\n";

// The forwarded INVITE where nothing but what a proxy must change has changed.
std::string expected_invite()
{
    const std::string invite =
        with(sample::invite(), "INVITE sip:bob@example.test", "INVITE sip:bob@192.0.2.8");
    return with(invite, "Via: SIP", our_via + "Via: SIP");
}

}  // namespace

TEST_CASE("a forwarded request keeps every byte that nobody touched", "[sip][write]")
{
    const auto invite = parsed(sample::invite());
    CHECK(write_forwarded_request(*invite, to_bob(), udp_path()) == expected_invite());

    SECTION("folded lines, odd spacing and compact names too")
    {
        const std::string folded = with(with(sample::invite(), "Call-ID:", "i  :"), "Max-Forwards: 70",
                                        "Subject:\r\n  one\r\n\ttwo \r\nMax-Forwards:\t70");
        const std::string expected = with(with(expected_invite(), "Call-ID:", "i  :"), "Max-Forwards: 70",
                                          "Subject:\r\n  one\r\n\ttwo \r\nMax-Forwards:\t70");
        CHECK(write_forwarded_request(*parsed(folded), to_bob(), udp_path()) == expected);
    }
}

TEST_CASE("our Via is written above the first one, wherever that stands", "[sip][write]")
{
    const auto invite = parsed(with(sample::invite(), "Via:", "Subject: first\r\nVia:"));
    const std::string out = write_forwarded_request(*invite, to_bob(), udp_path());
    CHECK(out.find("Subject: first\r\n" + our_via + "Via: SIP/2.0/UDP 192.0.2.7:5070") != std::string::npos);
}

TEST_CASE("the Via below ours says where the request came from (RFC 3261 §18.2.1, RFC 3581 §4)",
          "[sip][write]")
{
    const auto via_below = [](std::string bytes, Endpoint source, bool force = false) {
        ForwardedRequest how = to_bob();
        how.source = source;
        how.force_rport = force;
        const auto forwarded = parsed(write_forwarded_request(*parsed(std::move(bytes)), how, udp_path()));
        return std::string(forwarded->vias().at(1).whole);
    };
    const Endpoint nat = *Endpoint::parse("198.51.100.9:1024");
    const std::string plain = "SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK776asdhds";

    SECTION("the same address needs nothing")
    {
        CHECK(via_below(sample::invite(), phone) == plain);
    }
    SECTION("another address is noted as received")
    {
        CHECK(via_below(sample::invite(), nat) == plain + ";received=198.51.100.9");
    }
    SECTION("a host name gets received")
    {
        CHECK(via_below(with(sample::invite(), "UDP 192.0.2.7", "UDP phone.example.test"), phone) ==
              with(plain, "192.0.2.7", "phone.example.test") + ";received=192.0.2.7");
    }
    SECTION("rport is filled in where it stands, and received is added even if the address is the same")
    {
        CHECK(via_below(with(sample::invite(), ";branch", ";rport;branch"), phone) ==
              with(plain, ";branch", ";rport=5070;branch") + ";received=192.0.2.7");
    }
    SECTION("force_rport() adds it")
    {
        CHECK(via_below(sample::invite(), nat, true) == plain + ";received=198.51.100.9;rport=1024");
    }
    SECTION("what the sender claims about himself is replaced")
    {
        CHECK(via_below(with(sample::invite(), ";branch", ";rport=1;received=10.0.0.1;branch"), nat) ==
              with(plain, ";branch", ";rport=1024;received=198.51.100.9;branch"));
    }
    SECTION("IPv6 addresses are compared as addresses, and received has no brackets")
    {
        const std::string v6 = with(sample::invite(), "192.0.2.7:5070", "[2001:DB8:0::1]:5070");
        CHECK(via_below(v6, *Endpoint::parse("[2001:db8::1]:5070")) ==
              with(plain, "192.0.2.7", "[2001:DB8:0::1]"));
        CHECK(via_below(v6, *Endpoint::parse("[2001:db8::2]:5070")) ==
              with(plain, "192.0.2.7", "[2001:DB8:0::1]") + ";received=2001:db8::2");
    }
    SECTION("further Vias in the same line stay as they are")
    {
        const std::string two = with(sample::invite(), "776asdhds", "776asdhds , SIP/2.0/TCP far.test;rport");
        const auto forwarded = write_forwarded_request(
            *parsed(two),
            [&] {
                ForwardedRequest how = to_bob();
                how.source = nat;
                return how;
            }(),
            udp_path());
        CHECK(forwarded.find("Via: " + plain + ";received=198.51.100.9 , SIP/2.0/TCP far.test;rport\r\n") !=
              std::string::npos);
    }
}

TEST_CASE("a stored Path becomes the top of the route set", "[sip][write]")
{
    Edits edits;
    const auto invite = parsed(with(sample::invite(), "Via:", "Route: <sip:old.test;lr>\r\nVia:"));
    edits.prepend_header(*invite, std::string("Route: <sip:script.test;lr>\r\n"));
    ForwardedRequest how = to_bob(&edits);
    how.route = "<sip:edge.test;lr>";
    const auto forwarded = parsed(write_forwarded_request(*invite, how, udp_path()));
    const Header* route = forwarded->first(HeaderType::Route);
    REQUIRE(route != nullptr);
    CHECK(route->value == "<sip:edge.test;lr>");
    REQUIRE((route = forwarded->next(*route)) != nullptr);
    CHECK(route->value == "<sip:script.test;lr>");
    REQUIRE((route = forwarded->next(*route)) != nullptr);
    CHECK(route->value == "<sip:old.test;lr>");
}

TEST_CASE("Record-Route headers that modules prepend come above our Via", "[sip][write]")
{
    const auto invite = parsed(sample::invite());
    Edits edits;
    edits.prepend_header(*invite, [](const SendPath& path) {
        return "Record-Route: <sip:" + path.sent_from.host + ";lr>\r\n";
    });
    const std::string out = write_forwarded_request(*invite, to_bob(&edits), udp_path());
    CHECK(out.find("SIP/2.0\r\nRecord-Route: <sip:203.0.113.1;lr>\r\n" + our_via) != std::string::npos);
}

TEST_CASE("Content-Length follows the body", "[sip][write]")
{
    const auto invite = parsed(sample::invite());
    Edits edits;
    SECTION("a longer body")
    {
        edits.replace(invite->body_offset(), 3, "v=00000");
        const auto out = parsed(write_forwarded_request(*invite, to_bob(&edits), udp_path()));
        CHECK(out->content_length() == sample::sdp.size() + 4);
        CHECK(out->body() == with(sample::sdp, "v=0", "v=00000"));
    }
    SECTION("a body that was removed, with the header above the Via")
    {
        const auto odd =
            parsed("INVITE sip:b@example.test SIP/2.0\r\nl: 3\r\nVia: SIP/2.0/UDP 192.0.2.7:5070\r\n\r\nabc");
        edits.remove(odd->body_offset(), 3);
        CHECK(write_forwarded_request(*odd, to_bob(&edits), udp_path()) ==
              "INVITE sip:bob@192.0.2.8 SIP/2.0\r\nl: 0\r\n" + our_via +
                  "Via: SIP/2.0/UDP 192.0.2.7:5070\r\n\r\n");
    }
    SECTION("over a stream it is added if it is missing")
    {
        const auto bare =
            parsed("OPTIONS sip:b@example.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5070\r\n\r\n");
        CHECK(write_forwarded_request(*bare, to_bob(), tcp_path())
                  .ends_with("5070\r\nContent-Length: 0\r\n\r\n"));
        CHECK(write_forwarded_request(*bare, to_bob(), udp_path()).ends_with("5070\r\n\r\n"));
    }
    SECTION("over a stream it is added if the script removed it")
    {
        edits.remove_header(*invite, *invite->first(HeaderType::ContentLength));
        const auto out = parsed(write_forwarded_request(*invite, to_bob(&edits), tcp_path()));
        CHECK(out->count(HeaderType::ContentLength) == 1);
        CHECK(out->content_length() == sample::sdp.size());
    }
}

TEST_CASE("our Via names a port unless the reader would assume it", "[sip][write]")
{
    CHECK(via_value({Protocol::Udp, "a.test", 5060, false}, "b", "") == "SIP/2.0/UDP a.test;branch=b");
    CHECK(via_value({Protocol::Udp, "a.test", 5060, true}, "b", ";rport") ==
          "SIP/2.0/UDP a.test:5060;branch=b;rport");
    CHECK(via_value({Protocol::Tcp, "[::1]", 5062, false}, "b", "") == "SIP/2.0/TCP [::1]:5062;branch=b");
    CHECK(via_value({Protocol::Tls, "a.test", 5060, false}, "b", "") == "SIP/2.0/TLS a.test:5060;branch=b");
}

TEST_CASE("a forwarded response loses our Via and nothing else", "[sip][write]")
{
    const std::string below =
        with(sample::ringing(), "Via: SIP/2.0/UDP proxy.example.test;branch=z9hG4bK-ours\r\n", "");
    CHECK(write_forwarded_response(*parsed(sample::ringing()), nullptr) == below);

    SECTION("from a line that has several")
    {
        const std::string joined = with(sample::ringing(), "z9hG4bK-ours\r\nVia: ", "z9hG4bK-ours,\r\n ");
        CHECK(write_forwarded_response(*parsed(joined), nullptr) == below);
    }
    SECTION("nothing is left of one that was for us")
    {
        CHECK(write_forwarded_response(*parsed(below), nullptr).empty());
    }
    SECTION("edits are applied and the length follows")
    {
        const auto response = parsed(sample::ringing());
        Edits edits;
        edits.remove_header(*response, *response->first(HeaderType::Contact));
        edits.insert(response->body_offset(), "hello");
        const std::string expected = with(with(below, "Contact: <sip:bob@192.0.2.8>\r\n", ""),
                                          "Content-Length: 0", "Content-Length: 5") +
                                     "hello";
        CHECK(write_forwarded_response(*response, &edits) == expected);
    }
}
