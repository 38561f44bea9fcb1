// Comparisons of the script, bound: `method == "INVITE"`, `src_ip == 10.0.0.0/8`, `$rU =~ "^00"`
// (config-language.md, 5.2 to 5.4).
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/result.h"
#include "core/runtime/task.h"
#include "core/script/ast.h"
#include "core/script/message.h"

namespace junctor::script
{

class VariableRegistry;

// An evaluation error is neither true nor false: `!` leaves it, `||` stops at it, `if` takes it for false.
enum class Truth : std::int8_t { Error = -1, False = 0, True = 1, Waits = 2 };
constexpr Truth truth(bool value)
{
    return value ? Truth::True : Truth::False;
}

// Shared by workers: testing changes nothing in it.
class Test
{
public:
    virtual ~Test() = default;
    // Waits: the answer needs DNS; ask test_waiting().
    virtual Truth test(Message& message) const = 0;
    virtual Task<Truth> test_waiting(Message& message) const { co_return test(message); }
};

// Errors are for the person who wrote it; `offset` 0 means the left side, 1 the operator, 2 the right side.
Result<std::unique_ptr<Test>> bind_comparison(const ast::Comparison& comparison, VariableRegistry& variables);

}  // namespace junctor::script
