// The inside of double-quoted strings: escapes and environment variables. Part of the lexer.
#pragma once

#include <string>
#include <string_view>

#include "core/script/diagnostics.h"
#include "core/script/source.h"

namespace junctor::script
{

// The offset of the quote that closes the string opened at `open`; npos: none. Both kinds of quote.
std::size_t find_closing_quote(std::string_view text, std::size_t open);
// The offset behind the parenthesis that closes the one at `open`; npos: none.
std::size_t find_closing_parenthesis(std::string_view text, std::size_t open);

// What stands between the quotes of a double-quoted string.
class StringLiteral
{
public:
    StringLiteral(const Sources& sources, Diagnostics& diagnostics, Range inside)
        : sources_(sources), diagnostics_(diagnostics), inside_(inside), text_(sources.text(inside))
    {
    }

    // \n \r \a \t \" \\, \xH and \xHH, \OO and \OOO, backslash-newline (removed); other pairs are kept as
    // they are, so that regular expressions need no doubled backslashes. ${env:NAME} and ${env:NAME:-default}
    // are replaced.
    std::string unescape();

private:
    void escape();
    bool numeric_escape();
    bool environment();
    void append_byte(unsigned value, std::size_t begin);
    Range range(std::size_t begin, std::size_t end) const;

    const Sources& sources_;
    Diagnostics& diagnostics_;
    Range inside_;
    std::string_view text_;
    std::size_t at_ = 0;
    std::string value_;
};

}  // namespace junctor::script
