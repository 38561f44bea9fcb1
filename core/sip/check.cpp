#include "core/sip/check.h"

#include <array>
#include <string>

#include "core/base/ascii.h"
#include "core/sip/grammar.h"
#include "core/sip/scan.h"

namespace junctor::sip
{
namespace
{

constexpr std::size_t max_vias = 64;

// §7.3.1: a header that is no list may stand there once. Of these two could mean two things to two elements;
// all others are not ours to judge (§16.3 step 1: what we do not need we do not look at).
constexpr std::uint64_t bit(HeaderType type)
{
    return std::uint64_t{1} << static_cast<unsigned>(type);
}
constexpr std::uint64_t single =
    bit(HeaderType::From) | bit(HeaderType::To) | bit(HeaderType::CallId) | bit(HeaderType::CSeq) |
    bit(HeaderType::MaxForwards) | bit(HeaderType::ContentLength) | bit(HeaderType::ContentType) |
    bit(HeaderType::Expires) | bit(HeaderType::MinExpires) | bit(HeaderType::Event) |
    bit(HeaderType::ReferTo) | bit(HeaderType::SessionExpires);
// Max-Forwards is added where it is missing (§16.6 step 3).
constexpr std::array mandatory{HeaderType::Via, HeaderType::From, HeaderType::To, HeaderType::CallId,
                               HeaderType::CSeq};

tl::unexpected<Error> bad(HeaderType type, std::string_view what)
{
    return fail(400, std::string(to_text(type)).append(": ").append(what));
}

tl::unexpected<Error> bad(HeaderType type, const Error& why)
{
    return bad(type, why.text);
}

bool are_credentials(std::string_view rest)
{
    if (rest.find('\0') != std::string_view::npos) return false;
    std::string_view name, value;
    do
        if (!scan::take_credential(rest, name, value)) return false;
    while (scan::take(rest, ','));
    return scan::skip_space(rest).empty();
}

class Check
{
public:
    explicit Check(const Message& message) : message_(message) {}

    Result<void> run();

private:
    Result<void> request_uri() const;
    Result<void> header(const Header& header);
    Result<void> via(const Header& header);
    Result<void> address(const Header& header, const NameAddr* parsed) const;
    Result<void> contact(const Header& header) const;
    Result<void> route(const Header& header) const;
    Result<void> call_id(const Header& header) const;
    Result<void> cseq(const Header& header) const;
    Result<void> number(const Header& header, std::uint64_t limit) const;
    Result<void> content_length(const Header& header) const;
    Result<void> content_type(const Header& header) const;
    Result<void> credentials(const Header& header) const;

    const Message& message_;
    std::uint64_t seen_ = 0;
    std::size_t vias_ = 0;
};

Result<void> Check::run()
{
    if (message_.is_request())
        if (auto done = request_uri(); !done) return done;
    for (const Header& one : message_.headers()) {
        const std::uint64_t its_bit = bit(one.type);
        if ((seen_ & its_bit & single) != 0) return bad(one.type, "more than one");
        seen_ |= its_bit;
        if (auto done = header(one); !done) return done;
    }
    for (const HeaderType type : mandatory)
        if ((seen_ & bit(type)) == 0) return bad(type, "missing");
    return {};
}

Result<void> Check::request_uri() const
{
    const Uri* uri = message_.uri();
    if (uri == nullptr) return fail(400, "Request-URI: " + Uri::parse(message_.request_uri()).error().text);
    // §19.1.1: and whoever turned them into headers would write what a stranger says (RFC 4475 §3.1.2.11).
    if (!uri->headers.empty()) return fail(400, "Request-URI: has headers");
    return {};
}

Result<void> Check::header(const Header& one)
{
    switch (one.type) {
        case HeaderType::Via: return via(one);
        case HeaderType::From: return address(one, message_.from());
        case HeaderType::To: return address(one, message_.to());
        case HeaderType::Contact: return contact(one);
        case HeaderType::Route:
        case HeaderType::RecordRoute:
        case HeaderType::Path: return route(one);
        case HeaderType::CallId: return call_id(one);
        case HeaderType::CSeq: return cseq(one);
        case HeaderType::MaxForwards: return number(one, 255);
        case HeaderType::Expires:
        case HeaderType::MinExpires: return number(one, UINT32_MAX);
        case HeaderType::ContentLength: return content_length(one);
        case HeaderType::ContentType: return content_type(one);
        case HeaderType::Authorization:
        case HeaderType::ProxyAuthorization: return credentials(one);
        default: return {};
    }
}

Result<void> Check::via(const Header& header)
{
    scan::List list(header.value);
    for (std::string_view element; list.next(element);) {
        if (++vias_ > max_vias) return bad(header.type, "too many");
        if (vias_ == 1 && message_.top_via() != nullptr) continue;
        if (const auto via = Via::parse(element); !via) return fail(via.error());
    }
    return {};
}

Result<void> Check::address(const Header& header, const NameAddr* parsed) const
{
    if (parsed != nullptr) return {};
    return bad(header.type, NameAddr::parse(header.value).error());
}

Result<void> Check::contact(const Header& header) const
{
    if (header.value == "*") {  // §10.2.2
        if (message_.transaction_method() == Method::Register && message_.is_request()) return {};
        return bad(header.type, "\"*\" outside of REGISTER");
    }
    scan::List list(header.value);
    for (std::string_view element; list.next(element);)
        if (const auto address = NameAddr::parse(element); !address) return bad(header.type, address.error());
    return {};
}

Result<void> Check::route(const Header& header) const
{
    scan::List list(header.value);
    for (std::string_view element; list.next(element);) {
        const auto address = NameAddr::parse(element);
        if (!address) return bad(header.type, address.error());
        // Without <> the URI's ";lr" would be the header's, and its element taken for a strict router.
        if (address->uri_text.data() == address->whole.data())
            return bad(header.type, "URI has to be enclosed in <>");
    }
    return {};
}

// callid = word ["@" word]: any visible characters but a few, of which only white space could be misread.
Result<void> Check::call_id(const Header& header) const
{
    if (header.value.empty()) return bad(header.type, "empty");
    for (const char c : header.value)
        if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f)
            return bad(header.type, "white space or control character");
    return {};
}

Result<void> Check::cseq(const Header& header) const
{
    const CSeq* cseq = message_.cseq();
    if (cseq == nullptr) return fail(CSeq::parse(header.value).error());
    if (message_.is_request() && cseq->method != message_.method())
        return bad(header.type, "method does not match the request's");
    return {};
}

Result<void> Check::number(const Header& header, std::uint64_t limit) const
{
    if (parse_unsigned(header.value, limit)) return {};
    return bad(header.type, "not a number or out of range");
}

// A longer body was cut when the message was indexed (§18.3).
Result<void> Check::content_length(const Header& header) const
{
    const auto length = message_.content_length();
    if (!length) return bad(header.type, "not a number or out of range");
    if (*length > message_.body().size()) return bad(header.type, "larger than the body");
    return {};
}

// media-type = type SLASH subtype *(SEMI parameter). The plain form, "application/sdp", is nearly every
// message's; only one with parameters is worth the second opinion.
Result<void> Check::content_type(const Header& header) const
{
    std::string_view rest = header.value;
    if (rest.empty() && message_.body().empty()) return {};
    const std::string_view type = scan::take_token(rest);
    const bool slash = scan::take(rest, '/');
    const std::string_view subtype = scan::take_token(rest);
    if (type.empty() || !slash || subtype.empty()) return bad(header.type, "no media type");
    if (rest.empty()) return {};
    if (!scan::header_parameters(rest)) return bad(header.type, "bad parameter");
    if (!grammar_accepts(header.type, header.value)) return bad(header.type, "malformed");
    return {};
}

// Of other schemes than Digest libosip2 knows nothing, and they are none of our business (RFC 4475 §3.3.7).
// Only what our own scanner does not follow is worth the second opinion.
Result<void> Check::credentials(const Header& header) const
{
    std::string_view rest = header.value;
    if (!iequals(scan::take_token(rest), "Digest") || are_credentials(rest)) return {};
    if (grammar_accepts(header.type, header.value)) return {};
    return bad(header.type, "malformed");
}

}  // namespace

Result<void> check_message(const Message& message)
{
    return Check(message).run();
}

}  // namespace junctor::sip
