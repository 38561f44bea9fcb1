#include "modules/auth/challenge.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/ascii.h"

namespace junctor::auth
{
namespace
{

// RFC 3261 §25.1 quoted-string. Control characters have no place in one.
std::string quoted(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
    }
    return out + '"';
}

}  // namespace

Result<std::vector<sip::DigestAlgorithm>> parse_algorithms(std::string_view text)
{
    std::vector<sip::DigestAlgorithm> algorithms;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view word = trim(text.substr(0, comma));
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        sip::DigestAlgorithm algorithm = sip::DigestAlgorithm::Md5;
        if (iequals(word, "SHA-256"))
            algorithm = sip::DigestAlgorithm::Sha256;
        else if (!iequals(word, "MD5"))
            return fail(fmt::format("\"{}\" is no algorithm; known are MD5 and SHA-256", word));
        if (std::find(algorithms.begin(), algorithms.end(), algorithm) != algorithms.end())
            return fail(fmt::format("{} is named twice", word));
        algorithms.push_back(algorithm);
    }
    if (algorithms.empty()) return fail("no algorithm is named; known are MD5 and SHA-256");
    return algorithms;
}

std::string Challenge::lines(const std::vector<sip::DigestAlgorithm>& algorithms) const
{
    std::string out;
    out.reserve(algorithms.size() * (realm.size() + nonce.size() + 100));
    for (const sip::DigestAlgorithm algorithm : algorithms) {
        out += kind == Kind::Www ? "WWW-Authenticate: " : "Proxy-Authenticate: ";
        ((((out += "Digest realm=") += quoted(realm)) += ", nonce=\"") += nonce) += '"';
        // MD5 is what no algorithm means; 1.2 names none, and old phones know no such parameter.
        if (algorithm != sip::DigestAlgorithm::Md5) out += fmt::format(", algorithm={}", to_text(algorithm));
        if (qop) out += ", qop=\"auth\"";
        if (stale) out += ", stale=true";
        out += "\r\n";
    }
    return out;
}

Result<std::string> derived_realm(const sip::Message& request, Kind kind, std::string_view prefix)
{
    const bool of_to = kind == Kind::Www && request.method_id() == sip::Method::Register;
    const sip::NameAddr* const address = of_to ? request.to() : request.from();
    if (address == nullptr || address->uri.host.empty())
        return fail(400, fmt::format("no realm: the URI of {} does not parse", of_to ? "To" : "From"));
    std::string_view host = address->uri.host;
    if (!prefix.empty() && host.starts_with(prefix)) host.remove_prefix(prefix.size());
    return std::string(host);
}

}  // namespace junctor::auth
