// The kinds of comparison, each bound in a file of its own. Private to condition*.cpp.
#pragma once

#include "core/script/condition.h"
#include "core/script/regex.h"
#include "core/script/variable.h"

namespace junctor::script
{

// Where an error of bind_comparison() lies.
enum class Side : std::size_t { Left = 0, Operator = 1, Right = 2 };
inline tl::unexpected<Error> refuse(Side side, std::string text)
{
    return fail(500, std::move(text), static_cast<std::size_t>(side));
}

bool is_myself(const ast::Literal& literal);
// Fails unless it is one of == and !=.
Result<bool> equality(const ast::Comparison& comparison);  // true: ==

using TestPtr = std::unique_ptr<Test>;

Result<TestPtr> bind_text_comparison(const ast::Comparison& comparison);     // method, uri, from_uri, to_uri
Result<TestPtr> bind_address_comparison(const ast::Comparison& comparison);  // src_ip, dst_ip
Result<TestPtr> bind_number_comparison(const ast::Comparison& comparison);   // ports, proto, af, msg:len
Result<TestPtr> bind_variable_comparison(const ast::Comparison& comparison, VariableRegistry& variables);

// A text that does not change, compared or matched as the operator says; ignoring case.
class TextPattern
{
public:
    static Result<TextPattern> make(ast::Comparator comparator, const std::string& text);
    bool holds(std::string_view left) const;

private:
    ast::Comparator comparator_ = ast::Comparator::Equal;
    std::string text_;
    std::optional<Regex> regex_;
};

template <class T>
bool compare(ast::Comparator comparator, const T& left, const T& right)
{
    using ast::Comparator;
    switch (comparator) {
        case Comparator::Equal: return left == right;
        case Comparator::NotEqual: return left != right;
        case Comparator::Less: return left < right;
        case Comparator::LessEqual: return left <= right;
        case Comparator::Greater: return left > right;
        case Comparator::GreaterEqual: return left >= right;
        case Comparator::Match:
        case Comparator::NotMatch: return false;  // never of numbers: refused at load
    }
    return false;
}

}  // namespace junctor::script
