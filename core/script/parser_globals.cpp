// Top-level items: parameters, modules and their parameters. Routes are in parser_statements.cpp.
#include <fmt/format.h>

#include "core/script/globals.h"
#include "core/script/keywords.h"
#include "core/script/parser.h"
#include "core/script/parser_impl.h"

namespace junctor::script
{

using ast::Literal;

ast::Script parse(const std::vector<Token>& tokens, const Sources& sources, Diagnostics& diagnostics)
{
    return Parser(tokens, sources, diagnostics).script();
}

// config = item { item } .   1.2 wants no ';' between them; one too many does no harm.
ast::Script Parser::script()
{
    ast::Script script;
    if (at(TokenKind::End) && diagnostics_.errors() == 0) {
        diagnostics_.error(peek().range, "the script is empty", "a script needs at least a route { ... }");
    }
    while (!at(TokenKind::End)) {
        if (accept(TokenKind::Semicolon)) continue;
        try {
            item(script);
        } catch (const Recover&) {
            skip_to_item();
        } catch (const MisplacedItem&) {  // goes on with it
        }
    }
    return script;
}

// Does a top-level item begin here? What cannot be meant otherwise, so that it also ends lists and broken
// blocks.
bool Parser::starts_item() const
{
    if (!at(TokenKind::Identifier)) return false;
    if (at(TokenKind::Assign, 1)) return true;
    const std::string& word = peek().text;
    if (word == "loadmodule") return at(TokenKind::String, 1);
    if (word == "modparam") return at(TokenKind::LeftParen, 1);
    if (word == "tls_server_domain" || word == "tls_client_domain") return at(TokenKind::LeftBracket, 1);
    return starts_route();
}

void Parser::skip_to_item()
{
    std::size_t depth = 0;
    if (!at(TokenKind::End)) next();
    for (; !at(TokenKind::End); next()) {
        const bool misspelt = at(TokenKind::Identifier) && at(TokenKind::String, 1);  // loadmodul "x.so"
        const bool inside = depth > 0 && at(TokenKind::Assign, 1);
        if (peek().starts_line && !inside && (starts_item() || (misspelt && depth == 0))) return;
        if (at(TokenKind::LeftBrace)) ++depth;
        if (at(TokenKind::RightBrace) && depth > 0) --depth;
    }
}

// item = assignment | module_item | route_def .
void Parser::item(ast::Script& script)
{
    if (!at(TokenKind::Identifier)) {
        std::string way_out;
        if (at(TokenKind::RightBrace)) way_out = "there is a '}' too many, here or above";
        fail(peek().range,
             fmt::format("a parameter, a module or a route must begin here, not {}", describe(peek())),
             way_out);
    }
    const std::string& word = peek().text;
    if (word == "loadmodule") {
        script.items.emplace_back(load_module());
    } else if (word == "modparam") {
        script.items.emplace_back(module_parameter());
    } else if (word == "mpath") {
        next();
        expect(TokenKind::Assign, "'=' after mpath");
        const Literal path = string();
        script.items.emplace_back(ast::ModulePath{{path.text, path.range}});
    } else if (word == "dst_blacklist") {
        script.items.emplace_back(blacklist());
    } else if (word == "tls_server_domain" || word == "tls_client_domain") {
        script.items.emplace_back(tls_domain());
    } else if (route_kind_of(word)) {
        script.routes.push_back(route());
    } else if (at(TokenKind::Assign, 1)) {
        script.items.emplace_back(global_assignment());
    } else {
        auto names = top_level_words();
        const auto parameters = global_names();
        const bool parameter = std::find(parameters.begin(), parameters.end(), word) != parameters.end();
        names.insert(names.end(), parameters.begin(), parameters.end());
        fail(peek().range, fmt::format("'{}' begins nothing at the top level", word),
             parameter ? fmt::format("write {} = ...", word) : did_you_mean(word, names));
    }
}

// module_item = 'loadmodule' STRING
ast::LoadModule Parser::load_module()
{
    const Range first = next().range;
    const Literal path = string();
    return {{path.text, path.range}, since(first)};
}

//             | 'modparam' '(' STRING ',' STRING ',' ( STRING | snumber ) ')' .
ast::ModuleParameter Parser::module_parameter()
{
    const Range first = next().range;
    expect(TokenKind::LeftParen, "'(' after modparam");
    const Literal modules = string();
    expect(TokenKind::Comma, "','", "modparam(\"module\", \"parameter\", value)");
    const Literal name = string();
    expect(TokenKind::Comma, "','", "modparam(\"module\", \"parameter\", value)");
    if (!at(TokenKind::String) && !at_number()) fail_here("a string or a number", "text goes in quotes");
    Literal value = at(TokenKind::String) ? string() : signed_number();
    expect(TokenKind::RightParen, "')'");
    return {{modules.text, modules.range}, {name.text, name.range}, std::move(value), since(first)};
}

// assignment = name '=' value | ( 'listen' | 'alias' ) '=' sock { sock } .
ast::GlobalAssignment Parser::global_assignment()
{
    ast::GlobalAssignment assignment{take_word(next()), {}, {}};
    expect(TokenKind::Assign, "'='");
    if (assignment.name.text != "listen" && assignment.name.text != "alias") {
        assignment.value = global_value(assignment.name);
        return assignment;
    }
    do {
        assignment.sockets.push_back(socket_name());
    } while (!at(TokenKind::End) && !at(TokenKind::Semicolon) && !at(TokenKind::RightBrace) &&
             !starts_item());
    return assignment;
}

// value = STRING | snumber | ID | ip | hostname .   Which of them a parameter takes is known to globals.cpp.
ast::Literal Parser::global_value(const ast::Word& name)
{
    if (at(TokenKind::String)) return string();
    if (at(TokenKind::Ip) || at(TokenKind::LeftBracket)) return ip_or_network();
    const bool is_signed = at(TokenKind::Plus) || at(TokenKind::Minus);
    const bool word_follows = at(TokenKind::Dot, 1) || (at(TokenKind::Number) && !number_at(0));
    if (is_signed || (at_number() && !word_follows)) {
        return signed_number();
    }
    if (!at(TokenKind::Identifier) && !at(TokenKind::Number))
        fail_here(fmt::format("a value for {}", name.text));
    return word();
}

}  // namespace junctor::script
