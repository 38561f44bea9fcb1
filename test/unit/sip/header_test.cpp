#include "core/sip/header.h"

#include <catch2/catch.hpp>

#include "core/base/ascii.h"
#include "core/sip/cseq.h"
#include "core/sip/method.h"

using namespace junctor;
using namespace junctor::sip;

TEST_CASE("each header type is known by its long name in any case", "[sip][header]")
{
    for (int i = 1; i <= static_cast<int>(HeaderType::WwwAuthenticate); ++i) {
        const auto type = static_cast<HeaderType>(i);
        const std::string name(to_text(type));
        CAPTURE(name, i);
        REQUIRE(name.size() > 1);  // the long one, not the compact
        CHECK(header_type(name) == type);
        CHECK(header_type(lower_copy(name)) == type);
        CHECK(header_type(name + "x") != type);
    }
    CHECK(to_text(HeaderType::Other).empty());
    CHECK(header_type("") == HeaderType::Other);
    CHECK(header_type("X-Other") == HeaderType::Other);
    CHECK(header_type(std::string(300, 'v')) == HeaderType::Other);
}

TEST_CASE("compact names are the long ones (RFC 3261 §7.3.3)", "[sip][header]")
{
    CHECK(header_type("v") == HeaderType::Via);
    CHECK(header_type("F") == HeaderType::From);
    CHECK(header_type("t") == HeaderType::To);
    CHECK(header_type("i") == HeaderType::CallId);
    CHECK(header_type("m") == HeaderType::Contact);
    CHECK(header_type("L") == HeaderType::ContentLength);
    CHECK(header_type("c") == HeaderType::ContentType);
    CHECK(header_type("e") == HeaderType::ContentEncoding);
    CHECK(header_type("k") == HeaderType::Supported);
    CHECK(header_type("s") == HeaderType::Subject);
    CHECK(header_type("o") == HeaderType::Event);
    CHECK(header_type("u") == HeaderType::AllowEvents);
    CHECK(header_type("r") == HeaderType::ReferTo);
    CHECK(header_type("b") == HeaderType::ReferredBy);
    CHECK(header_type("x") == HeaderType::SessionExpires);
    CHECK(header_type("z") == HeaderType::Other);
    CHECK(same_header("v", "VIA"));
    CHECK(same_header("X-One", "x-one"));
    CHECK_FALSE(same_header("X-One", "X-Two"));
    CHECK_FALSE(same_header("Via", "X-Two"));
}

TEST_CASE("method names are exact on the wire (RFC 3261 §7.1)", "[sip][header]")
{
    CHECK(method_from("INVITE") == Method::Invite);
    CHECK(method_from("invite") == Method::Other);
    CHECK(method_from_any_case("iNvItE") == Method::Invite);
    CHECK(method_from("") == Method::Other);
    for (std::uint32_t bit = 1; bit < static_cast<std::uint32_t>(Method::Other); bit *= 2) {
        const auto method = static_cast<Method>(bit);
        CAPTURE(bit);
        CHECK_FALSE(to_text(method).empty());
        CHECK(method_from(to_text(method)) == method);
    }
    CHECK(to_text(Method::Other).empty());
}

TEST_CASE("the Call-ID of a message that nobody has parsed", "[sip]")
{
    CHECK(find_call_id("BYE sip:a SIP/2.0\r\nVia: x\r\nCall-ID: a@b \r\n\r\n") == "a@b");
    CHECK(find_call_id("BYE sip:a SIP/2.0\r\ncall-id:a\r\n\r\n") == "a");
    CHECK(find_call_id("BYE sip:a SIP/2.0\r\ni: a\r\n\r\n") == "a");
    CHECK(find_call_id("BYE sip:a SIP/2.0\r\ni: a") == "a");
    CHECK(find_call_id("BYE sip:a SIP/2.0\r\nVia: x\r\n\r\ni: a\r\n").empty());
    CHECK(find_call_id("i: a\r\n").empty());
    CHECK(find_call_id("").empty());
}

TEST_CASE("CSeq is a number below 2^31 and a method (RFC 3261 §8.1.1.5)", "[sip][header]")
{
    const auto cseq = CSeq::parse(" 0009\r\n  INVITE ");
    REQUIRE(cseq);
    CHECK(cseq->number == 9);
    CHECK(cseq->method == "INVITE");
    CHECK(cseq->method_id == Method::Invite);
    CHECK(CSeq::parse("2147483647 ACK")->number == 2147483647U);
    CHECK(CSeq::parse("0 !odd~")->method_id == Method::Other);
    for (const auto* bad : {"", "INVITE", "1", "1 ", "1INVITE", "-1 ACK", "1 A B", "1 A,B", "2147483648 ACK",
                            "4294967297 ACK", "36893488147419103232 REGISTER"}) {
        CAPTURE(bad);
        const auto parsed = CSeq::parse(bad);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().status == 400);
    }
}
