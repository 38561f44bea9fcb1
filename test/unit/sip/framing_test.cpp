#include "core/sip/framing.h"

#include <catch2/catch.hpp>

#include "core/sip/message.h"
#include "test/unit/sip/sample.h"

using namespace junctor;
using namespace junctor::sip;
using sample::with;

namespace
{

using Kind = StreamFramer::Event::Kind;

// The next event as text: a message's bytes, "PING", "more" or the error's status.
std::string next(StreamFramer& framer)
{
    auto event = framer.next();
    if (!event) return std::to_string(event.error().status);
    if (!*event) return "more";
    return (*event)->kind == Kind::Ping ? "PING" : (*event)->bytes;
}

std::string only(std::string_view bytes, std::size_t max = 65535)
{
    StreamFramer framer(max);
    framer.feed(bytes);
    return next(framer);
}

const std::string bare = "OPTIONS sip:a.test SIP/2.0\r\nl: 0\r\n\r\n";

}  // namespace

TEST_CASE("messages are cut out of a stream by their Content-Length (RFC 3261 §18.3)", "[sip][framing]")
{
    StreamFramer framer;
    const std::string first = sample::invite() + bare + sample::ringing().substr(0, 20);
    const std::string second = sample::ringing().substr(20);
    framer.feed(first);
    CHECK(next(framer) == sample::invite());
    CHECK(next(framer) == bare);
    CHECK(next(framer) == "more");
    CHECK(framer.pending() == sample::ringing().substr(0, 20));
    framer.feed(second);
    CHECK(next(framer) == sample::ringing());
    CHECK(next(framer) == "more");
}

TEST_CASE("it does not matter where the network cuts the stream", "[sip][framing]")
{
    const std::string stream =
        "\r\n\r\n" + sample::invite() + "\r\n" + bare + "\r\n\r\n\r\n" + sample::ringing();
    const std::vector<std::string> expected{"PING", sample::invite(), bare, "PING", sample::ringing()};
    const std::size_t step = GENERATE(1, 2, 3, 5, 7, 64, 1000);
    CAPTURE(step);
    StreamFramer framer;
    std::vector<std::string> events;
    for (std::size_t at = 0; at < stream.size(); at += step) {
        framer.feed(std::string_view(stream).substr(at, step));
        for (std::string event = next(framer); event != "more"; event = next(framer)) events.push_back(event);
    }
    CHECK(events == expected);
}

TEST_CASE("what is left of the bytes is kept, and whole messages need none of them afterwards",
          "[sip][framing]")
{
    StreamFramer framer;
    std::string buffer = bare + sample::invite().substr(0, 300);
    framer.feed(buffer);
    CHECK(next(framer) == bare);
    CHECK(next(framer) == "more");
    buffer.assign(buffer.size(), 'x');  // as another connection's read would
    CHECK(framer.pending() == sample::invite().substr(0, 300));
    buffer = sample::invite().substr(300) + bare;
    framer.feed(buffer);
    CHECK(next(framer) == sample::invite());
    CHECK(next(framer) == bare);
    CHECK(next(framer) == "more");
    CHECK(framer.pending().empty());
}

TEST_CASE("keep-alives: two CRLF are a ping, one alone is nothing (RFC 5626 §4.4.1, RFC 3261 §7.5)",
          "[sip][framing]")
{
    CHECK(only("\r\n\r\n") == "PING");
    CHECK(only("\r\n") == "more");
    CHECK(only("\r") == "more");
    CHECK(only("\r\n\r") == "more");
    CHECK(only("\r\n" + bare) == bare);
}

TEST_CASE("Content-Length is found in all its spellings, and nowhere else", "[sip][framing]")
{
    const auto length_line = [](std::string_view line) {
        return only("OPTIONS sip:a.test SIP/2.0\r\n" + std::string(line) + "\r\n\r\nabcde");
    };
    CHECK(length_line("CONTENT-length \t:\r\n\t5").ends_with("\r\n\r\nabcde"));
    CHECK(length_line("L:0003 ").ends_with("\r\n\r\nabc"));
    CHECK(length_line("Subject: x\r\n l: 1\r\nl: 2").ends_with("\r\n\r\nab"));
    CHECK(length_line("X-Content-Length: 2") == "411");
    CHECK(length_line("Subject: Content-Length: 2") == "411");
}

TEST_CASE("a length that cannot be believed ends the stream", "[sip][framing]")
{
    const auto with_length = [](std::string_view value) {
        return only("OPTIONS sip:a.test SIP/2.0\r\nContent-Length: " + std::string(value) + "\r\n\r\nabcde");
    };
    CHECK(with_length("-5") == "400");
    CHECK(with_length("+5") == "400");
    CHECK(with_length("") == "400");
    CHECK(with_length("5, 5") == "400");
    CHECK(with_length("0x5") == "400");
    CHECK(with_length("5\r\nl: 5") == "400");
    CHECK(with_length("65535") == "513");
    CHECK(with_length("4294967301") == "513");
    CHECK(with_length("99999999999999999999999") == "513");
    CHECK(only("OPTIONS sip:a.test SIP/2.0\r\nTo: x\r\n\r\n") == "411");
}

TEST_CASE("an error is final and leaves the bytes to answer from", "[sip][framing]")
{
    StreamFramer framer;
    const std::string bad = "OPTIONS sip:a.test SIP/2.0\r\nl: -1\r\n\r\n";
    const std::string stream = bare + bad;
    framer.feed(stream);
    CHECK(next(framer) == bare);
    CHECK(next(framer) == "400");
    CHECK(framer.pending() == bad);
    framer.feed(bare);
    CHECK(next(framer) == "400");
}

TEST_CASE("what is no SIP ends the stream before it fills the memory", "[sip][framing]")
{
    CHECK(only("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == "411");
    CHECK(only("OPTIONS sip:a.test SIP/2.0\nl: 0\n\n") == "400");
    CHECK(only("\n") == "400");
    CHECK(only(std::string(100, 'x'), 100) == "more");
    CHECK(only(std::string(101, 'x'), 100) == "513");
    CHECK(only("OPTIONS sip:a.test SIP/2.0\r\nX: " + std::string(100, 'x') + "\r\n", 100) == "513");

    SECTION("the limit is for the message as a whole")
    {
        const std::string message = "OPTIONS sip:a.test SIP/2.0\r\nl: 10\r\n\r\n0123456789";
        CHECK(only(message, message.size()) == message);
        CHECK(only(message, message.size() - 1) == "513");
    }
}
