#include "core/sip/header.h"

#include <array>

#include "core/base/ascii.h"

namespace junctor::sip
{
namespace
{

struct NamedHeader {
    std::string_view name;
    HeaderType type;
};

// Ordered by length, so that a name meets the few of its own length only.
constexpr std::array names{
    NamedHeader{"c", HeaderType::ContentType},
    NamedHeader{"e", HeaderType::ContentEncoding},
    NamedHeader{"f", HeaderType::From},
    NamedHeader{"b", HeaderType::ReferredBy},
    NamedHeader{"i", HeaderType::CallId},
    NamedHeader{"k", HeaderType::Supported},
    NamedHeader{"l", HeaderType::ContentLength},
    NamedHeader{"m", HeaderType::Contact},
    NamedHeader{"o", HeaderType::Event},
    NamedHeader{"r", HeaderType::ReferTo},
    NamedHeader{"s", HeaderType::Subject},
    NamedHeader{"t", HeaderType::To},
    NamedHeader{"u", HeaderType::AllowEvents},
    NamedHeader{"v", HeaderType::Via},
    NamedHeader{"x", HeaderType::SessionExpires},
    NamedHeader{"To", HeaderType::To},
    NamedHeader{"Via", HeaderType::Via},
    NamedHeader{"CSeq", HeaderType::CSeq},
    NamedHeader{"From", HeaderType::From},
    NamedHeader{"Date", HeaderType::Date},
    NamedHeader{"Path", HeaderType::Path},
    NamedHeader{"Route", HeaderType::Route},
    NamedHeader{"Allow", HeaderType::Allow},
    NamedHeader{"Event", HeaderType::Event},
    NamedHeader{"Accept", HeaderType::Accept},
    NamedHeader{"Server", HeaderType::Server},
    NamedHeader{"Min-SE", HeaderType::MinSe},
    NamedHeader{"Call-ID", HeaderType::CallId},
    NamedHeader{"Contact", HeaderType::Contact},
    NamedHeader{"Expires", HeaderType::Expires},
    NamedHeader{"Require", HeaderType::Require},
    NamedHeader{"Subject", HeaderType::Subject},
    NamedHeader{"Privacy", HeaderType::Privacy},
    NamedHeader{"Warning", HeaderType::Warning},
    NamedHeader{"Priority", HeaderType::Priority},
    NamedHeader{"Refer-To", HeaderType::ReferTo},
    NamedHeader{"Supported", HeaderType::Supported},
    NamedHeader{"Diversion", HeaderType::Diversion},
    NamedHeader{"Timestamp", HeaderType::Timestamp},
    NamedHeader{"User-Agent", HeaderType::UserAgent},
    NamedHeader{"Min-Expires", HeaderType::MinExpires},
    NamedHeader{"Retry-After", HeaderType::RetryAfter},
    NamedHeader{"Unsupported", HeaderType::Unsupported},
    NamedHeader{"Referred-By", HeaderType::ReferredBy},
    NamedHeader{"Max-Forwards", HeaderType::MaxForwards},
    NamedHeader{"Content-Type", HeaderType::ContentType},
    NamedHeader{"Record-Route", HeaderType::RecordRoute},
    NamedHeader{"Organization", HeaderType::Organization},
    NamedHeader{"Allow-Events", HeaderType::AllowEvents},
    NamedHeader{"Authorization", HeaderType::Authorization},
    NamedHeader{"Proxy-Require", HeaderType::ProxyRequire},
    NamedHeader{"Content-Length", HeaderType::ContentLength},
    NamedHeader{"Accept-Encoding", HeaderType::AcceptEncoding},
    NamedHeader{"Accept-Language", HeaderType::AcceptLanguage},
    NamedHeader{"Remote-Party-ID", HeaderType::RemotePartyId},
    NamedHeader{"Session-Expires", HeaderType::SessionExpires},
    NamedHeader{"Content-Encoding", HeaderType::ContentEncoding},
    NamedHeader{"WWW-Authenticate", HeaderType::WwwAuthenticate},
    NamedHeader{"Proxy-Authenticate", HeaderType::ProxyAuthenticate},
    NamedHeader{"Accept-Disposition", HeaderType::AcceptDisposition},
    NamedHeader{"Content-Disposition", HeaderType::ContentDisposition},
    NamedHeader{"Proxy-Authorization", HeaderType::ProxyAuthorization},
    NamedHeader{"P-Asserted-Identity", HeaderType::PAssertedIdentity},
    NamedHeader{"P-Preferred-Identity", HeaderType::PPreferredIdentity},
};

constexpr std::size_t longest = names.back().name.size();

// first_of_length[n] is where names of n bytes begin; those of n + 1 end them.
constexpr std::array<std::uint8_t, longest + 2> index_lengths()
{
    std::array<std::uint8_t, longest + 2> first{};
    std::size_t i = 0;
    for (std::size_t length = 0; length < first.size(); ++length) {
        while (i < names.size() && names[i].name.size() < length) ++i;
        first[length] = static_cast<std::uint8_t>(i);
    }
    return first;
}
constexpr auto first_of_length = index_lengths();

}  // namespace

HeaderType header_type(std::string_view name)
{
    if (name.empty() || name.size() > longest) return HeaderType::Other;
    const char first = to_lower(name.front());
    for (std::size_t i = first_of_length[name.size()]; i < first_of_length[name.size() + 1]; ++i)
        if (to_lower(names[i].name.front()) == first && iequals(names[i].name, name)) return names[i].type;
    return HeaderType::Other;
}

std::string_view to_text(HeaderType type)
{
    for (auto named = names.rbegin(); named != names.rend(); ++named)
        if (named->type == type) return named->name;
    return {};
}

std::string_view find_call_id(std::string_view message)
{
    for (std::size_t feed = message.find('\n'); feed != std::string_view::npos; feed = message.find('\n')) {
        message.remove_prefix(feed + 1);
        const char first = message.empty() ? '\r' : to_lower(message.front());
        if (first == '\r') break;  // the headers end
        std::size_t name = 0;
        if (first == 'i' && message.substr(1).starts_with(':')) name = 2;
        if (first == 'c' && istarts_with(message, "Call-ID:")) name = 8;
        if (name > 0) return trim(message.substr(name, message.find('\n') - name));
    }
    return {};
}

bool same_header(std::string_view a, std::string_view b)
{
    const HeaderType type = header_type(a);
    return type == HeaderType::Other ? iequals(a, b) : type == header_type(b);
}

}  // namespace junctor::sip
