// The parser's view of its tokens, and how it reports what it did not expect.
#include <fmt/format.h>

#include "core/script/parser_impl.h"

namespace junctor::script
{

Parser::Deeper::Deeper(Parser& parser, unsigned& depth, const char* what) : depth_(depth)
{
    constexpr unsigned deepest = 100;
    if (depth >= deepest) {
        parser.fail(parser.peek().range, fmt::format("{} are nested more than {} deep", what, deepest),
                    "move the inner part to a route of its own");
    }
    ++depth_;
}

// When there are too many errors to go on, the script ends for the parser, too.
const Token& Parser::peek(std::size_t ahead) const
{
    const std::size_t last = tokens_.size() - 1;
    return tokens_[diagnostics_.full() ? last : std::min(at_ + ahead, last)];
}

const Token& Parser::next()
{
    const Token& token = peek();
    if (token.kind != TokenKind::End) ++at_;
    return token;
}

bool Parser::at_word(std::string_view word, std::size_t ahead) const
{
    return at(TokenKind::Identifier, ahead) && peek(ahead).text == word;
}

bool Parser::accept(TokenKind kind)
{
    if (!at(kind)) return false;
    next();
    return true;
}

bool Parser::accept_word(std::string_view word)
{
    if (!at_word(word)) return false;
    next();
    return true;
}

const Token& Parser::expect(TokenKind kind, std::string_view what, std::string way_out)
{
    if (!at(kind)) fail_here(what, std::move(way_out));
    return next();
}

void Parser::fail(Range range, std::string text, std::string way_out)
{
    diagnostics_.error(range, std::move(text), std::move(way_out));
    throw Recover{};
}

// What is missing is shown where it is missing: behind the token before, if that is on an earlier line.
void Parser::fail_here(std::string_view wanted, std::string way_out)
{
    const Token& found = peek();
    const bool behind = at_ > 0 && (found.starts_line || found.kind == TokenKind::End) &&
                        previous().range.file == found.range.file;
    fail(behind ? after(previous().range) : found.range,
         fmt::format("expected {}, found {}", wanted, describe(found)), std::move(way_out));
}

}  // namespace junctor::script
