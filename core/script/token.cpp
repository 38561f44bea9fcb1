#include "core/script/token.h"

#include <charconv>

#include <fmt/format.h>

#include "core/base/ascii.h"

namespace junctor::script
{

std::optional<std::int64_t> number_of(std::string_view text)
{
    int base = 10;
    if (text.size() > 2 && text.substr(0, 2) == "0x") {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text[0] == '0') {
        base = 8;
        text.remove_prefix(1);
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size() || text[0] == '-') return std::nullopt;
    return value;
}

std::optional<std::int64_t> number_word(std::string_view text)
{
    for (const auto* word : {"yes", "true", "on", "enable"}) {
        if (text == word) return 1;
    }
    for (const auto* word : {"no", "false", "off", "disable"}) {
        if (text == word) return 0;
    }
    if (text == "inet" || text == "INET") return 2;
    if (text == "inet6" || text == "INET6") return 10;
    return std::nullopt;
}

std::string describe(const Token& token)
{
    if (token.kind == TokenKind::End) return "the end of the script";
    if (token.kind != TokenKind::String) return fmt::format("'{}'", token.text);
    return fmt::format("the string \"{}\"", quoted_for_log(token.text, 40));
}

}  // namespace junctor::script
