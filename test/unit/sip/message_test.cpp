#include "core/sip/message.h"

#include <catch2/catch.hpp>

#include "test/unit/sip/sample.h"

using namespace junctor;
using namespace junctor::sip;
using sample::parsed;
using sample::with;

namespace
{

Error refusal(std::string bytes)
{
    const auto message = Message::parse(std::move(bytes));
    REQUIRE_FALSE(message);
    return message.error();
}

}  // namespace

TEST_CASE("a request is its bytes plus an index", "[sip][message]")
{
    const std::string bytes = sample::invite();
    const auto invite = parsed(bytes);
    CHECK(invite->bytes() == bytes);
    CHECK(invite->is_request());
    CHECK(invite->method() == "INVITE");
    CHECK(invite->method_id() == Method::Invite);
    CHECK(invite->request_uri() == "sip:bob@example.test");
    CHECK(invite->uri()->user == "bob");
    CHECK(invite->status() == 0);
    CHECK(invite->headers().size() == 10);
    CHECK(invite->body() == sample::sdp);
    CHECK(bytes.substr(invite->headers_offset(), 4) == "Via:");
    CHECK(bytes.substr(invite->headers_end(), 4) == "\r\nv=");
    CHECK(bytes.substr(invite->body_offset(), 3) == "v=0");

    CHECK(invite->top_via()->branch == "z9hG4bK776asdhds");
    CHECK(invite->from()->tag() == "1928301774");
    CHECK(invite->to()->uri.user == "bob");
    CHECK(invite->cseq()->number == 314159);
    CHECK(invite->call_id() == "a84b4c76e66710@192.0.2.7");
    CHECK(invite->max_forwards() == 70U);
    CHECK_FALSE(invite->expires());
    CHECK(invite->content_length() == sample::sdp.size());
    CHECK(invite->transaction_method() == Method::Invite);
}

TEST_CASE("a response", "[sip][message]")
{
    const auto ringing = parsed(sample::ringing());
    CHECK_FALSE(ringing->is_request());
    CHECK(ringing->status() == 180);
    CHECK(ringing->reason() == "Ringing");
    CHECK(ringing->uri() == nullptr);
    CHECK(ringing->transaction_method() == Method::Invite);
    REQUIRE(ringing->vias().size() == 2);
    CHECK(ringing->vias()[1].host == "192.0.2.7");

    CHECK(parsed(with(sample::ringing(), "180 Ringing", "100 "))->reason().empty());
    CHECK(parsed(with(sample::ringing(), "180 Ringing", "100"))->status() == 100);
    CHECK(parsed(with(sample::ringing(), "180 Ringing", "699 2**3 \xD1\x81\xD1\x82\xD0\xBE"))
              ->reason()
              .size() == 11);
    CHECK(parsed(with(sample::ringing(), "SIP/2.0", "sip/2.0"))->status() == 180);
}

TEST_CASE("headers are found by type and by name, in any spelling", "[sip][message]")
{
    const auto message = parsed(
        "OPTIONS sip:a.test SIP/2.0\r\nv: SIP/2.0/UDP one\r\nX-A: 1\r\nVIA : SIP/2.0/UDP two , SIP/2.0/UDP "
        "three\r\n"
        "x-a:2\r\nX-B:3\r\n\r\n");
    CHECK(message->count(HeaderType::Via) == 2);
    CHECK(message->vias().size() == 3);
    const Header* via = message->first("Via");
    REQUIRE(via != nullptr);
    CHECK(via->name == "v");
    REQUIRE((via = message->next(*via)) != nullptr);
    CHECK(via->name == "VIA");
    CHECK(message->next(*via) == nullptr);
    const Header* other = message->first("x-A");
    REQUIRE(other != nullptr);
    CHECK(other->value == "1");
    REQUIRE((other = message->next(*other)) != nullptr);
    CHECK(other->value == "2");
    CHECK(message->next(*other) == nullptr);
    CHECK(message->first("X-C") == nullptr);
    CHECK(message->first(HeaderType::From) == nullptr);
    CHECK(message->from() == nullptr);
    CHECK(message->call_id().empty());
}

TEST_CASE("folded lines belong to their header (RFC 3261 §7.3.1)", "[sip][message]")
{
    const auto message = parsed(
        "OPTIONS sip:a.test SIP/2.0\r\nSubject:\r\n one\r\n\ttwo \r\nTo\t :\r\n sip:b@a.test ;\r\n  tag = "
        "x\r\n"
        "\r\n not a fold");
    REQUIRE(message->headers().size() == 2);
    CHECK(message->headers()[0].value == "one\r\n\ttwo");
    CHECK(message->headers()[0].line == "Subject:\r\n one\r\n\ttwo \r\n");
    CHECK(message->headers()[1].name == "To");
    CHECK(message->to()->tag() == "x");
    CHECK(message->body() == " not a fold");
}

TEST_CASE("empty lines before a message are skipped (RFC 3261 §7.5)", "[sip][message]")
{
    CHECK(parsed("\r\n\r\n" + sample::invite())->bytes() == sample::invite());
    CHECK(refusal("\r\n\r\n").status == 400);
    CHECK(refusal("").status == 400);
    CHECK(refusal("\n" + sample::invite()).status == 400);
}

TEST_CASE("what follows the body is cut off (RFC 3261 §18.3)", "[sip][message]")
{
    CHECK(parsed(sample::invite() + "rest")->bytes() == sample::invite());
    CHECK(parsed("OPTIONS sip:a.test SIP/2.0\r\n\r\nall of it")->body() == "all of it");
    SECTION("unless the length is nothing to go by")
    {
        CHECK(parsed("OPTIONS sip:a.test SIP/2.0\r\nContent-Length: -1\r\n\r\nbody")->body() == "body");
        CHECK(parsed("OPTIONS sip:a.test SIP/2.0\r\nContent-Length: 4294967298\r\n\r\nbody")->body() ==
              "body");
        CHECK(parsed("OPTIONS sip:a.test SIP/2.0\r\nContent-Length: 99\r\n\r\nbody")->body() == "body");
    }
}

TEST_CASE("an index cannot be made of everything", "[sip][message]")
{
    const auto start_line = [](std::string_view line) {
        return std::string(line) + "\r\nTo: sip:a@b\r\n\r\n";
    };
    SECTION("request lines")
    {
        const auto* bad =
            GENERATE("INVITE", "INVITE sip:a@b", "INVITE  sip:a@b SIP/2.0", "INVITE sip:a@b  SIP/2.0",
                     "INVITE sip:a@b SIP/2.0 ", " INVITE sip:a@b SIP/2.0", "INV,ITE sip:a@b SIP/2.0",
                     "INVITE sip:a@b;x y SIP/2.0", "INVITE\tsip:a@b SIP/2.0", "INVITE sip:a@b HTTP/1.1",
                     "INVITE sip:a@b SIP/x", "GET / HTTP/1.0", "INVITE  SIP/2.0", "\xff\xfe\x01");
        CAPTURE(bad);
        CHECK(refusal(start_line(bad)).status == 400);
    }
    SECTION("other versions of SIP")
    {
        CHECK(refusal(start_line("INVITE sip:a@b SIP/7.0")).status == 505);
        CHECK(refusal(start_line("INVITE sip:a@b sip/2.1")).status == 505);
        CHECK(parsed(start_line("INVITE sip:a@b sip/2.0"))->method() == "INVITE");
    }
    SECTION("status lines")
    {
        const auto* bad = GENERATE("SIP/2.0", "SIP/2.0 ", "SIP/2.0 20 OK", "SIP/2.0 99 Low",
                                   "SIP/2.0 099 Low", "SIP/2.0 700 High", "SIP/2.0 2000 Long",
                                   "SIP/2.0 4294967301 better not break the receiver", "SIP/2.0  200 OK",
                                   "SIP/2.0 2x0 OK", "SIP/3.0 200 OK", "SIP/2.0 -20 x");
        CAPTURE(bad);
        CHECK_FALSE(Message::parse(start_line(bad)));
    }
    SECTION("header lines")
    {
        const auto* bad = GENERATE("To sip:a@b", ": x", "T o: x", "To,: x", " folded: x", "\x80: x");
        CAPTURE(bad);
        CHECK(refusal("INVITE sip:a@b SIP/2.0\r\n" + std::string(bad) + "\r\n\r\n").status == 400);
    }
    SECTION("line ends: a bare LF or CR may be a line's end to one element and not to another")
    {
        CHECK(refusal("INVITE sip:a@b SIP/2.0\nTo: x\n\n").text == "bare LF");
        CHECK(refusal("INVITE sip:a@b SIP/2.0\r\nTo: x\nFrom: y\r\n\r\n").text == "bare LF");
        CHECK(refusal("INVITE sip:a@b SIP/2.0\r\nTo: x\r\n\n").text == "bare LF");
        CHECK(refusal("INVITE sip:a@b SIP/2.0\r\nTo: x\rFrom: y\r\n\r\n").text == "bare CR");
        CHECK(refusal("INVITE sip:a@b SIP/2.0\r\nTo: x\r\r\n\r\n").text == "bare CR");
        CHECK(parsed("INVITE sip:a@b SIP/2.0\r\n\r\nbody\nwith\rboth")->body() == "body\nwith\rboth");
    }
    SECTION("no end of the headers")
    {
        CHECK(refusal("INVITE sip:a@b SIP/2.0").status == 400);
        CHECK(refusal("INVITE sip:a@b SIP/2.0\r\n").status == 400);
        CHECK(refusal("INVITE sip:a@b SIP/2.0\r\nTo: x\r\n").status == 400);
        CHECK(refusal("INVITE sip:a@b SIP/2.0\r\nTo: x\r\n\r").status == 400);
    }
    SECTION("limits")
    {
        std::string many = "INVITE sip:a@b SIP/2.0\r\n";
        for (int i = 0; i < 256; ++i) many += "X: y\r\n";
        CHECK(parsed(many + "\r\n")->headers().size() == 256);
        CHECK(refusal(many + "X: y\r\n\r\n").text == "too many headers");
        CHECK(refusal("INVITE sip:a@b SIP/2.0\r\n\r\n" + std::string(65535, 'x')).status == 513);
    }
}

TEST_CASE("overwriting bytes in place forgets what was parsed from them", "[sip][message]")
{
    const auto invite = parsed(sample::invite());
    CHECK(invite->cseq()->number == 314159);
    CHECK(invite->max_forwards() == 70U);
    invite->overwrite(invite->offset_of(invite->first(HeaderType::MaxForwards)->value), "69");
    invite->overwrite(invite->offset_of(invite->first(HeaderType::CSeq)->value), "999999");
    CHECK(invite->max_forwards() == 69U);
    CHECK(invite->cseq()->number == 999999);
    invite->overwrite(invite->offset_of(invite->first(HeaderType::MaxForwards)->value), " 9");
    CHECK(invite->max_forwards() == 9U);
    CHECK(invite->first(HeaderType::MaxForwards)->value == "9");
    CHECK(invite->first(HeaderType::MaxForwards)->line == "Max-Forwards:  9\r\n");
    invite->overwrite(invite->bytes().size() - 1, "too long");  // nothing beyond the end
    CHECK(invite->body() == sample::sdp);
}

TEST_CASE("a refused request can be salvaged far enough to answer it", "[sip][message]")
{
    const auto answerable = [](std::string bytes) {
        REQUIRE_FALSE(Message::parse(bytes));
        return Message::salvage(std::move(bytes));
    };
    SECTION("another version")
    {
        const auto message = answerable(with(sample::invite(), "SIP/2.0\r\n", "SIP/7.0\r\n"));
        REQUIRE(message);
        CHECK(message->top_via()->branch == "z9hG4bK776asdhds");
    }
    SECTION("bare line ends")
    {
        std::string bytes = sample::invite();
        bytes.erase(std::remove(bytes.begin(), bytes.end(), '\r'), bytes.end());
        const auto message = answerable(bytes);
        REQUIRE(message);
        CHECK(message->from()->tag() == "1928301774");
        CHECK(message->headers().back().line.ends_with("\r\n"));
    }
    SECTION("a line without a colon, white space in the Request-URI, a cut end")
    {
        CHECK(answerable(with(sample::invite(), "Max-Forwards: 70", "garbage"))->headers().size() == 9);
        CHECK(answerable(with(sample::invite(), "example.test SIP", "example.test; lr SIP")));
        CHECK(answerable(sample::invite().substr(0, sample::invite().find("Contact"))));
    }
    SECTION("too many headers")
    {
        std::string many;
        for (int i = 0; i < 300; ++i) many += "X: y\r\n";
        CHECK(answerable(with(sample::invite(), "X-Strange", many + "X-Strange"))->headers().size() == 256);
    }
    SECTION("not where nobody may be answered")
    {
        CHECK_FALSE(answerable(with(sample::invite(), "INVITE sip:bob@example.test SIP/2.0",
                                    "ACK sip:bob@example.test SIP/7.0")));
        CHECK_FALSE(answerable(with(sample::ringing(), "180", "1800")));
        CHECK_FALSE(
            answerable(with(with(sample::invite(), "SIP/2.0\r\n", "SIP/7.0\r\n"), "SIP/2.0/UDP", "")));
        CHECK_FALSE(answerable(with(with(sample::invite(), "SIP/2.0\r\n", "SIP/7.0\r\n"), "Call-ID", "X")));
        CHECK_FALSE(answerable("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        CHECK_FALSE(answerable(""));
        CHECK_FALSE(answerable(std::string(100000, 'x')));
    }
}
