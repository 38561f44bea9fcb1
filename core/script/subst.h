// Substitutions such as /^00([1-9])/+\1/i, as textops and avpops take them (textops.md, "Substitution").
//
// Parsed at load; applying one changes nothing, it says what is to be replaced. Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/script/function.h"
#include "core/script/regex.h"
#include "core/script/variable.h"

namespace junctor::script
{

class SubstExpression
{
public:
    static constexpr std::size_t max_items = 100;         // \1, \u, $pv ... in one replacement
    static constexpr std::size_t max_replacement = 1022;  // bytes that one match may become

    // Any delimiter but a backslash. Flags: i ignores case, g replaces all matches, s makes a newline an
    // ordinary character.
    static Result<SubstExpression> parse(std::string_view text, VariableRegistry& variables);

    struct Replacement {
        std::size_t offset = 0;  // in the subject
        std::size_t length = 0;
        std::string text;
    };
    // In order; none: no match. Errors: an empty match, or a replacement that is too long.
    Result<std::vector<Replacement>> find(Message& message, std::string_view subject) const;
    // The whole subject with its replacements made; empty optional: no match.
    Result<std::optional<std::string>> apply(Message& message, std::string_view subject) const;

private:
    friend class SubstParser;
    struct Group {
        std::size_t number;
    };
    struct RequestUri {
    };
    using Item = std::variant<std::string, Group, RequestUri, VariablePtr>;

    explicit SubstExpression(Regex regex) : regex_(std::move(regex)) {}
    Result<std::string> replacement(Message& message, const Regex::Groups& groups) const;

    Regex regex_;
    std::vector<Item> items_;
    bool all_ = false;
};

template <>
struct ArgumentType<SubstExpression> {
    static Result<SubstExpression> parse(const Argument& argument, BindContext& context);
};

}  // namespace junctor::script
