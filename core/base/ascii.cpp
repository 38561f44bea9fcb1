#include "core/base/ascii.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

namespace junctor
{
namespace
{

constexpr char hex_digits[] = "0123456789abcdef";

}  // namespace

bool iequals_same_size(std::string_view a, std::string_view b)
{
    if (a == b) return true;  // as nearly everybody writes it
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] != b[i] && to_lower(a[i]) != to_lower(b[i])) return false;
    return true;
}

bool istarts_with(std::string_view text, std::string_view prefix)
{
    return text.size() >= prefix.size() && iequals(text.substr(0, prefix.size()), prefix);
}

int icompare(std::string_view a, std::string_view b)
{
    const std::size_t common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i) {
        const auto x = static_cast<unsigned char>(to_lower(a[i]));
        const auto y = static_cast<unsigned char>(to_lower(b[i]));
        if (x != y) return x < y ? -1 : 1;
    }
    if (a.size() == b.size()) return 0;
    return a.size() < b.size() ? -1 : 1;
}

std::string lower_copy(std::string_view text)
{
    std::string out(text);
    for (char& c : out) c = to_lower(c);
    return out;
}

std::string_view trim(std::string_view text)
{
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

std::optional<std::uint64_t> parse_unsigned(std::string_view text, std::uint64_t limit)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty() || value > limit) return {};
    return value;
}

std::optional<std::int64_t> parse_signed(std::string_view text)
{
    if (!text.empty() && text.front() == '+') {
        text.remove_prefix(1);
        if (!text.empty() && text.front() == '-') return {};
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return {};
    return value;
}

void append_hex(std::string& out, std::uint64_t number, std::size_t least_digits)
{
    std::array<char, 16> digits;
    const auto needed = static_cast<std::size_t>(std::bit_width(number) + 3) / 4;
    const std::size_t count = std::max(needed, least_digits);
    for (std::size_t i = count; i > 0; number >>= 4) digits[--i] = hex_digits[number & 15];
    out.append(digits.data(), count);
}

std::string to_hex(std::string_view bytes)
{
    std::string out(bytes.size() * 2, '\0');
    char* next = out.data();
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        *next++ = hex_digits[byte >> 4];
        *next++ = hex_digits[byte & 15];
    }
    return out;
}

std::optional<std::string> from_hex(std::string_view digits)
{
    if (digits.size() % 2 != 0) return {};
    std::string out;
    out.reserve(digits.size() / 2);
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        const int high = hex_value(digits[i]);
        const int low = hex_value(digits[i + 1]);
        if (high < 0 || low < 0) return {};
        out += static_cast<char>(high * 16 + low);
    }
    return out;
}

std::string quoted_for_log(std::string_view bytes, std::size_t most)
{
    std::string out = "\"";
    for (const char c : bytes.substr(0, most)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\r')
            out += "\\r";
        else if (c == '\n')
            out += "\\n";
        else if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (byte < 32 || byte == 127)
            out += "\\x" + to_hex({&c, 1});
        else
            out += c;
    }
    out += bytes.size() > most ? "\"..." : "\"";
    return out;
}

std::size_t CaselessHash::operator()(std::string_view text) const
{
    std::uint64_t hash = 1469598103934665603ULL;  // FNV-1a: header and parameter names are short
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(to_lower(c))) * 1099511628211ULL;
    return hash;
}

}  // namespace junctor
