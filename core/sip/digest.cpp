// Credentials as a client sends them. The sums are in digest_hash.cpp.
#include "core/sip/digest.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/sip/scan.h"

namespace junctor::sip
{
namespace
{

constexpr std::size_t max_credentials = 4096;
constexpr int max_parameters = 32;

struct Field {
    std::string_view name;
    std::string_view DigestCredentials::*member;
};

constexpr std::array<Field, 10> fields{{
    {"username", &DigestCredentials::username},
    {"realm", &DigestCredentials::realm},
    {"nonce", &DigestCredentials::nonce},
    {"uri", &DigestCredentials::uri},
    {"response", &DigestCredentials::response},
    {"cnonce", &DigestCredentials::cnonce},
    {"nc", &DigestCredentials::nc},
    {"qop", &DigestCredentials::qop},
    {"opaque", &DigestCredentials::opaque},
    {"algorithm", &DigestCredentials::algorithm_text},
}};

bool all_hex(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return hex_value(c) >= 0; });
}

// One parameter into its member. Unknown ones are ignored (RFC 7616 §3.4); one given twice
// could be read in two ways.
bool store(DigestCredentials& credentials, std::string_view name, std::string_view value)
{
    for (const Field& field : fields) {
        if (!iequals(field.name, name)) continue;
        std::string_view& member = credentials.*field.member;
        if (member.data() != nullptr) return false;
        member = value;
        return true;
    }
    return true;
}

void read_algorithm(DigestCredentials& credentials)
{
    const std::string_view name = credentials.algorithm_text;
    if (iequals(name, "SHA-256"))
        credentials.algorithm = DigestAlgorithm::Sha256;
    else
        credentials.unknown_algorithm = !name.empty() && !iequals(name, "MD5");
}

Result<void> check(const DigestCredentials& credentials)
{
    if (credentials.username.empty()) return fail(400, "credentials without username");
    if (credentials.realm.data() == nullptr) return fail(400, "credentials without realm");
    if (credentials.nonce.empty()) return fail(400, "credentials without nonce");
    if (credentials.uri.empty()) return fail(400, "credentials without uri");
    if (credentials.response.empty() || !all_hex(credentials.response))
        return fail(400, "credentials: bad response");
    if (credentials.qop.empty()) return {};
    if (credentials.cnonce.empty()) return fail(400, "credentials with qop but without cnonce");
    if (credentials.nc.size() != 8 || !all_hex(credentials.nc)) return fail(400, "credentials: bad nc");
    return {};
}

}  // namespace

std::string_view to_text(DigestAlgorithm algorithm)
{
    switch (algorithm) {
        case DigestAlgorithm::Md5: return "MD5";
        case DigestAlgorithm::Sha256: return "SHA-256";
    }
    return "MD5";
}

std::string_view DigestCredentials::user() const
{
    return username.substr(0, username.find('@'));
}

std::string_view DigestCredentials::domain() const
{
    const std::size_t at = username.find('@');
    return at == std::string_view::npos ? std::string_view{} : username.substr(at + 1);
}

Result<DigestCredentials> DigestCredentials::parse(std::string_view header_value)
{
    if (header_value.size() > max_credentials) return fail(400, "credentials too long");
    std::string_view rest = header_value;
    if (!iequals(scan::take_token(rest), "Digest")) return fail(400, "not the Digest scheme", 0);
    if (rest.empty() || !is_space(rest.front())) return fail(400, "credentials: no parameters");

    DigestCredentials credentials;
    std::string_view name;
    std::string_view value;
    for (int i = 0; i < max_parameters; ++i) {
        if (!scan::take_credential(rest, name, value) || !store(credentials, name, value))
            return fail(400, "credentials: bad parameter", header_value.size() - rest.size());
        if (scan::take(rest, ',')) continue;
        if (!scan::skip_space(rest).empty())
            return fail(400, "credentials: bad parameter", header_value.size() - rest.size());
        if (auto good = check(credentials); !good) return fail(std::move(good.error()));
        read_algorithm(credentials);
        return credentials;
    }
    return fail(400, "credentials: too many parameters");
}

}  // namespace junctor::sip
