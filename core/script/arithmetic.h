// Arithmetic on values of the script (config-language.md, 5.6): the left operand's type decides whether
// numbers are computed or texts joined.
#pragma once

#include "core/script/ast.h"
#include "core/script/condition.h"
#include "core/script/value.h"

namespace junctor::script
{

// An error if an operand is null, an error or of the wrong type; division by zero is logged and gives 0, as
// in OpenSER.
Value compute(ast::ArithmeticOperator op, const Value& left, const Value& right);
Value complement(const Value& operand);

// A variable alone as a condition: false if null, empty, or of integer type and 0.
Truth truth_of(const Value& value);

}  // namespace junctor::script
