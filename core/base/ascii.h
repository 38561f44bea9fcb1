// Text as SIP sees it: bytes, with ASCII case folding. Locale-free; nothing here allocates unless it returns
// a string.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace junctor
{

constexpr bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_alnum(char c)
{
    return is_digit(c) || is_alpha(c);
}
constexpr bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}
constexpr bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
constexpr char to_lower(char c)
{
    return (c >= 'A' && c <= 'Z') ? static_cast<char>(c + 32) : c;
}
constexpr char to_upper(char c)
{
    return (c >= 'a' && c <= 'z') ? static_cast<char>(c - 32) : c;
}
constexpr int hex_value(char c)  // -1: not a hexadecimal digit
{
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// RFC 3261 §25.1 token.
constexpr bool is_token_char(char c)
{
    return is_alnum(c) || c == '-' || c == '.' || c == '!' || c == '%' || c == '*' || c == '_' || c == '+' ||
           c == '`' || c == '\'' || c == '~';
}

bool iequals_same_size(std::string_view a, std::string_view b);
inline bool iequals(std::string_view a, std::string_view b)
{
    return a.size() == b.size() &&
           iequals_same_size(a, b);  // most comparisons end with the size: no call for them
}
bool istarts_with(std::string_view text, std::string_view prefix);
int icompare(std::string_view a, std::string_view b);  // <0, 0, >0 as strcmp, ignoring case
std::string lower_copy(std::string_view text);
std::string_view trim(std::string_view text);  // blanks and line ends at both sides (folding included)

// The whole text is an unsigned decimal number no greater than `limit`; empty otherwise (also on overflow).
std::optional<std::uint64_t> parse_unsigned(std::string_view text, std::uint64_t limit = UINT64_MAX);
std::optional<std::int64_t> parse_signed(std::string_view text);  // optional + or -

// Hexadecimal is written in lower case. A number has at least as many digits as are asked for, 16 at most.
void append_hex(std::string& out, std::uint64_t number, std::size_t least_digits = 1);
std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view digits);  // empty: odd length or a bad digit
std::string quoted_for_log(std::string_view bytes,
                           std::size_t most = 200);  // control bytes escaped, cut with ...

// std::hash ignoring ASCII case, and the equality to go with it, for maps keyed by names.
struct CaselessHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
};
struct CaselessEqual {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const { return iequals(a, b); }
};
// Heterogeneous look-up for maps keyed by std::string.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace junctor
