// A phone's side of digest authentication, for tests: reads a challenge and makes the credentials for it.
#pragma once

#include <string>
#include <string_view>

#include "core/sip/digest.h"

namespace junctor::test
{

// The value of name="..." in `text`; empty: it is not there.
inline std::string quoted_parameter(std::string_view text, std::string_view name)
{
    const std::string start = std::string(name) + "=\"";
    const std::size_t at = text.find(start);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(at + start.size());
    return std::string(rest.substr(0, rest.find('"')));
}

struct DigestClient {
    std::string username = "alice", realm = "example.test", password = "secret", nonce;
    std::string uri = "sip:example.test", method = "REGISTER", qop, nc = "00000001";
    sip::DigestAlgorithm algorithm = sip::DigestAlgorithm::Md5;
    std::string header = "Authorization";

    // A whole header line.
    std::string line() const
    {
        std::string value = "Digest username=\"" + username + "\", realm=\"" + realm + "\", nonce=\"" +
                            nonce + "\", uri=\"" + uri + "\", response=\"00000000000000000000000000000000\"";
        if (algorithm != sip::DigestAlgorithm::Md5) value += ", algorithm=" + std::string(to_text(algorithm));
        if (!qop.empty()) value += ", qop=" + qop + ", cnonce=\"0a4f113b\", nc=" + nc;
        const auto unsigned_yet = sip::DigestCredentials::parse(value).value();
        const std::string response = sip::digest_response(
            unsigned_yet, sip::digest_ha1(algorithm, username, realm, password), method, "");
        value.replace(value.find("00000000000000000000000000000000"), 32, response);
        return header + ": " + value + "\r\n";
    }
};

}  // namespace junctor::test
