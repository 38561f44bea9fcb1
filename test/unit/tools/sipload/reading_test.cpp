#include "tools/sipload/reading.h"

#include <catch2/catch.hpp>

#include "tools/sipload/identity.h"

using namespace junctor::load;

namespace
{

const std::string request =
    "INVITE sip:u2@192.0.2.9:40000 SIP/2.0\r\n"
    "Record-Route: <sip:192.0.2.1;lr>\r\n"
    "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKproxy\r\n"
    "v: SIP/2.0/UDP 192.0.2.9:40000;branch=z9hG4bKsl0000002a000001131\r\n"
    "From: <sip:u1@example.test>;tag=a\r\n"
    "to: <sip:u2@example.test>\r\n"
    "i: call-1\r\n"
    "CSeq: 1 INVITE\r\n"
    "Contact: <sip:u1@192.0.2.9:40000>\r\n"
    "Content-Length: 4\r\n"
    "\r\n"
    "To: x";

}  // namespace

TEST_CASE("sipload recognizes its own messages by the identity in a Via", "[sipload]")
{
    const auto found = Identity::find(request);
    REQUIRE(found);
    CHECK(found->slot == 0x2a);
    CHECK(found->round == 0x113);
    CHECK(found->step == '1');
    const auto text = found->text();
    CHECK(std::string(text.data(), text.size()) == "0000002a00000113");

    CHECK_FALSE(Identity::find("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKproxy\r\n"));
    CHECK_FALSE(Identity::find("branch=z9hG4bKsl0000002a0000"));                // cut off
    CHECK_FALSE(Identity::find("branch=z9hG4bKsl0000002a0000011x1 ........"));  // not ours
}

TEST_CASE("sipload tells requests and responses apart", "[sipload]")
{
    CHECK(is_request(request));
    CHECK(method_of(request) == "INVITE");
    CHECK_FALSE(is_request("SIP/2.0 180 Ringing\r\n"));
    CHECK(status_of("SIP/2.0 180 Ringing\r\n") == 180);
    CHECK(status_of("SIP/2.0 x") == 0);
    CHECK(status_of("SIP") == 0);
}

TEST_CASE("sipload finds headers by their long and compact names", "[sipload]")
{
    CHECK(header_value(request, "To", 't') == "<sip:u2@example.test>");
    CHECK(header_value(request, "Call-ID", 'i') == "call-1");
    CHECK(header_value(request, "Subject", 's').empty());
    CHECK(uri_in(header_value(request, "Contact", 'm')) == "sip:u1@192.0.2.9:40000");
    CHECK(uri_in("sip:u1@192.0.2.9;expires=5") == "sip:u1@192.0.2.9");
}

TEST_CASE("the callee's answer repeats what RFC 3261 §8.2.6.2 names, and its tag goes into the To",
          "[sipload]")
{
    std::string answer;
    append_answer(answer, request, "SIP/2.0 200 OK\r\n", "callee", "Contact: <sip:callee@192.0.2.9>\r\n");
    CHECK(answer ==
          "SIP/2.0 200 OK\r\n"
          "Record-Route: <sip:192.0.2.1;lr>\r\n"
          "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKproxy\r\n"
          "v: SIP/2.0/UDP 192.0.2.9:40000;branch=z9hG4bKsl0000002a000001131\r\n"
          "From: <sip:u1@example.test>;tag=a\r\n"
          "to: <sip:u2@example.test>;tag=callee\r\n"
          "i: call-1\r\n"
          "CSeq: 1 INVITE\r\n"
          "Contact: <sip:callee@192.0.2.9>\r\n"
          "Content-Length: 0\r\n"
          "\r\n");
}
