// The sums of digest authentication (RFC 2617 §3.2.2, RFC 7616 §3.4, RFC 8760), over OpenSSL.
#include <array>
#include <limits>
#include <memory>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "core/base/ascii.h"
#include "core/sip/digest.h"

namespace junctor::sip
{
namespace
{

using Hash = std::unique_ptr<EVP_MD, void (*)(EVP_MD*)>;

// Fetched once: OpenSSL 3 searches its providers anew for each EVP_md5(), which takes
// longer than the sum itself.
const EVP_MD* hash_of(DigestAlgorithm algorithm)
{
    static const Hash md5(EVP_MD_fetch(nullptr, "MD5", nullptr), EVP_MD_free);
    static const Hash sha256(EVP_MD_fetch(nullptr, "SHA2-256", nullptr), EVP_MD_free);
    const EVP_MD* hash = (algorithm == DigestAlgorithm::Md5 ? md5 : sha256).get();
    // OpenSSL was set up without it (FIPS has no MD5): nothing that traffic can cause or mend.
    if (hash == nullptr)
        throw std::runtime_error("OpenSSL does not offer " + std::string(to_text(algorithm)));
    return hash;
}

std::string hash_hex(DigestAlgorithm algorithm, std::string_view text)
{
    std::array<char, EVP_MAX_MD_SIZE> sum{};
    unsigned length = 0;
    if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(sum.data()), &length,
                   hash_of(algorithm), nullptr) != 1)
        throw std::runtime_error("OpenSSL could not compute a hash");
    return to_hex({sum.data(), length});
}

// The parts with colons between them.
std::string joined(std::initializer_list<std::string_view> parts)
{
    std::string out;
    for (const std::string_view part : parts) (out += part) += ':';
    out.pop_back();
    return out;
}

}  // namespace

std::string md5_hex(std::string_view text)
{
    return hash_hex(DigestAlgorithm::Md5, text);
}

std::string sha256_hex(std::string_view text)
{
    return hash_hex(DigestAlgorithm::Sha256, text);
}

std::string hmac_sha256(std::string_view key, std::string_view text)
{
    std::string out(32, '\0');
    unsigned length = 0;
    if (key.size() > std::numeric_limits<int>::max() ||
        HMAC(hash_of(DigestAlgorithm::Sha256), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(),
             reinterpret_cast<unsigned char*>(out.data()), &length) == nullptr)
        throw std::runtime_error("OpenSSL could not compute an HMAC");
    return out;
}

std::string random_bytes(std::size_t count)
{
    std::string out(count, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1)
        throw std::runtime_error("the system gave no random bytes");
    return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string digest_ha1(DigestAlgorithm algorithm, std::string_view username, std::string_view realm,
                       std::string_view password)
{
    return hash_hex(algorithm, joined({username, realm, password}));
}

std::string digest_response(const DigestCredentials& credentials, std::string_view ha1,
                            std::string_view method, std::string_view body)
{
    const DigestAlgorithm algorithm = credentials.algorithm;
    const std::string ha2 =
        iequals(credentials.qop, "auth-int")
            ? hash_hex(algorithm, joined({method, credentials.uri, hash_hex(algorithm, body)}))
            : hash_hex(algorithm, joined({method, credentials.uri}));
    if (credentials.qop.empty()) return hash_hex(algorithm, joined({ha1, credentials.nonce, ha2}));
    return hash_hex(algorithm, joined({ha1, credentials.nonce, credentials.nc, credentials.cnonce,
                                       credentials.qop, ha2}));
}

}  // namespace junctor::sip
