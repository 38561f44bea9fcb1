#include "tools/junctorctl/user.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/sip/digest.h"

namespace junctor::ctl
{
namespace
{

// RFC 3261 §25.1 user, without escapes, as openserctl checks it.
bool is_user_char(char c)
{
    return is_alnum(c) || std::string_view("-&=+$,;?/_.!~*'()").find(c) != std::string_view::npos;
}

// Without "sip:" or "sips:"; empty if it has neither.
std::string_view without_scheme(std::string_view text)
{
    for (const std::string_view scheme : {"sip:", "sips:"})
        if (istarts_with(text, scheme)) return text.substr(scheme.size());
    return {};
}

}  // namespace

Result<User> parse_user(std::string_view text, std::string_view default_domain)
{
    const std::size_t at = text.find('@');
    const std::string_view name = text.substr(0, at);
    const std::string_view domain = at == std::string_view::npos ? default_domain : text.substr(at + 1);
    if (domain.empty())
        return fail(
            fmt::format("domain unknown: use USER@DOMAIN or set SIP_DOMAIN (the user was \"{}\")", text));
    User user{std::string(name), std::string(domain)};
    if (!is_aor(user.aor())) return fail("invalid AoR: " + user.aor());
    return user;
}

// openserctl asks for a dot in the domain; "localhost" and IPv6 references are good domains, too.
bool is_host(std::string_view text)
{
    const auto is_host_char = [](char c) {
        return is_alnum(c) || std::string_view("-._:[]").find(c) != std::string_view::npos;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), is_host_char);
}

bool is_aor(std::string_view text)
{
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || at == 0) return false;
    const std::string_view name = text.substr(0, at);
    return std::all_of(name.begin(), name.end(), is_user_char) && is_host(text.substr(at + 1));
}

bool is_sip_aor(std::string_view text)
{
    return is_aor(without_scheme(text));
}

bool is_sip_uri(std::string_view text)
{
    std::string_view rest = without_scheme(text);
    if (const std::size_t at = rest.find('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
    const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
    return printable && is_host(rest.substr(0, rest.find_first_of(";?")));
}

std::string ha1(const User& user, std::string_view password)
{
    return sip::digest_ha1(sip::DigestAlgorithm::Md5, user.name, user.domain, password);
}

std::string ha1b(const User& user, std::string_view password)
{
    return sip::digest_ha1(sip::DigestAlgorithm::Md5, user.aor(), user.domain, password);
}

}  // namespace junctor::ctl
