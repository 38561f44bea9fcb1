// A routing script, checked and compiled: what workers share and the interpreter runs.
//
// Immutable once made; a reload makes another, and messages under way finish on theirs (shared_ptr).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/script/ast.h"
#include "core/script/catalogue.h"
#include "core/script/diagnostics.h"
#include "core/script/globals.h"
#include "core/script/message.h"
#include "core/script/source.h"
#include "core/script/variable.h"

namespace junctor::script
{

class Program
{
public:
    virtual ~Program() = default;

    // Route blocks by the kind of message that enters them: route{} is (Request, 0), onreply_route{} is
    // (OnReply, 0), error_route{} is (Error, 0). Named routes (beyond 1.2) have numbers from 1000 on.
    virtual bool has_route(Route kind, unsigned number) const = 0;
    // "1" or a name; empty: there is no such block. For t_on_failure("1") and its kin.
    virtual std::optional<unsigned> route_number(Route kind, std::string_view name) const = 0;
};

struct CompileContext {
    const FunctionCatalogue& functions;
    VariableRegistry& variables;
    const ScriptGlobals& globals;
    bool check_indirect_calls = false;  // -C: route types also through route(N)
};

// Checks and compiles; errors and warnings go to `diagnostics`. Null if there were errors. `sources` is kept
// by the program.
std::shared_ptr<const Program> compile(const ast::Script& script, std::shared_ptr<const Sources> sources,
                                       CompileContext context, Diagnostics& diagnostics);

}  // namespace junctor::script
