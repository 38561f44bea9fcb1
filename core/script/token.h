// The tokens of the routing script (config-language of OpenSER 1.2, section "Lexical rules").
//
// Words are not split into keywords and names here: the parser knows from the context, so that a host may be
// called port.example.com and a function strip_tail.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/address.h"
#include "core/script/source.h"

namespace junctor::script
{

enum class TokenKind : std::uint8_t {
    End,
    Identifier,  // [A-Za-z_][A-Za-z0-9_]*, and msg:len
    Number,      // starts with a digit: 8 010 0x1f, or a label such as 3com: number_of() tells
    String,      // `text` has its escapes resolved
    Variable,    // $ru $avp(s:x) $(ru{s.len})
    Ip,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Semicolon,
    Colon,
    Dot,
    Assign,     // =
    AssignAdd,  // +=
    AssignSubtract,
    AssignMultiply,
    AssignDivide,
    AssignModulo,
    AssignAnd,
    AssignOr,
    AssignXor,
    Equal,     // ==
    NotEqual,  // !=
    Match,     // =~
    NotMatch,  // !~
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Not,  // !
    And,  // &&
    Or,   // ||
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Ampersand,
    Pipe,
    Caret,
    Tilde,
};

struct Token {
    TokenKind kind = TokenKind::End;
    Range range;
    std::string text;         // as written; of a String its value
    IpAddress ip;             // of an Ip
    bool after_blank = true;  // white space or a comment stands before it
    bool starts_line = true;  // nothing but white space stands before it on its line
};

// The value of a Number token's text: decimal, octal (010 is 8) or hexadecimal; empty if it is none or too
// large.
std::optional<std::int64_t> number_of(std::string_view text);
// yes true on enable: 1; no false off disable: 0; inet INET: 2; inet6 INET6: 10 (as on Linux).
std::optional<std::int64_t> number_word(std::string_view text);
// How a message calls this token: "';'", "the string \"x\"", "the end of the file".
std::string describe(const Token& token);

}  // namespace junctor::script
