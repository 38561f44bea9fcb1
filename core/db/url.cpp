#include "core/db/url.h"

#include <fmt/format.h>

#include "core/base/ascii.h"

namespace junctor::db
{
namespace
{

// Files have no host: sqlite:///abs/path, sqlite://relative/path.
bool names_a_file(std::string_view scheme)
{
    return scheme == "sqlite";
}

Result<std::map<std::string, std::string>> parse_parameters(std::string_view text)
{
    std::map<std::string, std::string> parameters;
    while (!text.empty()) {
        const std::string_view one = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), one.size() + 1));
        const std::size_t equals = one.find('=');
        if (equals == 0 || equals == std::string_view::npos)
            return fail(
                fmt::format("database URL: \"{}\" is no parameter; write ?name=value&name=value", one));
        parameters[lower_copy(one.substr(0, equals))] = std::string(one.substr(equals + 1));
    }
    return parameters;
}

Result<void> parse_server(std::string_view text, Url& url)
{
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
        const std::string_view account = text.substr(0, at);
        const std::size_t colon = account.find(':');
        url.user = std::string(account.substr(0, colon));
        if (colon != std::string_view::npos) url.password = std::string(account.substr(colon + 1));
        text.remove_prefix(at + 1);
    }
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos || slash + 1 == text.size())
        return fail("database URL " + url.text() + ": the name of the database is missing behind the host");
    url.database = std::string(text.substr(slash + 1));

    std::string_view host = text.substr(0, slash);
    std::size_t colon = host.rfind(':');
    if (!host.empty() && host.front() == '[') {  // IPv6
        const std::size_t end = host.find(']');
        if (end == std::string_view::npos) return fail("database URL " + url.text() + ": ] is missing");
        colon = end + 1 < host.size() ? end + 1 : std::string_view::npos;
    }
    if (colon != std::string_view::npos) {
        const auto port = parse_unsigned(host.substr(colon + 1), 65535);
        if (!port || *port == 0)
            return fail(fmt::format("database URL {}: {} is no port", url.text(), host.substr(colon + 1)));
        url.port = static_cast<std::uint16_t>(*port);
        host = host.substr(0, colon);
    }
    url.host = std::string(host);
    return {};
}

}  // namespace

Result<Url> Url::parse(std::string_view text)
{
    const std::size_t end = text.find("://");
    if (end == std::string_view::npos || end == 0)
        return fail(
            "a database URL has the form scheme://user:password@host/database or sqlite:///path/of/file");
    Url url;
    url.scheme = lower_copy(text.substr(0, end));
    std::string_view rest = text.substr(end + 3);

    const std::size_t at = rest.rfind('@');
    const std::size_t mark = rest.find('?', at == std::string_view::npos ? 0 : at);
    if (mark != std::string_view::npos) {
        auto parameters = parse_parameters(rest.substr(mark + 1));
        if (!parameters) return fail(std::move(parameters.error()));
        url.parameters = std::move(*parameters);
        rest = rest.substr(0, mark);
    }
    if (names_a_file(url.scheme)) {
        if (rest.empty()) return fail("database URL " + url.scheme + "://: the path of the file is missing");
        url.database = std::string(rest);
        return url;
    }
    if (auto parsed = parse_server(rest, url); !parsed) return fail(std::move(parsed.error()));
    return url;
}

std::string Url::text() const
{
    std::string out = scheme + "://";
    if (!user.empty() || !password.empty()) {
        out += user;
        if (!password.empty()) out += ":***";
        out += '@';
    }
    out += host;
    if (port != 0) out += fmt::format(":{}", port);
    if (!names_a_file(scheme)) out += '/';
    out += database;
    char separator = '?';
    for (const auto& [name, value] : parameters) {
        out += fmt::format("{}{}={}", separator, name, value);
        separator = '&';
    }
    return out;
}

std::string Url::file_name() const
{
    Url plain = *this;
    plain.password.clear();
    plain.parameters.clear();
    const std::string text = plain.text();
    std::uint32_t hash = 2166136261U;  // FNV-1a: what the letters below leave out
    for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619U;
    std::string name = scheme + '-';
    for (const char c : std::string_view(text).substr(text.size() - std::min<std::size_t>(text.size(), 40)))
        name += is_alnum(c) || c == '.' || c == '_' ? c : '-';
    return fmt::format("{}-{:08x}", name, hash);
}

}  // namespace junctor::db
