#include "tools/sipload/challenge.h"

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "tools/sipload/reading.h"

namespace junctor::load
{
namespace
{

// The value of `name` in a list of auth-params, without its quotes.
std::string_view parameter(std::string_view list, std::string_view name)
{
    while (!list.empty()) {
        const std::size_t equals = list.find('=');
        if (equals == std::string_view::npos) return {};
        const std::string_view found = trim(list.substr(0, equals));
        std::string_view rest = list.substr(equals + 1);
        std::string_view value;
        if (rest.starts_with('"')) {
            const std::size_t close = std::min(rest.find('"', 1), rest.size());
            value = rest.substr(1, close - 1);
            rest.remove_prefix(std::min(close + 1, rest.size()));
        } else {
            value = trim(rest.substr(0, rest.find(',')));
        }
        if (iequals(found, name)) return value;
        const std::size_t comma = rest.find(',');
        list = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
    }
    return {};
}

}  // namespace

std::optional<Challenge> Challenge::read(std::string_view value)
{
    if (!istarts_with(value, "Digest ")) return {};
    value.remove_prefix(7);
    Challenge challenge;
    const std::string_view algorithm = parameter(value, "algorithm");
    if (iequals(algorithm, "SHA-256"))
        challenge.algorithm_ = sip::DigestAlgorithm::Sha256;
    else if (!algorithm.empty() && !iequals(algorithm, "MD5"))
        return {};
    challenge.realm_ = parameter(value, "realm");
    challenge.nonce_ = parameter(value, "nonce");
    challenge.opaque_ = parameter(value, "opaque");
    // "auth", "auth-int" or both; of these we offer the first.
    const std::string_view qop = parameter(value, "qop");
    challenge.wants_qop_ = iequals(qop, "auth") || istarts_with(qop, "auth,") || qop.ends_with(",auth");
    if (challenge.nonce_.empty() || (!qop.empty() && !challenge.wants_qop_)) return {};
    return challenge;
}

std::optional<Challenge> Challenge::find(std::string_view response, int status)
{
    std::optional<Challenge> challenge;
    for_each_header(response, [&](std::string_view line) {
        if (is_header(line, status == 401 ? "WWW-Authenticate" : "Proxy-Authenticate"))
            challenge = read(value_of(line));
        return !challenge;
    });
    if (challenge) challenge->of_proxy_ = status == 407;
    return challenge;
}

std::string Challenge::answer(const Account& account) const
{
    sip::DigestCredentials credentials;
    credentials.username = account.user;
    credentials.realm = realm_;
    credentials.nonce = nonce_;
    credentials.uri = account.uri;
    credentials.algorithm = algorithm_;
    if (wants_qop_) {
        credentials.qop = "auth";
        credentials.nc = "00000001";
        credentials.cnonce = account.client_nonce;
    }
    const std::string ha1 = sip::digest_ha1(algorithm_, account.user, realm_, account.password);
    const std::string response = sip::digest_response(credentials, ha1, account.method, {});

    std::string line = fmt::format(
        "{}: Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{}\", algorithm={}",
        of_proxy_ ? "Proxy-Authorization" : "Authorization", account.user, realm_, nonce_, account.uri,
        response, sip::to_text(algorithm_));
    if (wants_qop_)
        fmt::format_to(std::back_inserter(line), ", qop=auth, nc={}, cnonce=\"{}\"", credentials.nc,
                       credentials.cnonce);
    if (!opaque_.empty()) fmt::format_to(std::back_inserter(line), ", opaque=\"{}\"", opaque_);
    return line += "\r\n";
}

}  // namespace junctor::load
