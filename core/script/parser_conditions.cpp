// Conditions. && and || have equal precedence, as in 1.2; a '!' belongs to the test behind it.
#include <fmt/format.h>

#include "core/script/command_table.h"
#include "core/script/keywords.h"
#include "core/script/parser_impl.h"

namespace junctor::script
{

using ast::Comparator;
using ast::ExpressionPtr;
using ast::Literal;
using ast::LogicalOperator;
using ast::Subject;

bool Parser::at_comparator(std::size_t ahead) const
{
    return peek(ahead).kind >= TokenKind::Equal && peek(ahead).kind <= TokenKind::GreaterEqual;
}

bool Parser::at_assignment_operator(std::size_t ahead) const
{
    return peek(ahead).kind >= TokenKind::Assign && peek(ahead).kind <= TokenKind::AssignXor;
}

// expr = unary { ( '&&' | 'and' | '||' | 'or' ) unary } .
ExpressionPtr Parser::condition()
{
    const Deeper deeper(*this, expression_depth_, "expressions");
    const Range first = peek().range;
    ExpressionPtr left = unary_condition();
    ast::Logical chain;
    while (true) {
        const bool is_and = at(TokenKind::And) || at_word("and");
        const bool is_or = at(TokenKind::Or) || at_word("or");
        if (at(TokenKind::Pipe) || at(TokenKind::Ampersand)) {
            const bool pipe = at(TokenKind::Pipe);
            fail(peek().range, fmt::format("'{}' computes, it does not join conditions", pipe ? '|' : '&'),
                 fmt::format("write '{}'", pipe ? "||" : "&&"));
        }
        if (!is_and && !is_or) break;
        next();
        chain.rest.push_back({is_and ? LogicalOperator::And : LogicalOperator::Or, unary_condition()});
    }
    if (chain.rest.empty()) return left;
    chain.first = std::move(left);
    return expression(since(first), std::move(chain));
}

// unary = ( '!' | 'not' ) unary | '(' expr ')' | '[' value_expr ']' | test .
ExpressionPtr Parser::unary_condition()
{
    const Range first = peek().range;
    if (at(TokenKind::Not) || at_word("not")) {
        const Deeper deeper(*this, expression_depth_, "expressions");
        next();
        ast::Not negated{unary_condition()};
        return expression(since(first), std::move(negated));
    }
    ExpressionPtr found;
    if (accept(TokenKind::LeftParen)) {
        found = condition();
        expect(TokenKind::RightParen, "')'");
    } else if (accept(TokenKind::LeftBracket)) {
        ast::ValueTest tested{value()};
        expect(TokenKind::RightBracket, "']'");
        found = expression(since(first), std::move(tested));
    } else {
        return test();
    }
    if (at_comparator()) {
        fail(join(first, peek().range), "the left side of a comparison is a keyword or one variable",
             "assign the value to a $var(name) first and compare that");
    }
    return found;
}

// test = comparison | command | if_stmt | assign | '{' { action } '}' | snumber | variable .
ExpressionPtr Parser::test()
{
    const Range first = peek().range;
    if (at(TokenKind::Variable)) {
        if (at_comparator(1)) {
            ast::Comparison compared = comparison();
            return expression(since(first), std::move(compared));
        }
        if (at_assignment_operator(1)) {
            ast::Assignment assigned = assignment();
            const Range range = since(first);
            return expression(range, ast::StatementTest{std::make_unique<ast::Statement>(
                                         ast::Statement{range, std::move(assigned)})});
        }
        const Token& token = next();
        return expression(first, Literal{Literal::Kind::Variable, first, token.text, 0, {}, 0});
    }
    if (at(TokenKind::LeftBrace)) {
        ast::Block inner = block();
        const Range range = inner.range;
        return expression(
            range,
            ast::StatementTest{std::make_unique<ast::Statement>(ast::Statement{range, std::move(inner)})});
    }
    if (at_number()) {
        Literal number = signed_number();
        if (at_comparator()) {
            fail(join(first, peek().range), "a comparison has its number on the right", "turn it round");
        }
        const Range range = number.range;
        return expression(range, std::move(number));
    }
    if (at(TokenKind::Identifier)) return identifier_test();
    if (at(TokenKind::String) && at_comparator(1)) {
        fail(join(first, peek(1).range), "a comparison has its text on the right", "turn it round");
    }
    fail_here("a condition");
}

ExpressionPtr Parser::identifier_test()
{
    const Range first = peek().range;
    const std::string& word = peek().text;
    if (word == "if") {
        ast::If inner = if_statement();
        const Range range = since(first);
        return expression(
            range,
            ast::StatementTest{std::make_unique<ast::Statement>(ast::Statement{range, std::move(inner)})});
    }
    if (word == "myself") {
        ast::Comparison compared = mirrored_comparison();
        return expression(since(first), std::move(compared));
    }
    if (subject_of(word) && !at(TokenKind::LeftParen, 1)) {
        if (at(TokenKind::Assign, 1))
            fail(peek(1).range, "'=' does not compare", fmt::format("write {} == ...", word));
        if (!at_comparator(1)) {
            fail(after(first), fmt::format("{} must be compared with something", word),
                 fmt::format("{} == ...", word));
        }
        ast::Comparison compared = comparison();
        return expression(since(first), std::move(compared));
    }
    if (word == "max_len") fail(first, "max_len stands on the right only", "msg:len >= max_len");
    if (!find_command(word) && !at(TokenKind::LeftParen, 1)) {
        if (at_comparator(1)) {
            auto words = statement_words();
            for (const auto* name : {"method", "uri", "status", "from_uri", "to_uri", "src_ip", "dst_ip",
                                     "src_port", "dst_port", "proto", "af", "msg:len", "myself"}) {
                words.push_back(name);
            }
            fail(first, fmt::format("{} cannot be compared", word), did_you_mean(word, words));
        }
    }
    ast::Call called = call();
    if (at_comparator()) {
        fail(join(first, peek().range),
             fmt::format("{}() is a condition by itself and cannot be compared", called.name.text),
             "call it, then compare $retcode");
    }
    return expression(since(first), std::move(called));
}

// comparison = ( keyword | variable ) operator operand .
ast::Comparison Parser::comparison()
{
    ast::Comparison compared;
    compared.left = take_word(next());
    compared.subject = subject_of(compared.left.text).value_or(Subject::Variable);
    const Token& op = next();
    compared.comparator =
        static_cast<Comparator>(static_cast<int>(op.kind) - static_cast<int>(TokenKind::Equal));
    compared.operator_range = op.range;
    compared.right = operand();
    return compared;
}

//            | 'myself' ( '==' | '!=' ) keyword .
ast::Comparison Parser::mirrored_comparison()
{
    ast::Comparison compared;
    const Token& myself = next();
    compared.right = {Literal::Kind::Word, myself.range, myself.text, 0, {}, 0};
    if (!at_comparator()) {
        fail(after(myself.range), "myself must be compared with something", "uri == myself");
    }
    const Token& op = next();
    compared.comparator =
        static_cast<Comparator>(static_cast<int>(op.kind) - static_cast<int>(TokenKind::Equal));
    compared.operator_range = op.range;
    const auto subject = at(TokenKind::Identifier) ? subject_of(peek().text) : std::nullopt;
    if (!subject) fail_here("uri, from_uri, to_uri, src_ip or dst_ip");
    compared.subject = *subject;
    compared.left = take_word(next());
    return compared;
}

// operand = STRING | snumber | variable | ipnet | 'myself' | 'null' | 'max_len' | proto | hostname .
Literal Parser::operand()
{
    if (at(TokenKind::String)) return string();
    if (at(TokenKind::Variable)) {
        const Token& token = next();
        return {Literal::Kind::Variable, token.range, token.text, 0, {}, 0};
    }
    if (at(TokenKind::Ip) || at(TokenKind::LeftBracket)) return ip_or_network();
    const bool host = (at(TokenKind::Dot, 1) && adjacent(1)) || (at(TokenKind::Minus, 1) && adjacent(1));
    if (at_number() && !host) return signed_number();
    if (at(TokenKind::Identifier) || at(TokenKind::Number)) return word();
    fail_here("what to compare with");
}

}  // namespace junctor::script
