// Messages that several tests of core/sip take as their starting point.
#pragma once

#include <memory>
#include <string>

#include "core/sip/message.h"

namespace junctor::sip::sample
{

inline const std::string sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n";

inline std::string invite()
{
    return "INVITE sip:bob@example.test SIP/2.0\r\n"
           "Via: SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK776asdhds\r\n"
           "Max-Forwards: 70\r\n"
           "From: \"Alice\" <sip:alice@example.test>;tag=1928301774\r\n"
           "To: Bob <sip:bob@example.test>\r\n"
           "Call-ID: a84b4c76e66710@192.0.2.7\r\n"
           "CSeq: 314159 INVITE\r\n"
           "Contact: <sip:alice@192.0.2.7:5070>\r\n"
           "X-Strange:   kept  as\tit is \r\n"
           "Content-Type: application/sdp\r\n"
           "Content-Length: " +
           std::to_string(sdp.size()) + "\r\n\r\n" + sdp;
}

inline std::string ringing()
{
    return "SIP/2.0 180 Ringing\r\n"
           "Via: SIP/2.0/UDP proxy.example.test;branch=z9hG4bK-ours\r\n"
           "Via: SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK776asdhds\r\n"
           "From: \"Alice\" <sip:alice@example.test>;tag=1928301774\r\n"
           "To: Bob <sip:bob@example.test>;tag=a6c85cf\r\n"
           "Call-ID: a84b4c76e66710@192.0.2.7\r\n"
           "CSeq: 314159 INVITE\r\n"
           "Contact: <sip:bob@192.0.2.8>\r\n"
           "Content-Length: 0\r\n\r\n";
}

// `text` with the first `what` turned into `by`.
inline std::string with(std::string text, std::string_view what, std::string_view by)
{
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}

inline std::shared_ptr<Message> parsed(std::string bytes)
{
    auto message = Message::parse(std::move(bytes));
    INFO((message ? std::string() : message.error().text));
    REQUIRE(message.has_value());
    return *message;
}

}  // namespace junctor::sip::sample
