// Regular expressions of the script: POSIX extended syntax as the C library of OpenSER's day read it, carried
// out by RE2, whose time grows with the text's length alone: no pattern in a script or a table can stall a
// worker.
//
// Beyond POSIX, as there: \w \W \s \S \b \B \< \>. Here also \d \D and, outside brackets, \n \r \t \f \v \a.
// Not possible: back-references (\1) in a pattern; compile() says so. Bytes, not characters: text need not be
// UTF-8. Compiled at load; matching is thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

#include "core/base/result.h"
#include "core/script/function.h"

namespace junctor::script
{

struct RegexOptions {
    bool ignore_case = true;
    bool lines = false;  // ^ and $ also match at line ends; `.` and [^x] do not match a newline
};

class Regex
{
public:
    // The whole match and groups 1 to 9, as views into the text; data() is null for a group that took no
    // part.
    using Groups = std::array<std::string_view, 10>;

    static Result<Regex> compile(std::string_view pattern, RegexOptions options = {});

    bool matches(std::string_view text) const;  // anywhere in it
    // The leftmost, then longest match that starts at `from` or later; ^ keeps meaning the start of the whole
    // text.
    bool find(std::string_view text, Groups& groups, std::size_t from = 0) const;

private:
    struct Compiled;
    explicit Regex(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
    std::shared_ptr<const Compiled> compiled_;
};

// As functions of modules take them: ignoring case, by lines.
template <>
struct ArgumentType<Regex> {
    static Result<Regex> parse(const Argument& argument, BindContext& context);
};

}  // namespace junctor::script
