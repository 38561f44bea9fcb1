#include "core/script/lexer_strings.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/ascii.h"

namespace junctor::script
{
namespace
{

constexpr bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

bool is_environment_name(std::string_view name)
{
    return !name.empty() && !is_digit(name[0]) &&
           std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

}  // namespace

std::size_t find_closing_quote(std::string_view text, std::size_t open)
{
    const char quote = text[open];
    for (std::size_t at = open + 1; at < text.size(); ++at) {
        if (text[at] == quote) return at;
        if (quote == '"' && text[at] == '\\') ++at;  // single quotes know no escapes
    }
    return text.npos;
}

std::size_t find_closing_parenthesis(std::string_view text, std::size_t open)
{
    std::size_t depth = 0;
    for (std::size_t at = open; at < text.size(); ++at) {
        if (text[at] == '(') ++depth;
        if (text[at] == ')' && --depth == 0) return at + 1;
    }
    return text.npos;
}

Range StringLiteral::range(std::size_t begin, std::size_t end) const
{
    const auto offset = [&](std::size_t at) { return static_cast<std::uint32_t>(inside_.begin + at); };
    return {inside_.file, offset(begin), offset(std::min(end, text_.size()))};
}

std::string StringLiteral::unescape()
{
    while (at_ < text_.size()) {
        if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
            escape();
        } else if (text_.substr(at_, 2) ==
                   "$$") {  // a literal dollar of a format: what follows is no ${env:}
            value_ += "$$";
            at_ += 2;
        } else if (text_.substr(at_, 6) != "${env:" || !environment()) {
            value_ += text_[at_++];
        }
    }
    return std::move(value_);
}

void StringLiteral::escape()
{
    const char c = text_[at_ + 1];
    constexpr std::string_view letters = "nrat\"\\", meanings = "\n\r\a\t\"\\";
    if (const auto i = letters.find(c); i != letters.npos) {
        value_ += meanings[i];
        at_ += 2;
    } else if (c == '\n') {
        at_ += 2;
    } else if (text_.substr(at_ + 1, 2) == "\r\n") {
        at_ += 3;
    } else if (!numeric_escape()) {
        value_ += text_.substr(at_, 2);
        at_ += 2;
    }
}

// "\xH", "\xHH", "\OO", "\OOO". A single octal digit is none: "\1" is a back-reference.
bool StringLiteral::numeric_escape()
{
    const auto digits = text_.substr(at_ + 1);
    const auto digit = [&](std::size_t i) { return i < digits.size() ? digits[i] : '\0'; };
    unsigned value = 0;
    std::size_t length = 0;
    if (digit(0) == 'x' && hex_value(digit(1)) >= 0) {
        for (length = 1; length < 3 && hex_value(digit(length)) >= 0; ++length) {
            value = value * 16 + static_cast<unsigned>(hex_value(digit(length)));
        }
    } else if (is_octal(digit(0)) && is_octal(digit(1))) {
        const std::size_t most = digit(0) <= '3' ? 3 : 2;  // three digits above \377 would not fit a byte
        for (length = 0; length < most && is_octal(digit(length)); ++length) {
            value = value * 8 + static_cast<unsigned>(digit(length) - '0');
        }
    } else {
        return false;
    }
    append_byte(value, at_);
    at_ += 1 + length;
    return true;
}

void StringLiteral::append_byte(unsigned value, std::size_t begin)
{
    if (value == 0) {
        diagnostics_.error(range(begin, begin + 3), "a string cannot hold a zero byte",
                           "OpenSER cut the string here; remove it and what follows, or the backslash");
        return;
    }
    value_ += static_cast<char>(value);
}

// "${env:NAME}" | "${env:NAME:-default}"; anything else that starts so is left as it is.
bool StringLiteral::environment()
{
    const auto close = text_.find('}', at_);
    if (close == text_.npos) return false;
    const auto inner = text_.substr(at_ + 6, close - at_ - 6);
    const auto separator = inner.find(":-");
    const auto name = inner.substr(0, separator);
    if (!is_environment_name(name)) return false;

    if (const auto found = sources_.environment(name)) {
        value_ += *found;
    } else if (separator != inner.npos) {
        value_ += inner.substr(separator + 2);
    } else {
        diagnostics_.error(range(at_, close + 1), fmt::format("the environment variable {} is not set", name),
                           fmt::format("set it, or give a default: ${{env:{}:-default}}", name));
    }
    at_ = close + 1;
    return true;
}

}  // namespace junctor::script
