// Fuzzes what strangers' bytes meet first: the message index and its check, the stream framer, URIs,
// name-addr lists and digest credentials. Each input goes to all of them. Beyond not crashing, what was
// accepted has to hold together.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/sip/check.h"
#include "core/sip/digest.h"
#include "core/sip/framing.h"
#include "core/sip/message.h"
#include "core/sip/write.h"

using namespace junctor;
using namespace junctor::sip;

namespace
{

void require(bool holds, const char* what)
{
    if (holds) return;
    std::fprintf(stderr, "this does not hold: %s\n", what);
    std::abort();
}

SendPath some_path()
{
    SendPath path;
    path.sent_from = {Protocol::Tcp, "203.0.113.1", 5060, false};
    return path;
}

// The index covers the bytes without gap or overlap.
void check_index(const Message& message)
{
    std::size_t offset = message.headers_offset();
    for (const Header& header : message.headers()) {
        require(message.offset_of(header.line) == offset, "header lines follow one another");
        require(header.line.ends_with("\r\n") && !header.name.empty(), "a header line has a name and an end");
        offset += header.line.size();
    }
    require(offset == message.headers_end(), "the last header is followed by the blank line");
    require(message.body_offset() == offset + 2, "the blank line is followed by the body");
    require(message.body_offset() + message.body().size() == message.bytes().size(),
            "the body ends the message");
}

void check_reply(const Message& request)
{
    Reply reply;
    reply.reason = "x";
    reply.to_tag = "t";
    reply.source = *Endpoint::parse("192.0.2.1:5060");
    const auto answer = Message::parse(write_reply(request, reply));
    require(answer.has_value(), "an answer to what was accepted can be read");
    require((*answer)->call_id() == request.call_id(), "an answer has its request's Call-ID");
}

void check_forwarding(const Message& request)
{
    ForwardedRequest how;
    how.uri = request.request_uri();
    how.branch = "z9hG4bKx";
    how.source = *Endpoint::parse("[2001:db8::1]:5060");
    how.force_rport = true;
    const auto forwarded = Message::parse(write_forwarded_request(request, how, some_path()));
    if (!forwarded) {
        require(forwarded.error().status == 513 || forwarded.error().text == "too many headers",
                "what was accepted can be forwarded");
        return;
    }
    require((*forwarded)->body() == request.body(), "forwarding keeps the body");
    require((*forwarded)->content_length() == request.body().size(), "over a stream the length is right");
    require((*forwarded)->vias().size() == request.vias().size() + 1, "forwarding adds one Via");
    require((*forwarded)->vias().at(1).received == "2001:db8::1", "and says where the request came from");
    require(check_message(**forwarded).has_value() || request.vias().size() == 64,
            "and leaves a good message");
}

void message(const std::string& bytes)
{
    const auto parsed = Message::parse(bytes);
    if (!parsed) {
        if (const auto salvaged = Message::salvage(bytes)) check_reply(*salvaged);
        return;
    }
    check_index(**parsed);
    if (!check_message(**parsed)) return;
    const Message& good = **parsed;
    require(good.top_via() && good.from() && good.to() && good.cseq(), "what was checked is there");
    if (good.is_request()) {
        check_forwarding(good);
        check_reply(good);
    } else {
        require(write_forwarded_response(good, nullptr).empty() == (good.vias().size() == 1),
                "a response with one Via is for us");
    }
}

std::vector<std::string> events(std::string_view stream, std::size_t step)
{
    StreamFramer framer(4096);
    std::vector<std::string> all;
    for (std::size_t at = 0; at < stream.size(); at += step) {
        framer.feed(stream.substr(at, step));
        while (true) {
            auto event = framer.next();
            if (!event) {
                all.push_back(std::to_string(event.error().status));
                return all;
            }
            if (!*event) break;
            all.push_back((*event)->kind == StreamFramer::Event::Kind::Ping ? "ping" : (*event)->bytes);
        }
    }
    return all;
}

void stream(std::string_view bytes)
{
    bytes = bytes.substr(0, 8192);
    require(events(bytes, 1) == events(bytes, 8192), "a stream is the same however it is cut");
}

void uri(std::string_view text)
{
    const auto parsed = Uri::parse(text);
    if (!parsed) return;
    require(equivalent(*parsed, *parsed), "a URI is equivalent to itself");
    if (!parsed->has_user || !parsed->is_sip()) return;
    const auto user = unescape(parsed->user);
    require(user.has_value(), "the escapes of a user are good");
    const std::string escaped = "sip:" + escape_user(*user) + "@h";
    const auto again = Uri::parse(escaped);
    require(escaped.size() > max_uri_length || (again.has_value() && unescape(again->user) == user),
            "a user can be escaped again");
}

void name_addr_list(std::string_view text)
{
    const auto list = parse_name_addr_list(text);
    if (!list) return;
    for (const NameAddr& address : *list) {
        const auto again = NameAddr::parse(address.whole);
        require(again.has_value() && again->uri_text == address.uri_text && again->params == address.params,
                "an element of a list stands for itself");
        static_cast<void>(Contact::of(address));
    }
}

void digest(std::string_view text)
{
    const auto credentials = DigestCredentials::parse(text);
    if (credentials)
        require(!digest_response(*credentials, "ha1", "INVITE", "").empty(), "a response can be computed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    message(bytes);
    stream(bytes);
    uri(bytes);
    name_addr_list(bytes);
    digest(bytes);
    return 0;
}
