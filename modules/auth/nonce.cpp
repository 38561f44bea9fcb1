#include "modules/auth/nonce.h"

#include <cstring>

#include "core/base/ascii.h"
#include "core/sip/digest.h"

namespace junctor::auth
{
namespace
{

constexpr std::size_t expiry_digits = 12, number_digits = 16, signature_digits = 32;
constexpr std::size_t signed_digits = expiry_digits + number_digits;

// Starts at random, so that servers with one secret do not number alike.
std::uint64_t first_number()
{
    std::uint64_t number = 0;
    std::memcpy(&number, sip::random_bytes(sizeof number).data(), sizeof number);
    return number;
}

std::optional<std::uint64_t> hex_number(std::string_view digits)
{
    std::uint64_t number = 0;
    for (const char c : digits) {
        const int value = hex_value(c);
        if (value < 0) return std::nullopt;
        number = number << 4 | static_cast<std::uint64_t>(value);
    }
    return number;
}

}  // namespace

Nonces::Nonces(std::string_view secret) : signer_(secret), next_(first_number()) {}

std::string Nonces::signature(std::string_view text) const
{
    return to_hex(std::string_view(signer_.of(text)).substr(0, signature_digits / 2));
}

std::string Nonces::make(WallTime expires)
{
    const auto time = std::chrono::floor<std::chrono::milliseconds>(expires.time_since_epoch());
    std::string text;
    text.reserve(signed_digits + signature_digits);
    append_hex(text, static_cast<std::uint64_t>(time.count()), expiry_digits);
    append_hex(text, next_.fetch_add(1, std::memory_order_relaxed), number_digits);
    return text += signature(text);
}

std::optional<Nonce> Nonces::open(std::string_view text) const
{
    if (text.size() != signed_digits + signature_digits) return std::nullopt;
    const std::string_view content = text.substr(0, signed_digits);
    if (!sip::equal_in_constant_time(signature(content), text.substr(signed_digits))) return std::nullopt;
    const auto expires = hex_number(content.substr(0, expiry_digits));
    const auto number = hex_number(content.substr(expiry_digits));
    if (!expires || !number) return std::nullopt;
    return Nonce{WallTime(std::chrono::milliseconds(*expires)), *number};
}

}  // namespace junctor::auth
