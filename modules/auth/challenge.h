// What a challenge says: WWW-Authenticate and Proxy-Authenticate (RFC 3261 §20.44, §20.27; RFC 8760).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/sip/digest.h"
#include "core/sip/message.h"
#include "modules/auth/auth.h"

namespace junctor::auth
{

// "MD5", "SHA-256", or both with a comma between, the preferred one first.
Result<std::vector<sip::DigestAlgorithm>> parse_algorithms(std::string_view text);

struct Challenge {
    Kind kind = Kind::Www;
    std::string_view realm, nonce;
    bool qop = false;    // qop="auth"
    bool stale = false;  // the credentials were right but for their nonce

    // One header line for each algorithm; the client takes the first it knows (RFC 8760 §2.4).
    std::string lines(const std::vector<sip::DigestAlgorithm>& algorithms) const;
};

// The realm where the script names none: the host of To in a REGISTER that is asked with a 401, else of From;
// without `prefix` if it starts with it. An error (400) if that URI does not parse.
Result<std::string> derived_realm(const sip::Message& request, Kind kind, std::string_view prefix);

}  // namespace junctor::auth
