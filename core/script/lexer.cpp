#include "core/script/lexer.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/script/lexer_strings.h"

namespace junctor::script
{
namespace
{

constexpr bool is_word_start(char c)
{
    return is_alpha(c) || c == '_';
}
constexpr bool is_word_char(char c)
{
    return is_alnum(c) || c == '_';
}
constexpr bool is_script_space(char c)
{
    return is_space(c) || c == '\b' || c == '\f' || c == '\v';
}

struct Operator {
    std::string_view text;
    TokenKind kind;
};

// Longest first: the longest match wins.
constexpr std::array operators{
    Operator{"+=", TokenKind::AssignAdd},
    Operator{"-=", TokenKind::AssignSubtract},
    Operator{"*=", TokenKind::AssignMultiply},
    Operator{"/=", TokenKind::AssignDivide},
    Operator{"%=", TokenKind::AssignModulo},
    Operator{"&=", TokenKind::AssignAnd},
    Operator{"|=", TokenKind::AssignOr},
    Operator{"^=", TokenKind::AssignXor},
    Operator{"==", TokenKind::Equal},
    Operator{"!=", TokenKind::NotEqual},
    Operator{"=~", TokenKind::Match},
    Operator{"!~", TokenKind::NotMatch},
    Operator{"<=", TokenKind::LessEqual},
    Operator{">=", TokenKind::GreaterEqual},
    Operator{"&&", TokenKind::And},
    Operator{"||", TokenKind::Or},
    Operator{"(", TokenKind::LeftParen},
    Operator{")", TokenKind::RightParen},
    Operator{"{", TokenKind::LeftBrace},
    Operator{"}", TokenKind::RightBrace},
    Operator{"[", TokenKind::LeftBracket},
    Operator{"]", TokenKind::RightBracket},
    Operator{",", TokenKind::Comma},
    Operator{";", TokenKind::Semicolon},
    Operator{":", TokenKind::Colon},
    Operator{".", TokenKind::Dot},
    Operator{"=", TokenKind::Assign},
    Operator{"<", TokenKind::Less},
    Operator{">", TokenKind::Greater},
    Operator{"!", TokenKind::Not},
    Operator{"+", TokenKind::Plus},
    Operator{"-", TokenKind::Minus},
    Operator{"*", TokenKind::Star},
    Operator{"/", TokenKind::Slash},
    Operator{"%", TokenKind::Percent},
    Operator{"&", TokenKind::Ampersand},
    Operator{"|", TokenKind::Pipe},
    Operator{"^", TokenKind::Caret},
    Operator{"~", TokenKind::Tilde},
};

class Lexer
{
public:
    Lexer(Sources& sources, FileId file, Diagnostics& diagnostics, std::vector<Token>& tokens)
        : sources_(sources),
          file_(file),
          diagnostics_(diagnostics),
          tokens_(tokens),
          text_(sources.text(file))
    {
    }

    void run()
    {
        if (text_.substr(0, 3) == "\xEF\xBB\xBF") at_ = 3;  // a byte order mark, as some editors leave it
        while (!diagnostics_.full()) {
            skip_blanks();
            if (at_ >= text_.size()) break;
            token();
        }
    }

private:
    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
    bool looking_at(std::string_view what) const { return text_.substr(at_, what.size()) == what; }
    Range range(std::size_t begin, std::size_t end) const
    {
        return {file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
    }

    // White space, comments, and backslash-newline.
    void skip_blanks()
    {
        after_blank_ = at_ == 0;
        starts_line_ = at_ == 0;
        while (at_ < text_.size()) {
            const std::size_t begin = at_;
            if (is_script_space(peek())) {
                starts_line_ |= peek() == '\n';
                ++at_;
            } else if (peek() == '#' || looking_at("//")) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (looking_at("/*")) {
                block_comment();
            } else if (looking_at("\\\n")) {
                at_ += 2;
            } else if (looking_at("\\\r\n")) {
                at_ += 3;
            }
            if (at_ == begin) return;
            after_blank_ = true;
        }
    }

    // '/*' ... '*/', nested.
    void block_comment()
    {
        const std::size_t begin = at_;
        std::size_t depth = 0;
        while (at_ < text_.size()) {
            if (looking_at("/*")) {
                ++depth;
                at_ += 2;
            } else if (looking_at("*/")) {
                at_ += 2;
                if (--depth == 0) return;
            } else {
                ++at_;
            }
        }
        diagnostics_.error(range(begin, begin + 2), "this comment is not closed",
                           depth > 1 ? fmt::format("comments nest: {} '*/' are missing", depth) : "add '*/'");
    }

    void token()
    {
        const char c = peek();
        if (c == '"' || c == '\'') return string(c);
        if (c == '$') return variable();
        if (is_digit(c) || hex_value(c) >= 0 || c == ':') {
            if (address()) return;
        }
        if (is_digit(c)) return word(TokenKind::Number);
        if (is_word_start(c)) return word(TokenKind::Identifier);
        for (const auto& op : operators) {
            if (looking_at(op.text)) return push(op.kind, at_ + op.text.size());
        }
        unknown_character();
    }

    void push(TokenKind kind, std::size_t end) { push(kind, end, std::string(text_.substr(at_, end - at_))); }

    void push(TokenKind kind, std::size_t end, std::string text)
    {
        tokens_.push_back({kind, range(at_, end), std::move(text), {}, after_blank_, starts_line_});
        at_ = end;
    }

    void word(TokenKind kind)
    {
        std::size_t end = at_;
        while (end < text_.size() && is_word_char(text_[end])) ++end;
        if (text_.substr(at_, end - at_) == "msg" && text_.substr(end, 4) == ":len" &&
            (end + 4 >= text_.size() || !is_word_char(text_[end + 4]))) {
            end += 4;
        }
        push(kind, end);
    }

    // NUMBER '.' NUMBER '.' NUMBER '.' NUMBER, or an IPv6 address with "::" or seven colons.
    bool address()
    {
        if (is_digit(peek())) {
            const std::size_t end = run_of([](char c) { return is_word_char(c) || c == '.'; });
            const auto text = text_.substr(at_, end - at_);
            if (std::count(text.begin(), text.end(), '.') == 3 &&
                std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; })) {
                return ipv4(text, end);
            }
        }
        const std::size_t end = run_of([](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; });
        const auto text = text_.substr(at_, end - at_);
        if (text.find("::") == text.npos && std::count(text.begin(), text.end(), ':') < 7) return false;
        if (end < text_.size() && is_word_char(text_[end])) return false;
        const auto ip = IpAddress::parse(text);
        if (!ip) return false;
        push(TokenKind::Ip, end);
        tokens_.back().ip = *ip;
        return true;
    }

    // Each part is a NUMBER: 012 is octal here as everywhere in the script.
    bool ipv4(std::string_view text, std::size_t end)
    {
        std::uint32_t value = 0;
        std::string_view rest = text;
        for (int part = 0; part < 4; ++part) {
            const auto dot = rest.find('.');
            const auto number = number_of(rest.substr(0, dot));
            if (!number || *number > 255) {
                diagnostics_.error(
                    range(at_, end), fmt::format("{} is not an IPv4 address", text),
                    "each of its four numbers is from 0 to 255; one that starts with 0 is octal");
            }
            value = value << 8 | static_cast<std::uint32_t>(number.value_or(0) & 255);
            rest.remove_prefix(dot == rest.npos ? rest.size() : dot + 1);
        }
        push(TokenKind::Ip, end);
        tokens_.back().ip = IpAddress::v4(value);
        return true;
    }

    template <class Predicate>
    std::size_t run_of(Predicate belongs) const
    {
        std::size_t end = at_;
        while (end < text_.size() && belongs(text_[end])) ++end;
        return end;
    }

    void string(char quote)
    {
        const auto end = find_closing_quote(text_, at_);
        if (end == text_.npos) {
            diagnostics_.error(
                range(at_, at_ + 1), "this string is not closed",
                fmt::format("add {} where it ends; if it ends, then an earlier string does not", quote));
            at_ = text_.size();
            return;
        }
        StringLiteral literal(sources_, diagnostics_, range(at_ + 1, end));
        auto value = quote == '"' ? literal.unescape() : std::string(text_.substr(at_ + 1, end - at_ - 1));
        if (is_include()) {
            const Range statement = join(tokens_.back().range, range(at_, end + 1));
            tokens_.pop_back();
            at_ = end + 1;
            include(value, statement);
        } else {
            push(TokenKind::String, end + 1, std::move(value));
        }
    }

    bool is_include() const
    {
        return !tokens_.empty() && tokens_.back().kind == TokenKind::Identifier &&
               tokens_.back().text == "include_file" && tokens_.back().range.file == file_;
    }

    void include(const std::string& path, Range statement)
    {
        const auto file = sources_.include(path, statement);
        if (!file) {
            diagnostics_.error(statement, file.error().text);
            return;
        }
        Lexer(sources_, *file, diagnostics_, tokens_).run();
    }

    // '$' NAME [ '(' ... ')' ], or '$' '(' ... ')'; parentheses nest.
    void variable()
    {
        std::size_t end = at_ + 1;
        while (end < text_.size() && (is_word_char(text_[end]) || text_[end] == '.')) ++end;
        if (end < text_.size() && text_[end] == '(') {
            end = find_closing_parenthesis(text_, end);
            if (end == text_.npos) {
                diagnostics_.error(range(at_, at_ + 1), "this variable is not closed",
                                   "add ')' where it ends");
                at_ = text_.size();
                return;
            }
        } else if (end == at_ + 1) {
            diagnostics_.error(range(at_, at_ + 1), "a variable's name must follow '$'",
                               "as in $ru, $avp(s:name) or $(ru{s.len})");
            ++at_;
            return;
        }
        push(TokenKind::Variable, end);
        misplaced_suffix();
    }

    // $ru{s.len} and $avp(s:x)[1]: 1.2 ignores the first silently and stumbles over the second.
    void misplaced_suffix()
    {
        const Token& token = tokens_.back();
        std::string_view inner = std::string_view(token.text).substr(1);
        if (!inner.empty() && inner.front() == '(') inner = inner.substr(1, inner.size() - 2);
        if (peek() == '{' && is_alpha(peek(1))) {
            const auto name_end = std::find_if_not(text_.begin() + static_cast<std::ptrdiff_t>(at_) + 1,
                                                   text_.end(), is_word_char);
            const auto close = text_.find('}', at_);
            if (name_end == text_.end() || *name_end != '.' || close == text_.npos) return;
            const auto suffix = text_.substr(at_, close + 1 - at_);
            diagnostics_.error(range(at_, close + 1),
                               "a transformation stands inside the variable's parentheses",
                               fmt::format("write $({}{})", inner, suffix));
            at_ = close + 1;
        } else if (peek() == '[' && inner.size() > 1 && inner.back() == ')') {
            const auto close = text_.find(']', at_);
            if (close == text_.npos) return;
            const auto suffix = text_.substr(at_, close + 1 - at_);
            diagnostics_.error(range(at_, close + 1), "an index stands inside the inner parentheses",
                               fmt::format("write ${}{})", inner.substr(0, inner.size() - 1), suffix));
            at_ = close + 1;
        }
    }

    void unknown_character()
    {
        std::size_t end = at_ + 1;  // the whole of a character in UTF-8
        while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) ++end;
        const bool printable = text_[at_] > ' ' && text_[at_] != '\x7f';
        diagnostics_.error(range(at_, end),
                           printable ? fmt::format("'{}' starts nothing here", text_[at_])
                                     : "a character that starts nothing here",
                           "text goes in quotes, a comment starts with #");
        at_ = end;
    }

    Sources& sources_;
    FileId file_;
    Diagnostics& diagnostics_;
    std::vector<Token>& tokens_;
    std::string_view text_;
    std::size_t at_ = 0;
    bool after_blank_ = true;
    bool starts_line_ = true;
};

}  // namespace

std::vector<Token> lex(Sources& sources, FileId file, Diagnostics& diagnostics)
{
    std::vector<Token> tokens;
    Lexer(sources, file, diagnostics, tokens).run();
    const auto end = static_cast<std::uint32_t>(sources.text(file).size());
    tokens.push_back({TokenKind::End, {file, end, end}, {}, {}, true, true});
    return tokens;
}

}  // namespace junctor::script
