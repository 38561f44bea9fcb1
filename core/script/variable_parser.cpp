#include "core/script/variable_parser.h"

#include "core/base/ascii.h"
#include "core/script/variable_kinds.h"

namespace junctor::script
{

namespace
{

constexpr int most_index = 65535;

constexpr bool is_name_char(char c)
{
    return is_alnum(c) || c == '_' || c == '.';
}

constexpr std::array<std::string_view, 10> avp_words{"avp", "avpt", "avpg", "avps", "avpp",
                                                     "a",   "at",   "ag",   "as",   "ap"};

bool is_avp_word(std::string_view name)
{
    return std::any_of(avp_words.begin(), avp_words.end(),
                       [&](std::string_view word) { return iequals(word, name); });
}

std::string in_quotes(std::string_view text)
{
    return "\"" + std::string(text) + "\"";
}

}  // namespace

// [letter][flags]:name, or an alias.
Result<AvpSpec> parse_avp_spec(std::string_view text, const VariableNames& names)
{
    text = trim(text);
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
        const AvpName* alias = names.avp_alias(text);
        if (alias == nullptr)
            return fail("no AVP has the alias " + in_quotes(text) + "; write s:" + std::string(text) +
                        " for the AVP of that name, or define the alias in avp_aliases");
        return AvpSpec{*alias};
    }

    AvpSpec spec;
    const char type = colon == 0 ? '\0' : to_lower(text.front());
    if (type != 's' && type != 'i') return fail("an AVP is named i:NUMBER or s:NAME, not " + in_quotes(text));
    if (colon > 1) {
        const auto flags = parse_unsigned(text.substr(1, colon - 1), 255);
        if (!flags) return fail("the script flags of an AVP are a number from 0 to 255");
        spec.flags = static_cast<std::uint8_t>(*flags);
    }
    const std::string_view name = text.substr(colon + 1);
    if (type == 's') {
        if (name.empty()) return fail("an AVP needs a name after s:");
        spec.name.id = std::string(name);
        return spec;
    }
    const auto number = parse_unsigned(name);
    if (!number) return fail("the number of an AVP is missing or malformed: " + in_quotes(text));
    const auto id = static_cast<std::uint16_t>(*number);  // 16 bits count, as in OpenSER
    if (id == 0) return fail("an AVP's number is 1 to 65535");
    spec.name.id = id;
    return spec;
}

Result<VariablePtr> VariableParser::parse()
{
    if (!accept('$')) return error("a pseudo-variable starts with $");
    if (accept('$')) return make_text_variable("$");
    return accept('(') ? parenthesised() : named();
}

// $(name), $(name{class.function,parameters}...)
Result<VariablePtr> VariableParser::parenthesised()
{
    auto variable = named();
    if (!variable) return variable;
    std::vector<Transformation> transformations;
    skip_blanks();
    while (at('{')) {
        auto next = transformation();
        if (!next) return fail(std::move(next.error()));
        transformations.push_back(std::move(*next));
        skip_blanks();
    }
    if (at('[')) return error("an index goes inside: $hdr(name[1]), $avp(s:name[1])");
    if (const auto closed = close(); !closed) return fail(closed.error());
    if (transformations.empty()) return variable;
    return make_transformed_variable(std::move(*variable), std::move(transformations));
}

Result<VariablePtr> VariableParser::named()
{
    const std::size_t start = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    const std::string_view name = text_.substr(start, at_ - start);
    if (name.empty()) return error("a name must follow $; the character itself is written $$", start);

    const bool header_word = iequals(name, "hdr") || iequals(name, "h");
    const bool variable_word = iequals(name, "var") || iequals(name, "v");
    if (accept('(')) {
        if (is_avp_word(name)) return avp();
        if (header_word) return header();
        if (variable_word) return script_variable();
        --at_;
    }
    if (auto simple = names_.simple(name)) return simple;
    if (is_avp_word(name) || header_word || variable_word)
        return error("$" + std::string(name) + " needs a name in parentheses: $" + std::string(name) +
                         (is_avp_word(name) ? "(s:name)" : "(name)"),
                     start);
    return unknown(name, start);
}

tl::unexpected<Error> VariableParser::unknown(std::string_view name, std::size_t at) const
{
    std::string text = "no pseudo-variable is called $" + std::string(name);
    std::string_view without_stop = name;
    while (without_stop.ends_with('.')) without_stop.remove_suffix(1);
    const std::string near = names_.suggest(name);
    if (without_stop.size() < name.size() && names_.simple(without_stop) != nullptr)
        text += "; where a full stop follows write $(" + std::string(without_stop) + ")";
    else if (!near.empty())
        text += "; did you mean $" + near + "?";
    return error(std::move(text), at);
}

// After "$avp(": a name as parse_avp_spec() reads it, or a variable, then perhaps an index.
Result<VariablePtr> VariableParser::avp()
{
    const std::size_t start = at_;
    skip_blanks();
    std::variant<AvpSpec, VariablePtr> name;
    if (at('$')) {
        auto variable = nested();
        if (!variable) return variable;
        name = std::move(*variable);
    } else {
        auto spec = parse_avp_spec(take_until("[)"), names_);
        if (!spec) return error(spec.error().text, start);
        name = std::move(*spec);
    }
    const auto position = index();
    if (!position) return fail(position.error());
    if (const auto closed = close(); !closed) return fail(closed.error());
    return make_avp_variable(std::move(name), *position);
}

// After "$hdr(".
Result<VariablePtr> VariableParser::header()
{
    skip_blanks();
    std::variant<std::string, VariablePtr> name;
    if (at('$')) {
        auto variable = nested();
        if (!variable) return variable;
        name = std::move(*variable);
    } else {
        const std::size_t start = at_;
        const std::string_view text = trim(take_until("[)"));
        if (text.empty() || !is_alpha(text.front()))
            return error("a header's name starts with a letter", start);
        name = std::string(text);
    }
    const auto position = index();
    if (!position) return fail(position.error());
    if (const auto closed = close(); !closed) return fail(closed.error());
    return make_header_variable(std::move(name), *position);
}

// After "$var(": any characters but ')'.
Result<VariablePtr> VariableParser::script_variable()
{
    const std::string_view name = take_until(")");
    if (name.empty()) return error("$var needs a name");
    if (const auto closed = close(); !closed) return fail(closed.error());
    return make_script_variable(std::string(name));
}

Result<ValueIndex> VariableParser::index()
{
    skip_blanks();
    if (!accept('[')) return ValueIndex{};
    const std::size_t start = at_;
    const std::string_view text = trim(take_until("])"));
    if (!accept(']')) return error("the index is not closed by ]", start);
    skip_blanks();
    if (text == "*") return ValueIndex{true, 0};
    const auto number = parse_signed(text);
    if (!number || *number < -1 || *number > most_index)
        return error("an index is a number from 0, -1 for the last, or * for all", start);
    return ValueIndex{false, static_cast<int>(*number)};
}

Result<void> VariableParser::close()
{
    skip_blanks();
    if (!accept(')')) return error("a closing ) is missing");
    return {};
}

Result<VariablePtr> VariableParser::nested()
{
    if (nesting_ == max_nesting) return error("variables are nested too deeply");
    VariableParser inner(text_.substr(at_), names_, nesting_ + 1);
    auto variable = inner.parse();
    if (!variable) {
        Error error = std::move(variable.error());
        if (error.offset != Error::nowhere) error.offset += at_;
        return fail(std::move(error));
    }
    at_ += inner.position();
    return variable;
}

// {class.name} or {class.name,p1,p2}
Result<Transformation> VariableParser::transformation()
{
    const std::size_t start = ++at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    const std::string_view name = text_.substr(start, at_ - start);
    const TransformationSpec* spec = find_transformation(name);
    if (spec == nullptr)
        return error(
            "no transformation is called {" + std::string(name) + "}; known classes are s, uri, param",
            start);

    Transformation transformation(*spec);
    for (std::size_t i = 0; i < spec->parameters.size(); ++i) {
        const auto kind = spec->parameters[i];
        if (kind == TransformationSpec::Kind::None) break;
        skip_blanks();
        if (!accept(','))
            return error("{" + std::string(name) + "} needs a further parameter, after a comma");
        auto value = parameter(kind);
        if (!value) return fail(std::move(value.error()));
        transformation.set_parameter(i, std::move(*value));
    }
    if (iequals(name, "s.substr"))
        if (const auto* length = std::get_if<std::int64_t>(&transformation.parameter(1));
            length != nullptr && *length < 0)
            return error("the length of {s.substr} must not be negative");
    skip_blanks();
    if (!accept('}')) return error("the transformation is not closed by }");
    return transformation;
}

Result<Transformation::Parameter> VariableParser::parameter(TransformationSpec::Kind kind)
{
    using Kind = TransformationSpec::Kind;
    if (kind == Kind::Separator) {  // exactly the next character, whatever it is
        if (at_ == text_.size()) return error("a separator must follow the comma");
        return Transformation::Parameter(std::string(1, text_[at_++]));
    }
    skip_blanks();
    if (at('$')) {
        auto variable = nested();
        if (!variable) return fail(std::move(variable.error()));
        return Transformation::Parameter(std::move(*variable));
    }
    const std::size_t start = at_;
    const std::string_view text = take_until(" \t\r\n,}");
    if (text.empty()) return error("a parameter is empty", start);
    if (kind == Kind::Text) return Transformation::Parameter(std::string(text));
    const auto number = parse_signed(text);
    if (!number) return error(in_quotes(text) + " is not a number", start);
    return Transformation::Parameter(*number);
}

bool VariableParser::accept(char c)
{
    if (!at(c)) return false;
    ++at_;
    return true;
}

void VariableParser::skip_blanks()
{
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
}

std::string_view VariableParser::take_until(std::string_view stops)
{
    const std::size_t end = std::min(text_.find_first_of(stops, at_), text_.size());
    const std::string_view taken = text_.substr(at_, end - at_);
    at_ = end;
    return taken;
}

}  // namespace junctor::script
