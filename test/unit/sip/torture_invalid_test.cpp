// RFC 4475 §3.1.2 and those of §3.3 that have to be refused, each with the status that fits.
#include <catch2/catch.hpp>

#include "test/unit/sip/sample.h"
#include "test/unit/sip/torture.h"

using namespace junctor::sip;
using sample::with;
using torture::verdict;

TEST_CASE("separators that separate nothing (RFC 4475 §3.1.2.1)", "[sip][torture]")
{
    CHECK(verdict(with(sample::invite(), ";branch=z9hG4bK776asdhds", ";;,;,,")) == 400);
    CHECK(verdict(with(sample::invite(), "<sip:alice@192.0.2.7:5070>",
                       "\"Joe\" <sip:joe@example.test>;;;;")) == 400);
}

TEST_CASE("Content-Length: larger than the message, negative (RFC 4475 §3.1.2.2, §3.1.2.3)", "[sip][torture]")
{
    const std::string length = "Content-Length: " + std::to_string(sample::sdp.size());
    CHECK(verdict(with(sample::invite(), length, "Content-Length: 9999")) == 400);
    CHECK(verdict(with(sample::invite(), length, "Content-Length: -999")) == 400);
    CHECK(verdict(with(sample::ringing(), "Content-Length: 0", "Content-Length: 1")) == 400);
}

TEST_CASE("numbers that overflow (RFC 4475 §3.1.2.4, §3.1.2.5)", "[sip][torture]")
{
    const std::string with_expires = with(sample::invite(), "Max-Forwards", "Expires: 60\r\nMax-Forwards");
    CHECK(verdict(with_expires) == 0);
    CHECK(verdict(with(with_expires, "Expires: 60", "Expires: 4294967296")) == 400);
    CHECK(verdict(with(with_expires, "Expires: 60", "Expires: 1" + std::string(100, '0'))) == 400);
    CHECK(verdict(with(sample::invite(), "CSeq: 314159", "CSeq: 36893488147419103232")) == 400);
    CHECK(verdict(with(sample::invite(), "Max-Forwards: 70", "Max-Forwards: 300")) == 400);
    CHECK(verdict(with(sample::ringing(), "CSeq: 314159", "CSeq: 9292394834772304023312")) == 400);
    // Overflow in a contact's expires is none: it counts as one hour (§20.10).
    CHECK(verdict(with(sample::invite(), "5070>", "5070>;expires=280297596632815")) == 0);
}

// §3.1.1.4 calls these good; but one element that ends its strings at NUL would take
// "null-%00-null" for "null-".
TEST_CASE("escaped NULs in a user (RFC 4475 §3.1.1.4) are refused on purpose", "[sip][torture]")
{
    CHECK(verdict(with(sample::invite(), "<sip:bob@example.test>", "sip:null-%00-null@example.test")) == 400);
    CHECK(verdict(with(sample::invite(), "<sip:alice@192.0.2.7:5070>",
                       "<sip:%00@a.test>, <sip:%00%00@a.test>")) == 400);
}

TEST_CASE("a quote that does not end (RFC 4475 §3.1.2.6)", "[sip][torture]")
{
    CHECK(verdict(with(sample::invite(), "To: Bob", "To: \"Mr. J. User")) == 400);
}

TEST_CASE("Request-URIs: in <>, with white space, with headers (RFC 4475 §3.1.2.7, §3.1.2.8, §3.1.2.11)",
          "[sip][torture]")
{
    const auto uri = [](std::string_view text) {
        return verdict(with(sample::invite(), "sip:bob@example.test", text));
    };
    CHECK(uri("<sip:bob@example.test>") == 400);
    CHECK(uri("sip:bob@example.test; lr") == 400);
    CHECK(uri("sip:bob@example.test?Route=%3Csip:example.test%3E") == 400);
}

TEST_CASE("request lines with more than one space, or one at the end (RFC 4475 §3.1.2.9, §3.1.2.10)",
          "[sip][torture]")
{
    CHECK(verdict(with(sample::invite(), "INVITE ", "INVITE  ")) == 400);
    CHECK(verdict(with(sample::invite(), " SIP/2.0", "  SIP/2.0")) == 400);
    CHECK(verdict(with(sample::invite(), "SIP/2.0\r\n", "SIP/2.0 \r\n")) == 400);
}

TEST_CASE(
    "a Contact with a URI that has to be in <>, spaces in an addr-spec, a comma in a display name (RFC 4475 "
    "§3.1.2.13 to §3.1.2.15)",
    "[sip][torture]")
{
    CHECK(verdict(with(sample::invite(), "<sip:alice@192.0.2.7:5070>",
                       "sip:user@example.test?Route=%3Csip:sip.example.test%3E")) == 400);
    CHECK(verdict(with(sample::invite(), "Bob <sip:bob@example.test>",
                       "\"Watson, Thomas\" < sip:t.watson@example.test >")) == 400);
    CHECK(verdict(with(sample::invite(), "\"Alice\" <", "Bell, Alexander <")) == 400);
}

TEST_CASE("an unknown version of the protocol (RFC 4475 §3.1.2.16)", "[sip][torture]")
{
    CHECK(verdict(with(sample::invite(), "SIP/2.0\r\n", "SIP/7.0\r\n")) == 505);
}

TEST_CASE("the method of CSeq is not that of the request (RFC 4475 §3.1.2.17, §3.1.2.18)", "[sip][torture]")
{
    CHECK(verdict(with(sample::invite(), "INVITE sip", "OPTIONS sip")) == 400);
    CHECK(verdict(with(sample::invite(), "INVITE sip", "NEWMETHOD sip")) == 400);
    CHECK(verdict(with(sample::invite(), "314159 INVITE", "314159 invite")) == 400);
}

TEST_CASE("a response code of ten digits (RFC 4475 §3.1.2.19)", "[sip][torture]")
{
    CHECK(verdict(with(sample::ringing(), "180", "4294967301")) == 400);
}

TEST_CASE("missing headers, and headers given twice (RFC 4475 §3.3.1, §3.3.8, §3.3.9)", "[sip][torture]")
{
    const auto insufficient = GENERATE("Via", "From", "To", "Call-ID", "CSeq");
    CAPTURE(insufficient);
    CHECK(verdict(with(sample::invite(), "\r\n" + std::string(insufficient) + ":", "\r\nX:")) == 400);
    const auto twice =
        GENERATE("From: sip:other@example.test;tag=1", "To: sip:other@example.test", "Call-ID: other",
                 "CSeq: 1 INVITE", "Max-Forwards: 5", "l: 5", "Content-Type: text/plain");
    CAPTURE(twice);
    CHECK(verdict(with(sample::invite(), "X-Strange", std::string(twice) + "\r\nX-Strange")) == 400);
    CHECK(verdict(with(sample::ringing(), "CSeq", std::string("To: sip:a@b\r\nCSeq"))) == 400);
}
