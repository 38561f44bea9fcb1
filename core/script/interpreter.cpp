#include "core/script/interpreter.h"

#include "core/base/log.h"
#include "core/script/execution.h"

namespace junctor::script
{

const CompiledRoute* find_block(const CompiledProgram& program, Route kind, unsigned number)
{
    const CompiledRoute* const route = program.find(kind, number);
    if (!route) log_warning("script", "there is no {}[{}]: nothing is done", to_text(kind), number);
    return route;
}

Task<Outcome> run_route(const Program& program, Message& message, Route kind, unsigned number)
{
    const auto& compiled = static_cast<const CompiledProgram&>(program);  // compile() makes no other
    const CompiledRoute* route = find_block(compiled, kind, number);
    if (!route) co_return Outcome{};
    Execution execution(compiled, *route, kind, message);
    if (const auto outcome = execution.start()) co_return *outcome;
    co_return co_await execution.finish();
}

}  // namespace junctor::script
