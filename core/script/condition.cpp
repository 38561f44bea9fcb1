#include "core/script/condition.h"

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/script/condition_kinds.h"

namespace junctor::script
{

using ast::Comparator;
using ast::Literal;
using ast::Subject;

bool is_myself(const Literal& literal)
{
    return literal.kind == Literal::Kind::Word && literal.text == "myself";
}

Result<bool> equality(const ast::Comparison& comparison)
{
    if (comparison.comparator == Comparator::Equal) return true;
    if (comparison.comparator == Comparator::NotEqual) return false;
    return refuse(Side::Operator,
                  fmt::format("{} can only be compared with == and != here", comparison.left.text));
}

Result<TextPattern> TextPattern::make(Comparator comparator, const std::string& text)
{
    TextPattern pattern;
    pattern.comparator_ = comparator;
    pattern.text_ = text;
    if (comparator == Comparator::Match || comparator == Comparator::NotMatch) {
        auto regex = Regex::compile(text);
        if (!regex) return refuse(Side::Right, regex.error().text);
        pattern.regex_ = std::move(*regex);
    }
    return pattern;
}

bool TextPattern::holds(std::string_view left) const
{
    if (regex_) return regex_->matches(left) == (comparator_ == Comparator::Match);
    return compare(comparator_, icompare(left, text_), 0);
}

Result<std::unique_ptr<Test>> bind_comparison(const ast::Comparison& comparison, VariableRegistry& variables)
{
    switch (comparison.subject) {
        case Subject::Variable: return bind_variable_comparison(comparison, variables);
        case Subject::Method:
        case Subject::Uri:
        case Subject::FromUri:
        case Subject::ToUri: return bind_text_comparison(comparison);
        case Subject::SrcIp:
        case Subject::DstIp: return bind_address_comparison(comparison);
        case Subject::SrcPort:
        case Subject::DstPort:
        case Subject::Proto:
        case Subject::Af:
        case Subject::MsgLen: return bind_number_comparison(comparison);
    }
    return refuse(Side::Left, "this cannot be compared");
}

}  // namespace junctor::script
