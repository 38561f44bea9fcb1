#include "core/script/regex.h"

#include <re2/re2.h>

#include "core/base/ascii.h"
#include "core/script/regex_syntax.h"

namespace junctor::script
{

namespace
{

RE2::Options re2_options(RegexOptions options)
{
    RE2::Options re2(RE2::POSIX);  // leftmost-longest
    re2.set_encoding(RE2::Options::EncodingLatin1);
    re2.set_log_errors(false);
    re2.set_case_sensitive(!options.ignore_case);
    re2.set_word_boundary(true);
    re2.set_one_line(!options.lines);
    re2.set_dot_nl(!options.lines);
    return re2;
}

re2::StringPiece piece(std::string_view text)
{
    return {text.data(), text.size()};
}

}  // namespace

struct Regex::Compiled {
    Compiled(const std::string& pattern, const RE2::Options& options) : re(pattern, options) {}
    RE2 re;
};

Result<Regex> Regex::compile(std::string_view pattern, RegexOptions options)
{
    const auto refuse = [&](const std::string& why, std::size_t offset = Error::nowhere) {
        return fail(500, "the regular expression " + quoted_for_log(pattern) + " does not compile: " + why,
                    offset);
    };
    const Result<std::string> translated = to_re2_syntax(pattern, options.lines);
    if (!translated) return refuse(translated.error().text, translated.error().offset);
    auto compiled = std::make_shared<const Compiled>(*translated, re2_options(options));
    if (!compiled->re.ok()) return refuse(compiled->re.error());
    return Regex(std::move(compiled));
}

bool Regex::matches(std::string_view text) const
{
    return compiled_->re.Match(piece(text), 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

bool Regex::find(std::string_view text, Groups& groups, std::size_t from) const
{
    const std::size_t count =
        std::min(groups.size(), static_cast<std::size_t>(compiled_->re.NumberOfCapturingGroups()) + 1);
    std::array<re2::StringPiece, std::tuple_size_v<Groups>> found;
    if (from > text.size() || !compiled_->re.Match(piece(text), from, text.size(), RE2::UNANCHORED,
                                                   found.data(), static_cast<int>(count)))
        return false;
    for (std::size_t i = 0; i < groups.size(); ++i)
        groups[i] = i < count ? std::string_view(found[i].data(), found[i].size()) : std::string_view();
    return true;
}

Result<Regex> ArgumentType<Regex>::parse(const Argument& argument, BindContext&)
{
    return Regex::compile(argument.text, {.ignore_case = true, .lines = true});
}

}  // namespace junctor::script
