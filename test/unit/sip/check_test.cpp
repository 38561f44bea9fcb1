#include "core/sip/check.h"

#include <catch2/catch.hpp>

#include "test/unit/sip/sample.h"

using namespace junctor::sip;
using sample::parsed;
using sample::with;

namespace
{

// "" for a good message, else why it is refused.
std::string refusal(std::string bytes)
{
    const auto good = check_message(*parsed(std::move(bytes)));
    return good ? std::string() : good.error().text;
}

// An INVITE with one header more.
std::string extra(std::string_view line)
{
    return with(sample::invite(), "X-Strange", std::string(line) + "\r\nX-Strange");
}

}  // namespace

TEST_CASE("good messages pass", "[sip][check]")
{
    CHECK(refusal(sample::invite()).empty());
    CHECK(refusal(sample::ringing()).empty());
    CHECK(refusal(with(sample::invite(), "Max-Forwards: 70", "X: y")).empty());  // it is added
}

TEST_CASE("a refusal names the header", "[sip][check]")
{
    CHECK(refusal(with(sample::invite(), "sip:bob@", "sip:b%00b@")) == "Request-URI: bad user in URI");
    CHECK(refusal(with(sample::invite(), "Via", "X")) == "Via: missing");
    CHECK(refusal(with(sample::invite(), "192.0.2.7:5070;", "192.0.2.7:0;")) == "Via: bad sent-by");
    CHECK(refusal(with(sample::invite(), "<sip:alice@example.test>", "<sip:al%00ice@example.test>")) ==
          "From: bad user in URI");
    CHECK(refusal(with(sample::invite(), "<sip:bob@example.test>", "<sip:bob@>")) == "To: bad host in URI");
    CHECK(refusal(with(sample::invite(), "314159 INVITE", "x INVITE")) == "CSeq: no number");
    CHECK(refusal(with(sample::invite(), "314159 INVITE", "2147483648 INVITE")) ==
          "CSeq: number out of range");
    CHECK(refusal(with(sample::invite(), "314159 INVITE", "1 BYE")) ==
          "CSeq: method does not match the request's");
    CHECK(refusal(with(sample::invite(), "a84b4c76e66710@", "a b@")).starts_with("Call-ID: "));
    CHECK(refusal(with(sample::invite(), "a84b4c76e66710@192.0.2.7", "")) == "Call-ID: empty");
    CHECK(refusal(extra("Call-ID: second")) == "Call-ID: more than one");
    CHECK(refusal(with(sample::invite(), "Content-Length: ", "Content-Length: 9")) ==
          "Content-Length: larger than the body");
    CHECK(refusal(with(sample::invite(), "Content-Length: ", "Content-Length: 4294967"))
              .starts_with("Content-Length: not a number"));
    CHECK(refusal(with(sample::invite(), "application/sdp", "application")) == "Content-Type: no media type");
}

TEST_CASE("every Via of every line is judged", "[sip][check]")
{
    CHECK(refusal(extra("Via: SIP/2.0/UDP a, SIP/2.0/TCP b;x=y")).empty());
    CHECK(refusal(extra("Via: SIP/2.0/UDP a, SIP/2.0/TCP b;x=")) == "Via: bad parameter");
    CHECK(refusal(extra("Via: SIP/2.0/UDP a,")) == "Via: bad protocol");
    CHECK(refusal(extra("Via: SIP/1.0/UDP a")) == "Via: bad protocol");

    std::string many = "Via: SIP/2.0/UDP a";
    for (int i = 2; i < 64; ++i) many += ",SIP/2.0/UDP a";
    CHECK(refusal(extra(many)).empty());
    CHECK(refusal(extra(many + ",SIP/2.0/UDP a")) == "Via: too many");
}

TEST_CASE("routes are lists of URIs in <>", "[sip][check]")
{
    const auto* name = GENERATE("Route", "Record-Route", "Path");
    const std::string header(name);
    CHECK(refusal(extra(header + ": <sip:a;lr>, \"x\" <sip:b>;p=1")).empty());
    CHECK(refusal(extra(header + ": sip:a;lr")) == header + ": URI has to be enclosed in <>");
    CHECK(refusal(extra(header + ": <sip:a;lr>,")) == header + ": no scheme in URI");
    CHECK(refusal(extra(header + ":")) == header + ": no scheme in URI");
    CHECK(refusal(extra(header + ": <sip:a:b>")) == header + ": bad port in URI");
}

TEST_CASE("contacts are addresses; * is for REGISTER alone", "[sip][check]")
{
    const auto contact = [](std::string_view value) {
        return refusal(with(sample::invite(), "<sip:alice@192.0.2.7:5070>", value));
    };
    CHECK(contact("sip:a@b;q=0.1, \"x, y\" <mailto:a@b>").empty());
    CHECK(contact("*") == "Contact: \"*\" outside of REGISTER");
    CHECK(contact("<sip:a@b>,*") == "Contact: no scheme in URI");
    CHECK(contact("<sip:%00@b>") == "Contact: bad user in URI");
    CHECK(contact("") == "Contact: no scheme in URI");
}

TEST_CASE("numbers have a range", "[sip][check]")
{
    CHECK(refusal(extra("Expires: 4294967295")).empty());
    CHECK(refusal(extra("Expires: 4294967296")).starts_with("Expires: "));
    CHECK(refusal(extra("Expires: -1")).starts_with("Expires: "));
    CHECK(refusal(extra("Expires: soon")).starts_with("Expires: "));
    CHECK(refusal(extra("Min-Expires:")).starts_with("Min-Expires: "));
    CHECK(refusal(with(sample::invite(), "Max-Forwards: 70", "Max-Forwards: 255")).empty());
    CHECK(refusal(with(sample::invite(), "Max-Forwards: 70", "Max-Forwards: 256"))
              .starts_with("Max-Forwards: "));
    CHECK(refusal(with(sample::invite(), "Max-Forwards: 70", "Max-Forwards: seventy"))
              .starts_with("Max-Forwards: "));
}

TEST_CASE("media types", "[sip][check]")
{
    const auto type = [](std::string_view value) {
        return refusal(with(sample::invite(), "application/sdp", value));
    };
    CHECK(type("multipart/mixed ; boundary=\"a b\"").empty());
    CHECK(type("application / sdp").empty());
    CHECK(type("text/plain;") == "Content-Type: bad parameter");
    CHECK(type("text/plain utf8") == "Content-Type: bad parameter");
    CHECK(type("text/") == "Content-Type: no media type");
    CHECK(type("") == "Content-Type: no media type");
    CHECK(refusal(with(sample::ringing(), "Content-Length", "Content-Type:\r\nContent-Length"))
              .empty());  // of no body
}

TEST_CASE("Digest credentials are judged, other schemes are not ours", "[sip][check]")
{
    const auto* name = GENERATE("Authorization", "Proxy-Authorization");
    const std::string header(name);
    CHECK(
        refusal(extra(header +
                      ": Digest username=\"a\", realm=\"b\",\r\n nonce=\"c\", uri=\"sip:d\", response=\"e\""))
            .empty());
    CHECK(refusal(extra(header + ": Digest username")) == header + ": malformed");
    CHECK(refusal(extra(header + ": Digest username=\"a")) == header + ": malformed");
    CHECK(refusal(extra(header + ": Unknown opaque, stuff=;")).empty());
}

TEST_CASE("what a proxy does not read is not judged (RFC 3261 §16.3 step 1)", "[sip][check]")
{
    CHECK(refusal(extra("Date: yesterday\r\nDate: today\r\nSubject: \"\r\nWarning: ,,,\r\nReply-To: <"))
              .empty());
}
