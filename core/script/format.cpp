#include "core/base/ascii.h"
#include "core/script/variable.h"

namespace junctor::script
{

namespace
{

constexpr std::string_view colour_reset = "\x1b[0m";

// Position of a colour's letter in the terminal's order; 9 is its default. -1: no colour.
int colour_number(char letter)
{
    if (letter == 'x') return 9;
    const auto at = std::string_view("srgybpcw").find(letter);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

class FormatParser
{
public:
    FormatParser(std::string_view text, VariableRegistry& variables) : text_(text), variables_(variables) {}

    Result<Format> run()
    {
        while (at_ < text_.size()) {
            const std::size_t dollar = std::min(text_.find('$', at_), text_.size());
            literal_.append(text_.substr(at_, dollar - at_));
            at_ = dollar;
            if (at_ == text_.size()) break;
            if (text_.substr(at_, 2) == "$$") {
                literal_ += '$';
                at_ += 2;
            } else if (!colour()) {
                if (const auto done = variable(); !done) return fail(done.error());
            }
        }
        flush();
        return std::move(format_);
    }

private:
    void flush()
    {
        if (!literal_.empty()) format_.parts_.emplace_back(std::move(literal_));
        literal_.clear();
    }

    // $Cfb or $C(fb): foreground and background, an upper-case foreground is bold.
    bool colour()
    {
        std::string_view rest = text_.substr(at_);
        if (!rest.starts_with("$C")) return false;
        const bool parenthesised = rest.substr(2).starts_with('(');
        rest.remove_prefix(parenthesised ? 3 : 2);
        if (rest.size() < 2 || (parenthesised && rest.substr(2, 1) != ")")) return false;
        const int foreground = colour_number(to_lower(rest[0]));
        const int background = colour_number(rest[1]);
        if (foreground < 0 || background < 0 || rest[0] == 'X') return false;
        const int bold = is_alpha(rest[0]) && rest[0] != to_lower(rest[0]) ? 1 : 0;
        flush();
        format_.parts_.emplace_back(
            Format::Colour{fmt::format("\x1b[{};{};{}m", bold, 30 + foreground, 40 + background)});
        at_ += parenthesised ? 6 : 4;
        return true;
    }

    Result<void> variable()
    {
        std::string_view rest;
        auto variable = variables_.parse(text_.substr(at_), &rest);
        if (!variable) {
            Error error = std::move(variable.error());
            error.offset = at_ + (error.offset == Error::nowhere ? 0 : error.offset);
            return fail(std::move(error));
        }
        flush();
        format_.parts_.emplace_back(std::move(*variable));
        at_ = text_.size() - rest.size();
        return {};
    }

    std::string_view text_;
    VariableRegistry& variables_;
    std::size_t at_ = 0;
    std::string literal_;
    Format format_;
};

Format::Format() = default;

Result<Format> Format::parse(std::string_view text, VariableRegistry& variables)
{
    return FormatParser(text, variables).run();
}

Format Format::literal(std::string text)
{
    Format format;
    if (!text.empty()) format.parts_.emplace_back(std::move(text));
    return format;
}

bool Format::is_literal() const
{
    return parts_.empty() || (parts_.size() == 1 && std::holds_alternative<std::string>(parts_.front()));
}

std::string_view Format::literal_text() const
{
    return parts_.empty() || !is_literal() ? std::string_view() : std::get<std::string>(parts_.front());
}

std::optional<std::string> Format::expand(Message& message, std::size_t limit, bool colours) const
{
    std::string out;
    bool coloured = false;
    for (const auto& part : parts_) {
        if (const auto* text = std::get_if<std::string>(&part)) {
            out += *text;
        } else if (const auto* colour = std::get_if<Colour>(&part)) {
            if (!colours) continue;
            out += colour->sequence;
            coloured = true;
        } else {
            const Value value = std::get<VariablePtr>(part)->get(message);
            if (value.is_null())
                out += "<null>";
            else if (value.is_present())
                out += value.text();
        }
        if (out.size() > limit) return {};
    }
    if (coloured) out += colour_reset;
    if (out.size() > limit) return {};
    return out;
}

Result<Format> ArgumentType<Format>::parse(const Argument& argument, BindContext& context)
{
    return Format::parse(argument.text, context.variables);
}

}  // namespace junctor::script
