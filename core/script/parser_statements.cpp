// Routes, blocks and statements.
#include <fmt/format.h>

#include "core/script/command_table.h"
#include "core/script/keywords.h"
#include "core/script/parser_impl.h"

namespace junctor::script
{

using ast::Literal;

bool Parser::starts_route() const
{
    return at(TokenKind::Identifier) && route_kind_of(peek().text) &&
           (at(TokenKind::LeftBrace, 1) || at(TokenKind::LeftBracket, 1));
}

// route_def = 'route' [ '[' name ']' ] block
//           | 'onreply_route' [ '[' name ']' ] block
//           | 'failure_route' '[' name ']' block
//           | 'branch_route'  '[' name ']' block
//           | 'error_route' block .
ast::Route Parser::route()
{
    ast::Route route;
    const Range first = peek().range;
    route.kind = *route_kind_of(next().text);
    route.name = route_name(route.kind);
    route.range = since(first);
    if (!at(TokenKind::LeftBrace)) fail_here(fmt::format("'{{' after {}", sources_.text(route.range)));
    route.body = block();
    return route;
}

// name = NUMBER | ID | STRING .   1.2 knows numbers from 0 (route) or 1 to 39.
std::string Parser::route_name(ast::RouteKind kind)
{
    using ast::RouteKind;
    const bool needs_name = kind == RouteKind::Failure || kind == RouteKind::Branch;
    if (!at(TokenKind::LeftBracket)) {
        if (needs_name)
            fail_here("'[' and the route's number or name", fmt::format("{}[1] {{ ... }}", to_text(kind)));
        return "0";
    }
    if (kind == RouteKind::Error)
        fail(peek().range, "there is one error_route, without a number", "error_route { ... }");
    next();
    std::string name;
    const Range range = peek().range;
    if (const auto number = number_at(0)) {
        name = std::to_string(*number);
        if (*number == 0 && kind != RouteKind::Request) {
            fail(range, fmt::format("{} cannot have the number 0: 0 means none", to_text(kind)),
                 kind == RouteKind::OnReply ? "for all replies write onreply_route { ... }" : "");
        }
        next();
    } else {
        if (!at(TokenKind::String) && !at(TokenKind::Identifier)) fail_here("the route's number or name");
        name = next().text;
        if (name.empty()) fail(range, "a route's name cannot be empty");
    }
    expect(TokenKind::RightBracket, "']'");
    return name;
}

// block = '{' { action } '}' .
ast::Block Parser::block()
{
    const Deeper deeper(*this, block_depth_, "blocks");
    ast::Block block;
    const Range open = expect(TokenKind::LeftBrace, "'{'").range;
    while (true) {
        statements(block);
        if (!at(TokenKind::Identifier)) break;
        const Token& label = next();  // a case or default
        diagnostics_.error(label.range, fmt::format("'{}' stands outside a switch", label.text));
        skip_statement(false);
    }
    if (!accept(TokenKind::RightBrace)) {
        if (!diagnostics_.full()) diagnostics_.error(open, "this block is not closed", "a '}' is missing");
        throw Recover{};
    }
    block.range = since(open);
    return block;
}

// { action }, up to '}', a case or default, or the end. Goes on behind what it could not read.
void Parser::statements(ast::Block& block)
{
    bool recovering = false;  // what follows may be the rest of a statement that was given up
    while (!at(TokenKind::RightBrace) && !at(TokenKind::End) && !at_word("case") && !at_word("default")) {
        if (accept(TokenKind::Semicolon)) continue;
        if (recovering && accept_word("else")) continue;
        if (starts_route() || at_word("loadmodule") || at_word("modparam")) {
            diagnostics_.error(peek().range, fmt::format("{} cannot stand inside a block", peek().text),
                               "a '}' is missing above");
            throw MisplacedItem{};
        }
        const bool is_switch = at_word("switch");
        const std::size_t begin = at_;
        try {
            block.statements.push_back(statement());
            recovering = recovering && at_word("else");
        } catch (const Recover&) {
            if (at_ == begin && !at(TokenKind::LeftBrace)) next();
            skip_statement(is_switch);
            recovering = true;
        }
    }
}

// Behind the next ';', or before the '{' or '}' that comes first.
void Parser::skip_statement(bool with_block)
{
    std::size_t depth = 0;
    for (; !at(TokenKind::End); next()) {
        if (depth == 0 && at(TokenKind::Semicolon)) {
            next();
            return;
        }
        if (depth == 0 && (at(TokenKind::RightBrace) || (at(TokenKind::LeftBrace) && !with_block))) return;
        if (peek().starts_line && starts_route()) return;
        if (at(TokenKind::LeftBrace)) ++depth;
        if (at(TokenKind::RightBrace) && --depth == 0) {
            next();
            return;
        }
    }
}

// action = command ';' | assign ';' | if_stmt | while_stmt | switch_stmt | 'break' ';' | '{' { action } '}' .
// A bare block and while are beyond 1.2.
ast::Statement Parser::statement()
{
    const Range first = peek().range;
    if (at(TokenKind::Identifier)) return identifier_statement();
    if (at(TokenKind::LeftBrace)) {
        ast::Block inner = block();
        return {inner.range, std::move(inner)};
    }
    if (at(TokenKind::Variable)) {
        ast::Assignment assigned = assignment();
        const Range range = since(first);
        end_of_statement("the assignment");
        return {range, std::move(assigned)};
    }
    fail_here("a statement");
}

ast::Statement Parser::identifier_statement()
{
    const Range first = peek().range;
    const std::string& word = peek().text;
    if (word == "if") {
        ast::If statement = if_statement();
        return {since(first), std::move(statement)};
    }
    if (word == "while") {
        ast::While statement = while_statement();
        return {since(first), std::move(statement)};
    }
    if (word == "switch") {
        ast::Switch statement = switch_statement();
        return {since(first), std::move(statement)};
    }
    if (word == "break" || word == "esac") {
        next();
        if (accept(TokenKind::LeftParen)) expect(TokenKind::RightParen, "')'");
        end_of_statement(word);
        return {first, ast::Break{}};
    }
    if (word == "else") {
        const bool behind_null = at_ > 0 && previous().kind == TokenKind::Semicolon;
        fail(first, "this else belongs to no if",
             behind_null ? "remove the ';' before it: it ended the if" : "");
    }
    if (word == "elseif" || word == "elsif" || word == "elif")
        fail(first, fmt::format("{} is unknown", word), "write else if");
    if (at(TokenKind::Assign, 1)) {
        fail(first, fmt::format("{} cannot be assigned here", word),
             "parameters are set at the top level, in a route only variables: $var(name) = ...");
    }
    ast::Call called = call();
    const Range range = since(first);
    end_of_statement(fmt::format("{}()", called.name.text));
    return {range, std::move(called)};
}

// ';'   It may be missing before '}' and before else, where nothing else could be meant.
void Parser::end_of_statement(std::string_view what)
{
    if (accept(TokenKind::Semicolon) || at(TokenKind::RightBrace) || at_word("else")) return;
    if (!peek().starts_line || at(TokenKind::End)) fail_here(fmt::format("';' after {}", what));
    diagnostics_.error(after(previous().range), fmt::format("expected ';' after {}", what));
}

// body = action | '{' { action } '}' .
ast::Block Parser::body()
{
    if (at(TokenKind::LeftBrace)) return block();
    const Deeper deeper(*this, block_depth_, "blocks");
    ast::Block single;
    single.range = peek().range;
    if (!accept(TokenKind::Semicolon)) {
        single.statements.push_back(statement());
        single.range = since(single.range);
    }
    return single;
}

// if_stmt = 'if' expr body [ 'else' body ] .   The parentheses are part of expr.
ast::If Parser::if_statement()
{
    ast::If statement;
    do {
        next();
        ast::ExpressionPtr tested = condition();
        statement.arms.push_back({std::move(tested), body()});
        if (!accept_word("else")) return statement;
    } while (at_word("if"));
    statement.otherwise = body();
    return statement;
}

// while_stmt = 'while' expr body .
ast::While Parser::while_statement()
{
    next();
    ast::ExpressionPtr tested = condition();
    return {std::move(tested), body()};
}

// switch_stmt = 'switch' '(' variable ')' '{' case { case } [ default ] '}' .
ast::Switch Parser::switch_statement()
{
    const Deeper deeper(*this, block_depth_, "blocks");
    ast::Switch statement;
    next();
    expect(TokenKind::LeftParen, "'(' after switch");
    statement.variable =
        take_word(expect(TokenKind::Variable, "one variable", "assign other values to a $var(name) first"));
    expect(TokenKind::RightParen, "')' after the variable");
    const Range open = expect(TokenKind::LeftBrace, "'{'").range;
    while (at_word("case") || at_word("default")) {
        const Token& label = next();
        if (statement.otherwise) {
            diagnostics_.error(label.range, fmt::format("'{}' stands behind default", label.text),
                               "default is the last part of a switch");
        }
        if (label.text == "default") {
            expect(TokenKind::Colon, "':' after default");
            statement.otherwise = case_body();
            continue;
        }
        const bool text = at(TokenKind::String) || (at(TokenKind::Identifier) && !number_at(0));
        Literal value = !text ? signed_number() : at(TokenKind::String) ? string() : word();
        expect(TokenKind::Colon, "':' after the value");
        statement.cases.push_back({std::move(value), case_body()});
    }
    if (!at(TokenKind::RightBrace)) fail_here("case, default or '}'");
    next();
    if (statement.cases.empty() && !statement.otherwise) fail(open, "this switch has no case");
    return statement;
}

// case = 'case' ( snumber | STRING ) ':' { action } .   default = 'default' ':' { action } .
ast::Block Parser::case_body()
{
    ast::Block body;
    body.range = peek().range;
    statements(body);
    return body;
}

// assign = variable asg_op value_expr | variable '=' 'null' .
ast::Assignment Parser::assignment()
{
    using ast::AssignmentOperator;
    ast::Assignment assigned{take_word(expect(TokenKind::Variable, "a variable")), {}, {}};
    const Token& op = peek();
    if (!at_assignment_operator()) {
        if (op.kind == TokenKind::Match) {
            fail(op.range, "'=~' compares, it does not assign",
                 "for the bitwise complement put a blank between: = ~");
        }
        if (at_comparator())
            fail(op.range, "a comparison is no statement", "'=' assigns; comparisons stand in if ( ... )");
        fail_here(fmt::format("'=' after {}", assigned.target.text));
    }
    assigned.op =
        static_cast<AssignmentOperator>(static_cast<int>(op.kind) - static_cast<int>(TokenKind::Assign));
    next();
    if (at_word("null") || at_word("NULL")) {
        const Range range = next().range;
        if (assigned.op != AssignmentOperator::Set) fail(range, "null can only be assigned with '='");
        return assigned;
    }
    assigned.value = value();
    return assigned;
}

// command = core_command | ID '(' [ argument { ',' argument } ] ')' .
ast::Call Parser::call()
{
    ast::Call called;
    called.name = take_word(next());
    const std::string& name = called.name.text;
    const CommandName* command = find_command(name);
    const bool bare = command && command->bare && !at(TokenKind::LeftParen);
    if (bare && name == "return" && at_number()) {
        called.arguments.push_back(signed_number());  // `return 1;` can mean one thing only
    } else if (!bare) {
        if (!at(TokenKind::LeftParen)) {
            const auto hint = did_you_mean(name, statement_words());
            fail(after(called.name.range), fmt::format("expected '(' after {}", name),
                 hint.empty() ? fmt::format("functions are called with parentheses: {}()", name) : hint);
        }
        called.arguments = arguments(name);
    }
    called.range = since(called.name.range);
    return called;
}

}  // namespace junctor::script
