// Conditions, values, variables.
#include <fmt/format.h>

#include "core/script/compiler.h"
#include "core/script/condition.h"

namespace junctor::script
{

using ast::Literal;

// Leaves its truth in the register `test`.
void Compiler::condition(const ast::Expression& expression)
{
    const Range range = expression.range;
    if (const auto* compared = std::get_if<ast::Comparison>(&expression.node)) {
        comparison(*compared, range);
    } else if (const auto* called = std::get_if<ast::Call>(&expression.node)) {
        call(*called, Use::Test);
    } else if (const auto* negated = std::get_if<ast::Not>(&expression.node)) {
        condition(*negated->operand);
        emit(Op::Not, range);
    } else if (const auto* chain = std::get_if<ast::Logical>(&expression.node)) {
        condition(*chain->first);
        for (const auto& part : chain->rest) {
            const bool is_and = part.op == ast::LogicalOperator::And;
            const auto over =
                emit(is_and ? Op::JumpUnlessTrue : Op::JumpIfTrueOrError, part.expression->range);
            condition(*part.expression);
            jump_here(over);
        }
    } else if (const auto* tested = std::get_if<ast::ValueTest>(&expression.node)) {
        value(*tested->value);
        emit(Op::TestValue, range);
    } else if (const auto* action = std::get_if<ast::StatementTest>(&expression.node)) {
        const auto* assigned = std::get_if<ast::Assignment>(&action->statement->node);
        if (assigned && assigned->op == ast::AssignmentOperator::Set) {
            diagnostics_.warning(range, "an assignment as a condition: is a comparison meant?",
                                 "compare with ==");
        }
        statement(*action->statement);
        emit(Op::TestLast, range);
    } else if (const auto* literal = std::get_if<Literal>(&expression.node)) {
        if (literal->kind == Literal::Kind::Variable) {
            emit(Op::TestVariable, range, variable(literal->text, range));
        } else {
            emit(Op::TestNumber, range, literal->number != 0 ? 1 : 0);
        }
    }
}

void Compiler::comparison(const ast::Comparison& comparison, Range range)
{
    auto bound = bind_comparison(comparison, context_.variables);
    if (!bound) {
        const Range sides[] = {comparison.left.range, comparison.operator_range, comparison.right.range};
        diagnostics_.error(bound.error().offset < 3 ? sides[bound.error().offset] : range,
                           bound.error().text);
        return;
    }
    program_->tests_.push_back(std::move(*bound));
    emit(Op::Test, range, static_cast<std::int32_t>(program_->tests_.size() - 1));
}

// Leaves a value on the stack.
void Compiler::value(const ast::Expression& expression)
{
    const Range range = expression.range;
    if (const auto* literal = std::get_if<Literal>(&expression.node)) {
        if (literal->kind == Literal::Kind::Variable) {
            emit(Op::PushVariable, range, variable(literal->text, range));
            return;
        }
        program_->literals_.push_back(literal_value(*literal));
        emit(Op::PushLiteral, range, static_cast<std::int32_t>(program_->literals_.size() - 1));
    } else if (const auto* compared = std::get_if<ast::Comparison>(&expression.node)) {
        comparison(*compared, range);
        emit(Op::PushTest, range);
    } else if (const auto* called = std::get_if<ast::Call>(&expression.node)) {
        call(*called, Use::Value);
    } else if (const auto* inverted = std::get_if<ast::Complement>(&expression.node)) {
        value(*inverted->operand);
        emit(Op::Complement, range);
    } else if (const auto* chain = std::get_if<ast::Arithmetic>(&expression.node)) {
        value(*chain->first);
        for (const auto& part : chain->rest) {
            value(*part.expression);
            emit(Op::Arithmetic, part.operator_range, static_cast<std::int32_t>(part.op));
        }
    }
}

Value Compiler::literal_value(const Literal& literal)
{
    if (literal.kind == Literal::Kind::Number) return Value::number(literal.number);
    return Value::text(literal.text);
}

std::int32_t Compiler::variable(std::string_view text, Range range)
{
    auto parsed = context_.variables.parse(text);
    if (!parsed) {
        diagnostics_.error(range, parsed.error().text);
        return -1;
    }
    program_->variables_.push_back(std::move(*parsed));
    return static_cast<std::int32_t>(program_->variables_.size() - 1);
}

}  // namespace junctor::script
