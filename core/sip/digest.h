// Digest access authentication: RFC 2617, RFC 7616, RFC 8760. Pure computation: nonces
// and state are module auth's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace junctor::sip
{

enum class DigestAlgorithm { Md5, Sha256 };
std::string_view to_text(DigestAlgorithm algorithm);  // "MD5", "SHA-256"

// Views into a header value; quotes removed where the grammar has them.
struct DigestCredentials {
    std::string_view username, realm, nonce, uri, response, cnonce, nc, qop, opaque;
    std::string_view algorithm_text;  // as written; empty: none, which means MD5
    DigestAlgorithm algorithm = DigestAlgorithm::Md5;
    bool unknown_algorithm = false;
    std::string_view user() const;    // username without "@domain"
    std::string_view domain() const;  // what follows the '@', empty if none

    // "Digest username=..., ..."; other schemes and malformed ones are errors (400).
    static Result<DigestCredentials> parse(std::string_view header_value);
};

std::string md5_hex(std::string_view text);
std::string sha256_hex(std::string_view text);

// HMAC-SHA256 (RFC 2104) with one key, prepared once. Thread-safe once made.
class HmacSha256
{
public:
    explicit HmacSha256(std::string_view key);
    ~HmacSha256();
    HmacSha256(const HmacSha256&) = delete;
    HmacSha256& operator=(const HmacSha256&) = delete;

    std::string of(std::string_view text) const;  // 32 bytes

private:
    struct States;
    const std::unique_ptr<States> states_;
};

std::string random_bytes(std::size_t count);  // from the system's generator
bool equal_in_constant_time(std::string_view a, std::string_view b);

std::string digest_ha1(DigestAlgorithm algorithm, std::string_view username, std::string_view realm,
                       std::string_view password);
// `body` matters for qop=auth-int only.
std::string digest_response(const DigestCredentials& credentials, std::string_view ha1,
                            std::string_view method, std::string_view body);

}  // namespace junctor::sip
