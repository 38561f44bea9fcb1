// Addresses of sockets: listen, alias, dst_blacklist and TLS domains.
#include <fmt/format.h>

#include "core/script/parser_impl.h"

namespace junctor::script
{

// proto = 'udp' | 'tcp' | 'tls' | 'any' .
std::optional<Protocol> Parser::protocol_at() const
{
    if (!at(TokenKind::Identifier)) return std::nullopt;
    return protocol_from(peek().text);
}

// port = NUMBER | 'any' .   `*` is any, too.
std::optional<std::uint16_t> Parser::port()
{
    if (accept_word("any") || accept(TokenKind::Star)) return std::nullopt;
    const auto number = number_at(0);
    if (!number || at(TokenKind::Identifier)) fail_here("a port number or any");
    if (*number < 1 || *number > 65535) fail(peek().range, "a port is a number from 1 to 65535");
    next();
    return static_cast<std::uint16_t>(*number);
}

// addr = ip | STRING | hostname .
std::string Parser::host(bool& is_ip)
{
    is_ip = at(TokenKind::Ip) || at(TokenKind::LeftBracket);
    if (is_ip) return ip().text();
    const bool quoted = at(TokenKind::String);
    if (!quoted && !at(TokenKind::Identifier) && !at(TokenKind::Number)) {
        fail_here("an IP address, a host or an interface");
    }
    std::string name = quoted ? string().text : word().text;
    if (const auto address = IpAddress::parse(name)) {
        is_ip = true;
        return address->text();
    }
    return name;
}

// sock = [ proto ':' ] addr [ ':' port ] .
ast::SocketName Parser::socket_name()
{
    ast::SocketName socket;
    const Range first = peek().range;
    if (const auto protocol = protocol_at(); protocol && at(TokenKind::Colon, 1)) {
        socket.protocol = protocol;
        next();
        next();
    }
    socket.host = host(socket.is_ip);
    if (accept(TokenKind::Colon)) socket.port = port();
    socket.range = since(first);
    return socket;
}

// 'dst_blacklist' '=' ID ':' '{' bl_rule { ',' bl_rule } '}'
ast::Blacklist Parser::blacklist()
{
    next();
    expect(TokenKind::Assign, "'=' after dst_blacklist",
           "dst_blacklist = name:{ (proto, network, port, \"text\") }");
    ast::Blacklist list{take_word(expect(TokenKind::Identifier, "the list's name")), {}};
    expect(TokenKind::Colon, "':' after the list's name");
    expect(TokenKind::LeftBrace, "'{'");
    do {
        list.rules.push_back(blacklist_rule());
    } while (accept(TokenKind::Comma));
    expect(TokenKind::RightBrace, "',' or '}'");
    return list;
}

// bl_rule = [ '!' ] '(' proto ',' ipnet ',' port ',' STRING ')' .
ast::BlacklistRule Parser::blacklist_rule()
{
    ast::BlacklistRule rule;
    const Range first = peek().range;
    rule.inverted = accept(TokenKind::Not);
    expect(TokenKind::LeftParen, "'('", "a rule is (proto, network, port, \"text\")");
    const auto protocol = protocol_at();
    if (!protocol) fail_here("udp, tcp, tls or any");
    rule.protocol = *protocol;
    next();
    expect(TokenKind::Comma, "','");
    const ast::Literal network = ip_or_network();
    rule.network = network.ip;
    rule.mask_bits = network.mask_bits;
    expect(TokenKind::Comma, "','");
    if (number_at(0) == 0) {
        next();  // 0 is any, as in 1.2
    } else {
        rule.port = port().value_or(0);
    }
    expect(TokenKind::Comma, "','");
    rule.text = string().text;
    expect(TokenKind::RightParen, "')'");
    rule.range = since(first);
    return rule;
}

// 'tls_server_domain' '[' ip ':' port ']' '{' tls_var { tls_var } '}'
// 'tls_client_domain' '[' ( ip ':' port | STRING ) ']' '{' tls_var { tls_var } '}'
ast::TlsDomain Parser::tls_domain()
{
    ast::TlsDomain domain;
    const Range first = peek().range;
    domain.server = next().text == "tls_server_domain";
    expect(TokenKind::LeftBracket, "'['");
    if (at(TokenKind::String)) {
        domain.name = take_word(next());
        if (domain.server)
            fail(domain.name->range, "a server domain is named by its address", "tls_server_domain[ip:port]");
    } else {
        domain.address = socket_name();
        if (!domain.address->is_ip)
            fail(domain.address->range, "a TLS domain needs an IP address and a port");
    }
    expect(TokenKind::RightBracket, "']'");
    domain.range = since(first);
    expect(TokenKind::LeftBrace, "'{'");
    while (!at(TokenKind::RightBrace)) {
        if (accept(TokenKind::Semicolon)) continue;
        if (!at(TokenKind::Identifier)) fail_here("a TLS setting or '}'");
        domain.settings.push_back(global_assignment());
    }
    if (domain.settings.empty()) fail(domain.range, "this TLS domain sets nothing");
    next();
    return domain;
}

}  // namespace junctor::script
