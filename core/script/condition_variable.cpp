// A variable on the left (config-language.md, 5.4).
#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/script/condition_kinds.h"

namespace junctor::script
{
namespace
{

using ast::Comparator;
using ast::Literal;

bool is_pattern(Comparator comparator)
{
    return comparator == Comparator::Match || comparator == Comparator::NotMatch;
}

class VariableTest : public Test
{
public:
    explicit VariableTest(VariablePtr variable) : variable_(std::move(variable)) {}

    // Null equals nothing and differs from nothing.
    Truth test(Message& message) const override
    {
        const Value left = variable_->get(message);
        if (left.is_error()) return Truth::Error;
        if (left.is_null()) return Truth::False;
        return test(message, left);
    }

    virtual Truth test(Message& message, const Value& left) const = 0;

protected:
    const Variable& variable() const { return *variable_; }

private:
    VariablePtr variable_;
};

class NullTest final : public VariableTest
{
public:
    NullTest(VariablePtr variable, bool equal) : VariableTest(std::move(variable)), equal_(equal) {}

    Truth test(Message& message) const override
    {
        const Value left = variable().get(message);
        return left.is_error() ? Truth::Error : truth(left.is_null() == equal_);
    }
    Truth test(Message&, const Value&) const override { return Truth::Error; }

private:
    bool equal_;
};

class VariableNumberTest final : public VariableTest
{
public:
    VariableNumberTest(VariablePtr variable, Comparator comparator, std::int64_t number)
        : VariableTest(std::move(variable)), comparator_(comparator), number_(number)
    {
    }

    Truth test(Message&, const Value& left) const override
    {
        if (!left.has_number()) return Truth::Error;  // even if its text is digits: as in OpenSER
        return truth(compare(comparator_, left.number(), number_));
    }

private:
    Comparator comparator_;
    std::int64_t number_;
};

class VariableTextTest final : public VariableTest
{
public:
    VariableTextTest(VariablePtr variable, TextPattern pattern)
        : VariableTest(std::move(variable)), pattern_(std::move(pattern))
    {
    }

    Truth test(Message&, const Value& left) const override
    {
        return left.has_text() ? truth(pattern_.holds(left.text())) : Truth::Error;
    }

private:
    TextPattern pattern_;
};

// Both numbers: compared as numbers; else as texts. A pattern from a variable is compiled each time.
class TwoVariablesTest final : public VariableTest
{
public:
    TwoVariablesTest(VariablePtr left, Comparator comparator, VariablePtr right)
        : VariableTest(std::move(left)), comparator_(comparator), right_(std::move(right))
    {
    }

    Truth test(Message& message, const Value& left) const override
    {
        const Value right = right_->get(message);
        if (right.is_error()) return Truth::Error;
        if (right.is_null()) return Truth::False;
        if (!is_pattern(comparator_)) {
            if (left.has_number() && right.has_number()) {
                return truth(compare(comparator_, left.number(), right.number()));
            }
            if (!left.has_text() || !right.has_text()) return Truth::Error;
            return truth(compare(comparator_, icompare(left.text(), right.text()), 0));
        }
        const auto regex = Regex::compile(right.text());
        if (!regex) {
            log_warning("script", "{}", regex.error().text);
            return Truth::Error;
        }
        return truth(regex->matches(left.text()) == (comparator_ == Comparator::Match));
    }

private:
    Comparator comparator_;
    VariablePtr right_;
};

// Beyond 1.2, where this is an evaluation error: is the URI or the host that the variable holds one of ours?
class VariableMyselfTest final : public VariableTest
{
public:
    VariableMyselfTest(VariablePtr variable, bool equal) : VariableTest(std::move(variable)), equal_(equal) {}

    Truth test(Message& message, const Value& left) const override
    {
        const LocalNames& names = message.environment().local_names;
        const auto uri = sip::Uri::parse(left.text());
        const bool ours = uri && uri->is_sip() ? names.is_myself(uri->host, uri->port.value_or(5060))
                                               : names.is_myself(left.text(), 0);
        return truth(ours == equal_);
    }

private:
    bool equal_;
};

}  // namespace

Result<TestPtr> bind_variable_comparison(const ast::Comparison& comparison, VariableRegistry& variables)
{
    const Literal& right = comparison.right;
    auto variable = variables.parse(comparison.left.text);
    if (!variable) return refuse(Side::Left, variable.error().text);

    const bool null = right.kind == Literal::Kind::Word && (right.text == "null" || right.text == "NULL");
    if (null || is_myself(right)) {
        const auto equal = equality(comparison);
        if (!equal) return fail(equal.error());
        if (null) return std::make_unique<NullTest>(std::move(*variable), *equal);
        return std::make_unique<VariableMyselfTest>(std::move(*variable), *equal);
    }
    if (right.kind == Literal::Kind::Variable) {
        auto other = variables.parse(right.text);
        if (!other) return refuse(Side::Right, other.error().text);
        return std::make_unique<TwoVariablesTest>(std::move(*variable), comparison.comparator,
                                                  std::move(*other));
    }
    if (right.kind == Literal::Kind::Number) {
        if (is_pattern(comparison.comparator)) {
            return refuse(Side::Right, fmt::format("a pattern goes in quotes: {} \"{}\"",
                                                   to_text(comparison.comparator), right.text));
        }
        return std::make_unique<VariableNumberTest>(std::move(*variable), comparison.comparator,
                                                    right.number);
    }
    auto pattern = TextPattern::make(comparison.comparator, right.text);
    if (!pattern) return fail(pattern.error());
    return std::make_unique<VariableTextTest>(std::move(*variable), std::move(*pattern));
}

}  // namespace junctor::script
