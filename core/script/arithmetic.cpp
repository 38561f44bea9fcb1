#include "core/script/arithmetic.h"

#include "core/base/ascii.h"
#include "core/base/log.h"

namespace junctor::script
{
namespace
{

// Wraps round instead of overflowing.
std::int64_t wrapped(std::uint64_t value)
{
    return static_cast<std::int64_t>(value);
}

std::int64_t divide(std::int64_t left, std::int64_t right, bool remainder)
{
    if (right == 0) {
        log_error("script", "division by zero: the result is 0");
        return 0;
    }
    if (right == -1) return remainder ? 0 : wrapped(0 - static_cast<std::uint64_t>(left));
    return remainder ? left % right : left / right;
}

std::int64_t compute(ast::ArithmeticOperator op, std::int64_t left, std::int64_t right)
{
    using Op = ast::ArithmeticOperator;
    const auto a = static_cast<std::uint64_t>(left), b = static_cast<std::uint64_t>(right);
    switch (op) {
        case Op::Add: return wrapped(a + b);
        case Op::Subtract: return wrapped(a - b);
        case Op::Multiply: return wrapped(a * b);
        case Op::Divide: return divide(left, right, false);
        case Op::Modulo: return divide(left, right, true);
        case Op::And: return wrapped(a & b);
        case Op::Or: return wrapped(a | b);
        case Op::Xor: return wrapped(a ^ b);
    }
    return 0;
}

}  // namespace

Value compute(ast::ArithmeticOperator op, const Value& left, const Value& right)
{
    constexpr std::size_t longest = 65535;  // a loop must not grow a text without bound
    if (!left.is_present() || !right.is_present()) return Value::error();
    if (left.is_integer()) {
        if (right.has_number()) return Value::number(compute(op, left.number(), right.number()));
        log_warning("script", "'{}' is not a number", quoted_for_log(right.text(), 60));
        return Value::error();
    }
    if (op != ast::ArithmeticOperator::Add) {
        log_warning("script", "texts can only be joined with '+'");
        return Value::error();
    }
    if (left.text().size() + right.text().size() > longest) {
        log_error("script", "a text would be longer than {} bytes", longest);
        return Value::error();
    }
    return Value::text(std::string(left.text()) + std::string(right.text()));
}

Value complement(const Value& operand)
{
    if (!operand.is_present() || !operand.has_number()) {
        log_warning("script", "'~' needs a number");
        return Value::error();
    }
    return Value::number(~operand.number());
}

Truth truth_of(const Value& value)
{
    if (value.is_error()) return Truth::Error;
    if (value.is_null()) return Truth::False;
    return truth(value.is_integer() ? value.number() != 0 : !value.text().empty());
}

}  // namespace junctor::script
