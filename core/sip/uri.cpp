#include "core/sip/uri.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/sip/scan.h"

namespace junctor::sip
{
namespace
{

// Bounds the comparison of two parameter lists, which is quadratic.
constexpr std::size_t max_uri_parameters = 64;

tl::unexpected<Error> bad(const Uri& uri, const char* where, std::string text)
{
    return fail(400, std::move(text), static_cast<std::size_t>(where - uri.text.data()));
}

// Reads the scheme and returns where the rest begins; 0 if there is no valid scheme.
std::size_t scan_scheme(Uri& uri)
{
    const std::string_view text = uri.text;
    if (text.starts_with("sip:")) return 4;  // Scheme::Sip it is
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon == 0 || !is_alpha(text.front())) return 0;
    const std::string_view scheme = text.substr(0, colon);
    if (iequals(scheme, "sip"))
        uri.scheme = Uri::Scheme::Sip;
    else if (iequals(scheme, "sips"))
        uri.scheme = Uri::Scheme::Sips;
    else if (iequals(scheme, "tel"))
        uri.scheme = Uri::Scheme::Tel;
    else
        uri.scheme = Uri::Scheme::Other;
    for (const char c : scheme)
        if (!is_alnum(c) && c != '+' && c != '-' && c != '.') return 0;
    return colon + 1;
}

// ";name[=value]" one after the other, each with a name.
bool valid_uri_parameters(std::string_view params)
{
    if (!scan::all_escaped(params, scan::UriParam)) return false;
    std::size_t count = 0;
    std::size_t start = 0;
    while (true) {
        const std::size_t end = std::min(params.find(';', start), params.size());
        if (end == start || params[start] == '=' || ++count > max_uri_parameters) return false;
        if (end == params.size()) return true;
        start = end + 1;
    }
}

// user[:password]
Result<void> scan_userinfo(Uri& uri, std::string_view userinfo)
{
    uri.has_user = true;
    const std::size_t colon = userinfo.find(':');
    uri.user = userinfo.substr(0, colon);
    if (uri.user.empty()) return bad(uri, userinfo.data(), "empty user in URI");
    if (!scan::all_escaped(uri.user, scan::User)) return bad(uri, uri.user.data(), "bad user in URI");
    if (colon == std::string_view::npos) return {};
    uri.has_password = true;
    uri.password = userinfo.substr(colon + 1);
    if (!scan::all_escaped(uri.password, scan::Password))
        return bad(uri, uri.password.data(), "bad password in URI");
    return {};
}

// host[:port][;params][?headers]
Result<void> scan_host_and_rest(Uri& uri, std::string_view rest)
{
    const std::size_t host = scan::host_length(rest);
    if (host == 0) return bad(uri, rest.data(), "bad host in URI");
    uri.host = rest.substr(0, host);
    rest.remove_prefix(host);

    if (!rest.empty() && rest.front() == ':') {
        std::size_t end = 1;
        while (end < rest.size() && is_digit(rest[end])) ++end;
        uri.port_text = rest.substr(1, end - 1);
        uri.port = scan::port(uri.port_text);
        if (!uri.port) return bad(uri, rest.data(), "bad port in URI");
        rest.remove_prefix(end);
    }
    if (!rest.empty() && rest.front() == ';') {
        const std::size_t end = std::min(rest.find('?'), rest.size());
        uri.params = rest.substr(1, end - 1);
        if (!valid_uri_parameters(uri.params)) return bad(uri, rest.data(), "bad parameters in URI");
        rest.remove_prefix(end);
    }
    if (!rest.empty() && rest.front() == '?') {
        uri.headers = rest.substr(1);
        if (uri.headers.empty() || !scan::all_escaped(uri.headers, scan::UriHeader))
            return bad(uri, rest.data(), "bad headers in URI");
        rest = {};
    }
    if (!rest.empty()) return bad(uri, rest.data(), "bad host in URI");
    return {};
}

// RFC 3966 §3: a global number begins with '+', a local one may hold hexadecimal digits, '*' and '#'.
bool valid_telephone_number(std::string_view number)
{
    const bool global = number.starts_with('+');
    if (global) number.remove_prefix(1);
    bool digits = false;
    for (const char c : number) {
        const bool digit = global ? is_digit(c) : hex_value(c) >= 0 || c == '*' || c == '#';
        if (!digit && c != '-' && c != '.' && c != '(' && c != ')') return false;
        digits = digits || digit;
    }
    return digits;
}

Result<void> scan_tel(Uri& uri, std::string_view rest)
{
    const std::size_t semicolon = rest.find(';');
    uri.user = rest.substr(0, semicolon);
    uri.has_user = true;
    if (!valid_telephone_number(uri.user)) return bad(uri, rest.data(), "bad telephone number in URI");
    if (semicolon == std::string_view::npos) return {};
    uri.params = rest.substr(semicolon + 1);
    if (!valid_uri_parameters(uri.params)) return bad(uri, uri.params.data(), "bad parameters in URI");
    return {};
}

Result<void> scan_rest(Uri& uri, std::string_view rest)
{
    switch (uri.scheme) {
        case Uri::Scheme::Sip:
        case Uri::Scheme::Sips: {
            const std::size_t at = rest.find('@');
            if (at == std::string_view::npos) return scan_host_and_rest(uri, rest);
            if (auto done = scan_userinfo(uri, rest.substr(0, at)); !done) return done;
            return scan_host_and_rest(uri, rest.substr(at + 1));
        }
        case Uri::Scheme::Tel: return scan_tel(uri, rest);
        case Uri::Scheme::Other:
            uri.host = rest;
            if (rest.empty() || !scan::all(rest, scan::Opaque)) return bad(uri, rest.data(), "bad URI");
            return {};
    }
    return {};
}

}  // namespace

Result<Uri> Uri::parse(std::string_view text)
{
    if (text.size() > max_uri_length) return fail(400, "URI too long", max_uri_length);
    Uri uri;
    uri.text = text;
    const std::size_t start = scan_scheme(uri);
    if (start == 0) return fail(400, "no scheme in URI", 0);
    if (auto done = scan_rest(uri, text.substr(start)); !done) return fail(done.error());
    return uri;
}

std::uint16_t Uri::port_or_default() const
{
    return port.value_or(scheme == Scheme::Sips ? 5061 : 5060);
}

Protocol Uri::transport() const
{
    const auto parameter = param("transport");
    if (!parameter) return Protocol::Any;
    return protocol_from(parameter->value).value_or(Protocol::Any);
}

std::optional<std::string> unescape(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        if (i + 2 >= text.size()) return {};
        const int high = hex_value(text[i + 1]);
        const int low = hex_value(text[i + 2]);
        if (high < 0 || low < 0 || high + low == 0) return {};
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::string escape_user(std::string_view text)
{
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (scan::is(c, scan::User) && c != '%' && c != '#') {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

}  // namespace junctor::sip
