// Carries out the loadmodule, mpath and modparam items of a script, in their order.
#pragma once

#include "core/module/loader.h"
#include "core/script/ast.h"
#include "core/script/diagnostics.h"

namespace junctor
{

void load_modules(const script::ast::Script& script, Loader& loader, script::Diagnostics& diagnostics);

// The same items as text, one a line: what a reload compares, since modules and their parameters change at a
// restart only.
std::string module_items(const script::ast::Script& script);

}  // namespace junctor
