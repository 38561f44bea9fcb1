#include "core/script/subst.h"

#include "core/base/ascii.h"
#include "core/base/log.h"

namespace junctor::script
{

class SubstParser
{
public:
    SubstParser(std::string_view text, VariableRegistry& variables) : text_(text), variables_(variables) {}

    // delimiter pattern delimiter replacement delimiter flags
    Result<SubstExpression> run()
    {
        if (text_.size() < 3) return fail("a substitution is written /pattern/replacement/flags");
        delimiter_ = text_.front();
        if (delimiter_ == '\\') return fail(500, "a backslash cannot delimit a substitution", 0);
        const std::size_t second = end_of_part(1);
        const std::size_t third = second == std::string_view::npos ? second : end_of_part(second + 1);
        if (third == std::string_view::npos)
            return fail("a substitution is written /pattern/replacement/flags; a delimiter is missing");

        RegexOptions options{.ignore_case = false, .lines = true};
        bool all = false;
        for (std::size_t i = third + 1; i < text_.size(); ++i) {
            switch (text_[i]) {
                case 'i': options.ignore_case = true; break;
                case 's': options.lines = false; break;
                case 'g': all = true; break;
                default: return fail(500, "unknown flag of a substitution; known are i, g and s", i);
            }
        }
        auto regex = Regex::compile(pattern(text_.substr(1, second - 1)), options);
        if (!regex) return fail(std::move(regex.error()));
        SubstExpression expression(std::move(*regex));
        expression.all_ = all;
        if (const auto done = replacement(expression, second + 1, third); !done) return fail(done.error());
        return expression;
    }

private:
    std::size_t end_of_part(std::size_t start) const
    {
        for (std::size_t i = start; i < text_.size(); ++i) {
            if (text_[i] == delimiter_) return i;
            if (text_[i] == '\\') ++i;
        }
        return std::string_view::npos;
    }

    // Before a letter or digit the backslash would mean something to the pattern; before others it keeps a
    // delimiter that is special there, such as |, an ordinary character.
    std::string pattern(std::string_view text) const
    {
        std::string out;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\\' && i + 1 < text.size()) {
                if (text[i + 1] != delimiter_ || !is_alnum(delimiter_)) out += '\\';
                ++i;
            }
            out += text[i];
        }
        return out;
    }

    Result<void> replacement(SubstExpression& expression, std::size_t start, std::size_t end)
    {
        std::string literal;
        std::size_t special = 0;
        const auto add = [&](SubstExpression::Item item) {
            if (!literal.empty()) expression.items_.emplace_back(std::move(literal));
            literal.clear();
            expression.items_.push_back(std::move(item));
            ++special;
        };
        for (std::size_t i = start; i < end; ++i) {
            const char c = text_[i];
            if (c == '$') {
                std::string_view rest;
                auto variable = variables_.parse(text_.substr(i, end - i), &rest);
                if (!variable) return fail(500, variable.error().text, i);
                add(std::move(*variable));
                i = end - rest.size() - 1;
            } else if (c == '\\' && i + 1 < end) {
                const char escaped = text_[++i];
                if (is_digit(escaped))
                    add(SubstExpression::Group{static_cast<std::size_t>(escaped - '0')});
                else if (escaped == 'u' && delimiter_ != 'u')
                    add(SubstExpression::RequestUri{});
                else
                    literal += unescaped(escaped);
            } else {
                literal += c;
            }
            if (special > SubstExpression::max_items)
                return fail(500, "a replacement may have at most 100 special items", i);
        }
        if (!literal.empty()) expression.items_.emplace_back(std::move(literal));
        return {};
    }

    char unescaped(char c) const
    {
        if (c == delimiter_ || c == '\\' || c == '$') return c;
        if (c == 'n') return '\n';
        if (c == 'r') return '\r';
        if (c == 't') return '\t';
        log_warning("script", "unknown escape \\{} in the replacement {}; it stands for the character itself",
                    c, quoted_for_log(text_));
        return c;
    }

    std::string_view text_;
    VariableRegistry& variables_;
    char delimiter_ = '/';
};

Result<SubstExpression> SubstExpression::parse(std::string_view text, VariableRegistry& variables)
{
    return SubstParser(text, variables).run();
}

Result<std::string> SubstExpression::replacement(Message& message, const Regex::Groups& groups) const
{
    std::string out;
    for (const Item& item : items_) {
        if (const auto* text = std::get_if<std::string>(&item)) {
            out += *text;
        } else if (const auto* group = std::get_if<Group>(&item)) {
            out += groups[group->number];
        } else if (std::holds_alternative<RequestUri>(item)) {
            out += message.uri();
        } else {
            const Value value = std::get<VariablePtr>(item)->get(message);
            out += value.is_null() ? "<null>" : value.text();
        }
        if (out.size() > max_replacement) return fail("the replacement is longer than 1022 bytes");
    }
    return out;
}

Result<std::vector<SubstExpression::Replacement>> SubstExpression::find(Message& message,
                                                                        std::string_view subject) const
{
    std::vector<Replacement> found;
    Regex::Groups groups;
    for (std::size_t from = 0; regex_.find(subject, groups, from);) {
        if (groups[0].empty()) return fail("the substitution's pattern matches an empty text");
        auto text = replacement(message, groups);
        if (!text) return fail(std::move(text.error()));
        const auto offset = static_cast<std::size_t>(groups[0].data() - subject.data());
        found.push_back({offset, groups[0].size(), std::move(*text)});
        from = offset + groups[0].size();
        if (!all_) break;
    }
    return found;
}

Result<std::optional<std::string>> SubstExpression::apply(Message& message, std::string_view subject) const
{
    const auto found = find(message, subject);
    if (!found) return fail(found.error());
    if (found->empty()) return std::nullopt;
    std::string out;
    std::size_t copied = 0;
    for (const Replacement& each : *found) {
        out.append(subject.substr(copied, each.offset - copied)).append(each.text);
        copied = each.offset + each.length;
    }
    return out.append(subject.substr(copied));
}

Result<SubstExpression> ArgumentType<SubstExpression>::parse(const Argument& argument, BindContext& context)
{
    return SubstExpression::parse(argument.text, context.variables);
}

}  // namespace junctor::script
