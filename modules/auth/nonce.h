// Nonces that carry their own expiry and are signed, so that no table of issued ones is needed (RFC 7616
// §5.4).
//
//     011169dbc4e0 9f3a61d20000002a 5d1c...   60 characters: expiry in Unix milliseconds, a number of its
//          12             16          32      own, HMAC-SHA256 of both with the secret, cut to 128 bits
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/sip/digest.h"
#include "modules/auth/auth.h"

namespace junctor::auth
{

class Nonces
{
public:
    // Servers with the same secret accept each other's nonces.
    explicit Nonces(std::string_view secret);

    std::string make(WallTime expires);
    // Empty: not signed by us. Does not check whether it has expired.
    std::optional<Nonce> open(std::string_view text) const;

private:
    std::string signature(std::string_view text) const;

    const sip::HmacSha256 signer_;
    std::atomic<std::uint64_t> next_;
};

}  // namespace junctor::auth
