#include "core/sip/header.h"

#include <array>

#include "core/base/ascii.h"

namespace junctor::sip
{
namespace
{

struct Named {
    std::string_view name;
    HeaderType type;
};

// Ordered by length, so that a name meets the few of its own length only.
constexpr std::array names{
    Named{"c", HeaderType::ContentType},
    Named{"e", HeaderType::ContentEncoding},
    Named{"f", HeaderType::From},
    Named{"b", HeaderType::ReferredBy},
    Named{"i", HeaderType::CallId},
    Named{"k", HeaderType::Supported},
    Named{"l", HeaderType::ContentLength},
    Named{"m", HeaderType::Contact},
    Named{"o", HeaderType::Event},
    Named{"r", HeaderType::ReferTo},
    Named{"s", HeaderType::Subject},
    Named{"t", HeaderType::To},
    Named{"u", HeaderType::AllowEvents},
    Named{"v", HeaderType::Via},
    Named{"x", HeaderType::SessionExpires},
    Named{"To", HeaderType::To},
    Named{"Via", HeaderType::Via},
    Named{"CSeq", HeaderType::CSeq},
    Named{"From", HeaderType::From},
    Named{"Date", HeaderType::Date},
    Named{"Path", HeaderType::Path},
    Named{"Route", HeaderType::Route},
    Named{"Allow", HeaderType::Allow},
    Named{"Event", HeaderType::Event},
    Named{"Accept", HeaderType::Accept},
    Named{"Server", HeaderType::Server},
    Named{"Min-SE", HeaderType::MinSe},
    Named{"Call-ID", HeaderType::CallId},
    Named{"Contact", HeaderType::Contact},
    Named{"Expires", HeaderType::Expires},
    Named{"Require", HeaderType::Require},
    Named{"Subject", HeaderType::Subject},
    Named{"Privacy", HeaderType::Privacy},
    Named{"Warning", HeaderType::Warning},
    Named{"Priority", HeaderType::Priority},
    Named{"Refer-To", HeaderType::ReferTo},
    Named{"Supported", HeaderType::Supported},
    Named{"Diversion", HeaderType::Diversion},
    Named{"Timestamp", HeaderType::Timestamp},
    Named{"User-Agent", HeaderType::UserAgent},
    Named{"Min-Expires", HeaderType::MinExpires},
    Named{"Retry-After", HeaderType::RetryAfter},
    Named{"Unsupported", HeaderType::Unsupported},
    Named{"Referred-By", HeaderType::ReferredBy},
    Named{"Max-Forwards", HeaderType::MaxForwards},
    Named{"Content-Type", HeaderType::ContentType},
    Named{"Record-Route", HeaderType::RecordRoute},
    Named{"Organization", HeaderType::Organization},
    Named{"Allow-Events", HeaderType::AllowEvents},
    Named{"Authorization", HeaderType::Authorization},
    Named{"Proxy-Require", HeaderType::ProxyRequire},
    Named{"Content-Length", HeaderType::ContentLength},
    Named{"Accept-Encoding", HeaderType::AcceptEncoding},
    Named{"Accept-Language", HeaderType::AcceptLanguage},
    Named{"Remote-Party-ID", HeaderType::RemotePartyId},
    Named{"Session-Expires", HeaderType::SessionExpires},
    Named{"Content-Encoding", HeaderType::ContentEncoding},
    Named{"WWW-Authenticate", HeaderType::WwwAuthenticate},
    Named{"Proxy-Authenticate", HeaderType::ProxyAuthenticate},
    Named{"Accept-Disposition", HeaderType::AcceptDisposition},
    Named{"Content-Disposition", HeaderType::ContentDisposition},
    Named{"Proxy-Authorization", HeaderType::ProxyAuthorization},
    Named{"P-Asserted-Identity", HeaderType::PAssertedIdentity},
    Named{"P-Preferred-Identity", HeaderType::PPreferredIdentity},
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
