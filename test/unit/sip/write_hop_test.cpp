#include <catch2/catch.hpp>

#include "core/sip/check.h"
#include "core/sip/write.h"
#include "test/unit/sip/sample.h"

using namespace junctor;
using namespace junctor::sip;
using sample::parsed;
using sample::with;

namespace
{

// As it went out from us: our Via on top, the phone's below, a route.
std::shared_ptr<Message> sent()
{
    return parsed(with(sample::invite(), "Via:",
                       "Via: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bK-ours, SIP/2.0/UDP other.test\r\n"
                       "Route: <sip:p1.test;lr>\r\nRoute: <sip:p2.test;lr>\r\nVia:"));
}

}  // namespace

TEST_CASE(
    "the ACK to a failure is made of the INVITE that was sent and the To of the answer (RFC 3261 §17.1.1.3)",
    "[sip][write]")
{
    const auto busy = parsed(with(sample::ringing(), "180 Ringing", "486 Busy Here"));
    const std::string ack = write_ack(*sent(), *busy);
    CHECK(ack ==
          "ACK sip:bob@example.test SIP/2.0\r\n"
          "Via: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bK-ours\r\n"
          "Route: <sip:p1.test;lr>\r\n"
          "Route: <sip:p2.test;lr>\r\n"
          "Max-Forwards: 70\r\n"
          "From: \"Alice\" <sip:alice@example.test>;tag=1928301774\r\n"
          "To: Bob <sip:bob@example.test>;tag=a6c85cf\r\n"
          "Call-ID: a84b4c76e66710@192.0.2.7\r\n"
          "CSeq: 314159 ACK\r\n"
          "Content-Length: 0\r\n\r\n");
    CHECK(check_message(*parsed(ack)));
}

TEST_CASE("a CANCEL is made of the request that was sent (RFC 3261 §9.1)", "[sip][write]")
{
    const std::string cancel = write_cancel(*sent(), "Reason: SIP;cause=200\r\n");
    CHECK(cancel ==
          "CANCEL sip:bob@example.test SIP/2.0\r\n"
          "Via: SIP/2.0/UDP 203.0.113.1;branch=z9hG4bK-ours\r\n"
          "Route: <sip:p1.test;lr>\r\n"
          "Route: <sip:p2.test;lr>\r\n"
          "Max-Forwards: 70\r\n"
          "From: \"Alice\" <sip:alice@example.test>;tag=1928301774\r\n"
          "To: Bob <sip:bob@example.test>\r\n"
          "Call-ID: a84b4c76e66710@192.0.2.7\r\n"
          "CSeq: 314159 CANCEL\r\n"
          "Reason: SIP;cause=200\r\n"
          "Content-Length: 0\r\n\r\n");
    CHECK(check_message(*parsed(cancel)));
}
