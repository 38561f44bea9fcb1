// The functions that a script may call, as its checker and compiler see them: the module registry behind an
// interface, since script/ stands above module/ (design.md, section 2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/script/function.h"

namespace junctor::script
{

class FunctionCatalogue
{
public:
    virtual ~FunctionCatalogue() = default;
    // By exact name and argument count; several modules: the last loaded wins. Null: none.
    virtual const Function* find_function(std::string_view name, std::size_t arity) const = 0;
    virtual std::vector<const Function*> functions_named(std::string_view name) const = 0;  // of any arity
    virtual std::vector<std::string> function_names() const = 0;
};

}  // namespace junctor::script
