// Values as they are written: numbers, strings, unquoted words, addresses and networks, arguments of calls.
#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/script/parser_impl.h"

namespace junctor::script
{

using ast::Literal;

bool Parser::adjacent(std::size_t ahead) const
{
    return !peek(ahead).after_blank;
}

std::optional<std::int64_t> Parser::number_at(std::size_t ahead) const
{
    const Token& token = peek(ahead);
    if (token.kind == TokenKind::Number) return number_of(token.text);
    if (token.kind == TokenKind::Identifier) return number_word(token.text);
    return std::nullopt;
}

bool Parser::at_number() const
{
    const bool is_signed = at(TokenKind::Plus) || at(TokenKind::Minus);
    return at(TokenKind::Number, is_signed ? 1 : 0) || number_at(is_signed ? 1 : 0).has_value();
}

// snumber = [ '+' | '-' ] NUMBER .
Literal Parser::signed_number()
{
    const Range first = peek().range;
    const bool negative = accept(TokenKind::Minus);
    if (!negative) accept(TokenKind::Plus);
    const auto value = number_at(0);
    if (!value) {
        if (!at(TokenKind::Number)) fail_here("a number");
        const std::string& text = peek().text;
        const bool octal = text[0] == '0' && parse_unsigned(text).has_value();
        fail(peek().range, fmt::format("{} is not a number", text),
             octal ? "a number that starts with 0 is octal: leave out the 0" : "text goes in quotes");
    }
    next();
    const Range range = since(first);
    Literal literal{Literal::Kind::Number,       range, std::string(sources_.text(range)),
                    negative ? -*value : *value, {},    0};
    return literal;
}

Literal Parser::string()
{
    const Token& token = expect(TokenKind::String, "a string");
    return {Literal::Kind::String, token.range, token.text, 0, {}, 0};
}

// A name, or a host: ( ID | NUMBER ) { ( '.' | '-' ) ( ID | NUMBER ) }, without blanks.
Literal Parser::word()
{
    if (!at(TokenKind::Identifier) && !at(TokenKind::Number)) fail_here("a name");
    const Range first = next().range;
    while ((at(TokenKind::Dot) || at(TokenKind::Minus)) && adjacent(0) && adjacent(1) &&
           (at(TokenKind::Identifier, 1) || at(TokenKind::Number, 1))) {
        next();
        next();
    }
    const Range range = since(first);
    return {Literal::Kind::Word, range, std::string(sources_.text(range)), 0, {}, 0};
}

// ip = ipv4 | ipv6 | '[' ipv6 ']' .
IpAddress Parser::ip()
{
    const bool bracket = accept(TokenKind::LeftBracket);
    const IpAddress address = expect(TokenKind::Ip, "an IP address").ip;
    if (bracket) expect(TokenKind::RightBracket, "']'");
    return address;
}

// '/' ( ip | NUMBER ): how many bits of a network count.
unsigned Parser::mask_bits(const IpAddress& network)
{
    const unsigned most = network.is_v6() ? 128 : 32;
    const auto number = number_at(0);
    if (number) {
        if (*number < 0 || *number > most)
            fail(peek().range, fmt::format("a network has 0 to {} bits", most));
        next();
        return static_cast<unsigned>(*number);
    }
    const Range range = peek().range;
    const IpAddress mask = ip();
    if (mask.is_v6() != network.is_v6()) fail(range, "address and mask are of different families");
    unsigned bits = 0;
    bool ended = false;
    for (unsigned i = 0; i < most; ++i) {
        const bool set = (mask.bytes()[i / 8] >> (7 - i % 8) & 1) != 0;
        if (set && ended)
            fail(range, "this mask has holes", "write the number of bits instead, as in 10.0.0.0/8");
        if (set) ++bits;
        ended = !set;
    }
    return bits;
}

// ipnet = ip [ '/' ( ip | NUMBER ) ] .
Literal Parser::ip_or_network()
{
    const Range first = peek().range;
    Literal literal{Literal::Kind::Ip, first, {}, 0, ip(), 0};
    literal.mask_bits = literal.ip.is_v6() ? 128 : 32;
    if (accept(TokenKind::Slash)) literal.mask_bits = mask_bits(literal.ip);
    literal.range = since(first);
    literal.text = sources_.text(literal.range);
    return literal;
}

// Unquoted text up to the next ',' or ')': a name, or [proto:]host[:port] with the host perhaps in quotes.
Literal Parser::raw_argument()
{
    const Range first = peek().range;
    std::string text;
    while (!at(TokenKind::Comma) && !at(TokenKind::RightParen)) {
        switch (peek().kind) {
            case TokenKind::Identifier:
            case TokenKind::Number:
            case TokenKind::String:
            case TokenKind::Ip:
            case TokenKind::Dot:
            case TokenKind::Minus:
            case TokenKind::Colon:
            case TokenKind::LeftBracket:
            case TokenKind::RightBracket: text += next().text; break;
            default: fail_here(text.empty() ? "an argument" : "',' or ')'");
        }
    }
    return {Literal::Kind::Word, since(first), std::move(text), 0, {}, 0};
}

// 1.2 takes strings from modules' functions and what each command of the core asks for; here the function
// decides.
Literal Parser::argument()
{
    const auto ends = [&](std::size_t ahead) {
        return at(TokenKind::Comma, ahead) || at(TokenKind::RightParen, ahead);
    };
    if (at(TokenKind::String) && (ends(1) || !at(TokenKind::Colon, 1))) return string();
    if (at(TokenKind::Variable)) {
        const Token& token = next();
        return {Literal::Kind::Variable, token.range, token.text, 0, {}, 0};
    }
    const bool is_signed = at(TokenKind::Plus) || at(TokenKind::Minus);
    if (is_signed || (at_number() && ends(1))) return signed_number();
    if (at(TokenKind::End) || ends(0)) fail_here("an argument");
    return raw_argument();
}

// '(' [ argument { ',' argument } ] ')'
std::vector<Literal> Parser::arguments(std::string_view function)
{
    constexpr std::size_t most = 16;
    std::vector<Literal> found;
    expect(TokenKind::LeftParen, fmt::format("'(' after {}", function));
    if (accept(TokenKind::RightParen)) return found;
    do {
        if (found.size() == most) fail(peek().range, fmt::format("more than {} arguments", most));
        found.push_back(argument());
    } while (accept(TokenKind::Comma));
    expect(TokenKind::RightParen, fmt::format("',' or ')' in the arguments of {}()", function));
    return found;
}

}  // namespace junctor::script
