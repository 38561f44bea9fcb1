#include <catch2/catch.hpp>

#include "core/sip/write.h"
#include "test/unit/sip/sample.h"

using namespace junctor;
using namespace junctor::sip;
using sample::parsed;
using sample::with;

namespace
{

Reply answer(int status, std::string_view reason)
{
    Reply reply;
    reply.status = status;
    reply.reason = reason;
    reply.to_tag = "ours";
    reply.source = *Endpoint::parse("192.0.2.7:5070");
    return reply;
}

}  // namespace

TEST_CASE("a reply repeats Via, From, To, Call-ID and CSeq in the request's order (RFC 3261 §8.2.6)",
          "[sip][write]")
{
    const auto invite =
        parsed(with(sample::invite(), "Max-Forwards",
                    "v : SIP/2.0/TCP far.test,\r\n SIP/2.0/UDP farther.test\r\nMax-Forwards"));
    CHECK(write_reply(*invite, answer(404, "Not Found")) ==
          "SIP/2.0 404 Not Found\r\n"
          "Via: SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK776asdhds\r\n"
          "v : SIP/2.0/TCP far.test,\r\n SIP/2.0/UDP farther.test\r\n"
          "From: \"Alice\" <sip:alice@example.test>;tag=1928301774\r\n"
          "To: Bob <sip:bob@example.test>;tag=ours\r\n"
          "Call-ID: a84b4c76e66710@192.0.2.7\r\n"
          "CSeq: 314159 INVITE\r\n"
          "Content-Length: 0\r\n\r\n");
}

TEST_CASE("what the script adds follows in OpenSER's order", "[sip][write]")
{
    Reply reply = answer(200, "OK");
    reply.headers = "Contact: <sip:a@b>\r\nContent-Type: text/plain\r\n";
    reply.server_line = "Server: Junctor";
    reply.warning_line = "Warning: 392 192.0.2.1 \"x\"";
    reply.body = "hello";
    CHECK(write_reply(*parsed(sample::invite()), reply)
              .ends_with("CSeq: 314159 INVITE\r\nContact: <sip:a@b>\r\nContent-Type: text/plain\r\nServer: "
                         "Junctor\r\nContent-Length: 5\r\n"
                         "Warning: 392 192.0.2.1 \"x\"\r\n\r\nhello"));
}

TEST_CASE("a To tag is added from 180 on, and never a second one", "[sip][write]")
{
    const auto to = [](const std::string& request, int status) {
        return std::string(parsed(write_reply(*parsed(request), answer(status, "x")))->to()->whole);
    };
    CHECK(to(sample::invite(), 100) == "Bob <sip:bob@example.test>");
    CHECK(to(sample::invite(), 179) == "Bob <sip:bob@example.test>");
    CHECK(to(sample::invite(), 180) == "Bob <sip:bob@example.test>;tag=ours");
    CHECK(to(sample::invite(), 699) == "Bob <sip:bob@example.test>;tag=ours");
    CHECK(to(with(sample::invite(), "bob@example.test>\r\n", "bob@example.test>;tag=theirs\r\n"), 200) ==
          "Bob <sip:bob@example.test>;tag=theirs");
    CHECK(to(with(sample::invite(), "Bob <sip:bob@example.test>\r\n", "sip:bob@example.test \r\n"), 200) ==
          "sip:bob@example.test;tag=ours");
    // Even the answer that complains about an empty To is well-formed.
    CHECK(write_reply(*parsed(with(sample::invite(), " Bob <sip:bob@example.test>\r\n", " \r\n \r\n")),
                      answer(400, "x"))
              .find("To: \r\n ;tag=ours\r\n") != std::string::npos);
}

TEST_CASE("Record-Route is for replies that make a dialog, Timestamp for a 100", "[sip][write]")
{
    const auto invite = parsed(
        with(sample::invite(), "Max-Forwards",
             "Record-Route: <sip:p1;lr>\r\nRecord-Route: <sip:p2;lr>\r\nTimestamp: 54\r\nMax-Forwards"));
    const auto reply = [&](int status) { return parsed(write_reply(*invite, answer(status, "x"))); };
    CHECK(reply(100)->count(HeaderType::RecordRoute) == 0);
    CHECK(reply(100)->count(HeaderType::Timestamp) == 1);
    CHECK(reply(180)->count(HeaderType::RecordRoute) == 2);
    CHECK(reply(180)->count(HeaderType::Timestamp) == 0);
    CHECK(reply(299)->count(HeaderType::RecordRoute) == 2);
    CHECK(reply(300)->count(HeaderType::RecordRoute) == 0);
}

TEST_CASE("the top Via of a reply says where the request came from", "[sip][write]")
{
    Reply reply = answer(200, "OK");
    reply.source = *Endpoint::parse("198.51.100.9:1024");
    const auto two =
        parsed(with(sample::invite(), "776asdhds", "776asdhds;rport, SIP/2.0/UDP far.test;rport"));
    const std::string out = write_reply(*two, reply);
    CHECK(
        out.find("Via: SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK776asdhds;rport=1024;received=198.51.100.9, "
                 "SIP/2.0/UDP far.test;rport\r\n") != std::string::npos);
    reply.force_rport = true;
    CHECK(write_reply(*parsed(sample::invite()), reply).find(";received=198.51.100.9;rport=1024\r\n") !=
          std::string::npos);
}

TEST_CASE(
    "a reply goes to the source address, and to the port that the Via or rport names (§18.2.2, RFC 3581 §4)",
    "[sip][write]")
{
    const Endpoint source = *Endpoint::parse("198.51.100.9:1024");
    const auto invite = parsed(sample::invite());
    CHECK(reply_destination(*invite, source, false).text() == "198.51.100.9:5070");
    CHECK(reply_destination(*invite, source, true).text() == "198.51.100.9:1024");
    CHECK(reply_destination(*parsed(with(sample::invite(), ";branch", ";rport;branch")), source, false) ==
          source);
    CHECK(reply_destination(*parsed(with(sample::invite(), ":5070;branch", ";branch")), source, false).port ==
          5060);
}

TEST_CASE("every status that RFC 3261 names has its phrase", "[sip][write]")
{
    CHECK(reason_phrase(200) == "OK");
    CHECK(reason_phrase(487) == "Request Terminated");
    CHECK(reason_phrase(606) == "Not Acceptable");
    CHECK(reason_phrase(299) == "Unknown");
}
