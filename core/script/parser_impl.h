// The parser's own class; only parser_*.cpp see it. A syntax error is recorded and thrown as Recover, which
// never leaves parse(): statements() and script() catch it and go on behind the place.
#pragma once

#include <initializer_list>

#include "core/script/ast.h"
#include "core/script/diagnostics.h"
#include "core/script/token.h"

namespace junctor::script
{

class Parser
{
public:
    Parser(const std::vector<Token>& tokens, const Sources& sources, Diagnostics& diagnostics)
        : tokens_(tokens), sources_(sources), diagnostics_(diagnostics)
    {
    }

    ast::Script script();

private:
    struct Recover {
    };
    struct MisplacedItem {
    };  // a top-level item begins where a statement should: a '}' is missing

    // Counts nesting while it lives; fails when there is too much.
    class Deeper
    {
    public:
        Deeper(Parser& parser, unsigned& depth, const char* what);
        ~Deeper() { --depth_; }
        Deeper(const Deeper&) = delete;
        Deeper& operator=(const Deeper&) = delete;

    private:
        unsigned& depth_;
    };

    // parser_tokens.cpp: looking at tokens
    const Token& peek(std::size_t ahead = 0) const;
    const Token& next();
    const Token& previous() const { return tokens_[at_ > 0 ? at_ - 1 : 0]; }
    bool at(TokenKind kind, std::size_t ahead = 0) const { return peek(ahead).kind == kind; }
    bool at_word(std::string_view word, std::size_t ahead = 0) const;
    bool accept(TokenKind kind);
    bool accept_word(std::string_view word);
    const Token& expect(TokenKind kind, std::string_view what, std::string way_out = {});
    [[noreturn]] void fail(Range range, std::string text, std::string way_out = {});
    [[noreturn]] void fail_here(std::string_view wanted, std::string way_out = {});
    Range since(Range first) const { return join(first, previous().range); }

    // parser_literals.cpp: values
    bool adjacent(std::size_t ahead) const;  // no blank between this token and the one before
    ast::Word take_word(const Token& token) const { return {token.text, token.range}; }
    std::optional<std::int64_t> number_at(std::size_t ahead) const;
    bool at_number() const;
    ast::Literal signed_number();
    ast::Literal string();
    ast::Literal word();
    ast::Literal ip_or_network();
    IpAddress ip();
    unsigned mask_bits(const IpAddress& ip);
    ast::Literal argument();
    ast::Literal raw_argument();
    std::vector<ast::Literal> arguments(std::string_view function);

    // parser_globals.cpp: top-level items that are no routes
    bool starts_item() const;
    void item(ast::Script& script);
    void skip_to_item();
    ast::LoadModule load_module();
    ast::ModuleParameter module_parameter();
    ast::GlobalAssignment global_assignment();
    ast::Literal global_value(const ast::Word& name);

    // parser_sockets.cpp: addresses of listen, alias, dst_blacklist, tls_*_domain
    ast::SocketName socket_name();
    std::string host(bool& is_ip);
    std::optional<std::uint16_t> port();
    std::optional<Protocol> protocol_at() const;
    ast::Blacklist blacklist();
    ast::BlacklistRule blacklist_rule();
    ast::TlsDomain tls_domain();

    // parser_statements.cpp
    ast::Route route();
    std::string route_name(ast::RouteKind kind);
    ast::Block block();
    void statements(ast::Block& block);
    void skip_statement(bool with_block);
    bool starts_route() const;
    ast::Statement statement();
    ast::Statement identifier_statement();
    void end_of_statement(std::string_view what);
    ast::Block body();
    ast::If if_statement();
    ast::While while_statement();
    ast::Switch switch_statement();
    ast::Block case_body();
    ast::Assignment assignment();
    ast::Call call();

    // parser_conditions.cpp
    ast::ExpressionPtr condition();
    ast::ExpressionPtr unary_condition();
    ast::ExpressionPtr test();
    ast::ExpressionPtr identifier_test();
    bool at_comparator(std::size_t ahead = 0) const;
    bool at_assignment_operator(std::size_t ahead = 0) const;
    ast::Comparison comparison();
    ast::Comparison mirrored_comparison();
    ast::Literal operand();

    // parser_values.cpp: what may be assigned
    ast::ExpressionPtr value();
    ast::ExpressionPtr additive_value();
    ast::ExpressionPtr unary_value();
    ast::ExpressionPtr primary_value();

    template <class Node>
    static ast::ExpressionPtr expression(Range range, Node node)
    {
        return std::make_unique<ast::Expression>(ast::Expression{range, std::move(node)});
    }

    const std::vector<Token>& tokens_;
    const Sources& sources_;
    Diagnostics& diagnostics_;
    std::size_t at_ = 0;
    unsigned expression_depth_ = 0;
    unsigned block_depth_ = 0;
};

}  // namespace junctor::script
