// What may be assigned, and what stands in [ ]. 1.2's precedence: '~', then + - * / % alike, then & | ^
// alike.
#include <fmt/format.h>

#include "core/script/command_table.h"
#include "core/script/keywords.h"
#include "core/script/parser_impl.h"

namespace junctor::script
{

using ast::ArithmeticOperator;
using ast::ExpressionPtr;
using ast::Literal;

namespace
{

std::optional<ArithmeticOperator> bitwise(TokenKind kind)
{
    if (kind == TokenKind::Ampersand) return ArithmeticOperator::And;
    if (kind == TokenKind::Pipe) return ArithmeticOperator::Or;
    if (kind == TokenKind::Caret) return ArithmeticOperator::Xor;
    return std::nullopt;
}

std::optional<ArithmeticOperator> additive(TokenKind kind)
{
    if (kind == TokenKind::Plus) return ArithmeticOperator::Add;
    if (kind == TokenKind::Minus) return ArithmeticOperator::Subtract;
    if (kind == TokenKind::Star) return ArithmeticOperator::Multiply;
    if (kind == TokenKind::Slash) return ArithmeticOperator::Divide;
    if (kind == TokenKind::Percent) return ArithmeticOperator::Modulo;
    return std::nullopt;
}

}  // namespace

// value_expr = additive { ( '&' | '|' | '^' ) additive } .
ExpressionPtr Parser::value()
{
    const Deeper deeper(*this, expression_depth_, "expressions");
    const Range first = peek().range;
    ExpressionPtr left = additive_value();
    ast::Arithmetic chain;
    while (const auto op = bitwise(peek().kind)) {
        const Range where = next().range;
        chain.rest.push_back({*op, where, additive_value()});
    }
    if (chain.rest.empty()) return left;
    chain.first = std::move(left);
    return expression(since(first), std::move(chain));
}

// additive = unary { ( '+' | '-' | '*' | '/' | '%' ) unary } .
ExpressionPtr Parser::additive_value()
{
    const Range first = peek().range;
    ExpressionPtr left = unary_value();
    ast::Arithmetic chain;
    while (const auto op = additive(peek().kind)) {
        const Range where = next().range;
        chain.rest.push_back({*op, where, unary_value()});
    }
    if (chain.rest.empty()) return left;
    chain.first = std::move(left);
    return expression(since(first), std::move(chain));
}

// unary = '~' unary | '(' value_expr ')' | primary .
ExpressionPtr Parser::unary_value()
{
    const Range first = peek().range;
    if (accept(TokenKind::Tilde)) {
        const Deeper deeper(*this, expression_depth_, "expressions");
        ast::Complement inverted{unary_value()};
        return expression(since(first), std::move(inverted));
    }
    if (accept(TokenKind::LeftParen)) {
        ExpressionPtr inner = value();
        expect(TokenKind::RightParen, "')'");
        return inner;
    }
    return primary_value();
}

// primary = snumber | STRING | ID | variable | comparison | command .
ExpressionPtr Parser::primary_value()
{
    const Range first = peek().range;
    if (at(TokenKind::String)) {
        Literal text = string();
        return expression(first, std::move(text));
    }
    if (at_number() || at(TokenKind::Number)) {
        Literal number = signed_number();
        const Range range = number.range;
        return expression(range, std::move(number));
    }
    const bool comparable = at(TokenKind::Variable) || (at(TokenKind::Identifier) && subject_of(peek().text));
    if (comparable && at_comparator(1)) {
        ast::Comparison compared = comparison();
        return expression(since(first), std::move(compared));
    }
    if (at(TokenKind::Variable)) {
        const Token& token = next();
        return expression(first, Literal{Literal::Kind::Variable, first, token.text, 0, {}, 0});
    }
    if (!at(TokenKind::Identifier)) fail_here("a value");
    if (at_word("myself") && at_comparator(1)) {
        ast::Comparison compared = mirrored_comparison();
        return expression(since(first), std::move(compared));
    }
    if (at_word("null") || at_word("NULL")) fail(first, "null can only stand alone behind '='");
    const CommandName* command = find_command(peek().text);
    if (at(TokenKind::LeftParen, 1) || (command && command->bare)) {
        ast::Call called = call();
        return expression(since(first), std::move(called));
    }
    const Token& token = next();  // a bare word is text
    return expression(first, Literal{Literal::Kind::Word, first, token.text, 0, {}, 0});
}

}  // namespace junctor::script
