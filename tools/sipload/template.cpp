#include "tools/sipload/template.h"

#include <array>
#include <charconv>
#include <ctime>
#include <stdexcept>

namespace junctor::load
{
namespace
{

// Registrars remember a user's Call-ID and CSeq: those of an earlier run must not be met again.
const std::string& run_name()
{
    static const std::string name = std::to_string(std::time(nullptr));
    return name;
}

// Empty: no constant of that name.
std::optional<std::string> constant(const Options& options, std::string_view name)
{
    if (name == "domain") return options.domain;
    if (name == "transport") return std::string(to_via_text(options.protocol));
    if (name == "as_tcp") return options.protocol == Protocol::Tcp ? ";transport=tcp" : "";
    if (name == "host") return options.local.text();
    if (name == "family") return options.local.is_v6() ? "IP6" : "IP4";
    if (name == "expires") return std::to_string(options.expires);
    if (name == "run") return run_name();
    return {};
}

// Calls `text` and `name` in turn for what is between braces and what is not.
template <class OnText, class OnName>
void split_at_braces(std::string_view source, OnText text, OnName name)
{
    while (!source.empty()) {
        const std::size_t open = source.find('{');
        text(source.substr(0, open));
        if (open == std::string_view::npos) return;
        const std::size_t close = source.find('}', open);
        if (close == std::string_view::npos) throw std::logic_error("a template's brace is not closed");
        name(source.substr(open + 1, close - open - 1));
        source.remove_prefix(close + 1);
    }
}

std::string with_crlf(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

void append_number(std::string& out, std::uint32_t number)
{
    std::array<char, 10> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

constexpr std::string_view options_head = R"(OPTIONS sip:{domain} SIP/2.0
Via: SIP/2.0/{transport} {local};branch={branch}
Max-Forwards: 70
From: <sip:{user}@{domain}>;tag={id}
To: <sip:{domain}>
Call-ID: {id}-{run}@{host}
CSeq: 1 OPTIONS
Contact: <sip:{user}@{local}{as_tcp}>
Accept: application/sdp
User-Agent: sipload
)";

constexpr std::string_view register_head = R"(REGISTER sip:{domain} SIP/2.0
Via: SIP/2.0/{transport} {local};branch={branch}
Max-Forwards: 70
From: <sip:{user}@{domain}>;tag={id}
To: <sip:{user}@{domain}>
Call-ID: {user}-{run}@{host}
CSeq: {cseq} REGISTER
Contact: <sip:{user}@{local}{as_tcp}>
Expires: {expires}
User-Agent: sipload
{headers})";

constexpr std::string_view message_head = R"(MESSAGE sip:{peer}@{domain} SIP/2.0
Via: SIP/2.0/{transport} {local};branch={branch}
Max-Forwards: 70
From: <sip:{user}@{domain}>;tag={id}
To: <sip:{peer}@{domain}>
Call-ID: {id}-{run}@{host}
CSeq: 1 MESSAGE
User-Agent: sipload
Content-Type: text/plain
)";
constexpr std::string_view message_body = "Shall we meet at the usual place at eight?";

constexpr std::string_view invite_head = R"(INVITE sip:{peer}@{domain} SIP/2.0
Via: SIP/2.0/{transport} {local};branch={branch}
Max-Forwards: 70
From: <sip:{user}@{domain}>;tag={id}
To: <sip:{peer}@{domain}>
Call-ID: {id}-{run}@{host}
CSeq: 1 INVITE
Contact: <sip:{user}@{local}{as_tcp}>
Allow: INVITE, ACK, CANCEL, BYE, OPTIONS
User-Agent: sipload
Content-Type: application/sdp
)";
constexpr std::string_view invite_body = R"(v=0
o=- 1 1 IN {family} {host}
s=-
c=IN {family} {host}
t=0 0
m=audio 49170 RTP/AVP 0 8 101
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
)";

// RFC 3261 §17.1.1.3: within the INVITE's transaction, so with its branch.
constexpr std::string_view ack_to_failure_head = R"(ACK sip:{peer}@{domain} SIP/2.0
Via: SIP/2.0/{transport} {local};branch={branch}
Max-Forwards: 70
From: <sip:{user}@{domain}>;tag={id}
To: {to}
Call-ID: {id}-{run}@{host}
CSeq: 1 ACK
)";

constexpr std::string_view ack_head = R"(ACK {target} SIP/2.0
{headers}Via: SIP/2.0/{transport} {local};branch={branch}
Max-Forwards: 70
From: <sip:{user}@{domain}>;tag={id}
To: {to}
Call-ID: {id}-{run}@{host}
CSeq: 1 ACK
)";

constexpr std::string_view bye_head = R"(BYE {target} SIP/2.0
{headers}Via: SIP/2.0/{transport} {local};branch={branch}
Max-Forwards: 70
From: <sip:{user}@{domain}>;tag={id}
To: {to}
Call-ID: {id}-{run}@{host}
CSeq: 2 BYE
User-Agent: sipload
)";

}  // namespace

Template::Field Template::field_named(std::string_view name)
{
    if (name == "user") return Field::User;
    if (name == "peer") return Field::Peer;
    if (name == "id") return Field::Id;
    if (name == "branch") return Field::Branch;
    if (name == "local") return Field::Local;
    if (name == "cseq") return Field::CSeq;
    if (name == "to") return Field::To;
    if (name == "target") return Field::Target;
    if (name == "headers") return Field::Headers;
    throw std::logic_error("a template has no field " + std::string(name));
}

Template::Template(const Options& options, std::string_view head, std::string_view body)
    : prefix_(options.user_prefix), pieces_(1)
{
    std::string whole_body;
    split_at_braces(
        body, [&](std::string_view text) { whole_body += with_crlf(text); },
        [&](std::string_view name) { whole_body += constant(options, name).value(); });

    split_at_braces(
        head, [&](std::string_view text) { pieces_.back().text += with_crlf(text); },
        [&](std::string_view name) {
            if (const auto text = constant(options, name)) {
                pieces_.back().text += *text;
            } else {
                pieces_.back().field = field_named(name);
                pieces_.emplace_back();
            }
        });
    pieces_.back().text += "Content-Length: " + std::to_string(whole_body.size()) + "\r\n\r\n" + whole_body;
}

void Template::append(const Values& values, std::string& out) const
{
    for (const Piece& piece : pieces_) {
        out += piece.text;
        append_field(piece.field, values, out);
    }
}

void Template::append_field(Field field, const Values& values, std::string& out) const
{
    switch (field) {
        case Field::None: return;
        case Field::User: return append_number(out += prefix_, values.user);
        case Field::Peer: return append_number(out += prefix_, values.peer);
        case Field::Branch: out += Identity::cookie; [[fallthrough]];
        case Field::Id:
            values.identity.append_to(out);
            if (field == Field::Branch) out += values.identity.step;
            return;
        case Field::Local: out += values.local; return;
        case Field::CSeq: return append_number(out, values.cseq);
        case Field::To: out += values.to; return;
        case Field::Target: out += values.target; return;
        case Field::Headers: out += values.headers; return;
    }
}

Templates::Templates(const Options& o)
    : options(o, options_head),
      register_(o, register_head),
      message(o, message_head, message_body),
      invite(o, invite_head, invite_body),
      ack_to_failure(o, ack_to_failure_head),
      ack(o, ack_head),
      bye(o, bye_head)
{
}

}  // namespace junctor::load
