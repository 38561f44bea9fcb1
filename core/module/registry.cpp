#include "core/module/registry.h"

#include "core/base/ascii.h"

namespace junctor
{

Result<void> Registry::add_function(const std::string& module, script::Function function)
{
    for (std::size_t i = 0; i < functions_.size(); ++i)
        if (functions_[i].name == function.name && functions_[i].arity == function.arity &&
            function_modules_[i] == module)
            return fail("module " + module + " declares " + function.name + "() twice");
    functions_.push_back(std::move(function));
    function_modules_.push_back(module);
    return {};
}

Result<void> Registry::add_command(mi::Command command)
{
    if (find_command(command.name) != nullptr) return fail("the command " + command.name + " exists already");
    commands_.push_back(std::move(command));
    return {};
}

void Registry::add_statistic(Statistic statistic)
{
    statistics_.push_back(std::move(statistic));
}

const script::Function* Registry::find_function(std::string_view name, std::size_t arity) const
{
    for (auto f = functions_.rbegin(); f != functions_.rend(); ++f)
        if (f->name == name && f->arity == arity) return &*f;
    return nullptr;
}

std::vector<const script::Function*> Registry::functions_named(std::string_view name) const
{
    std::vector<const script::Function*> found;
    for (const auto& function : functions_)
        if (function.name == name) found.push_back(&function);
    return found;
}

std::vector<std::string> Registry::function_names() const
{
    std::vector<std::string> names;
    for (const auto& function : functions_) names.push_back(function.name);
    return names;
}

const mi::Command* Registry::find_command(std::string_view name) const
{
    for (const auto& command : commands_)
        if (command.name == name) return &command;
    return nullptr;
}

const Statistic* Registry::find_statistic(std::string_view group, std::string_view name) const
{
    for (const auto& statistic : statistics_)
        if ((group.empty() || iequals(statistic.group, group)) && iequals(statistic.name, name))
            return &statistic;
    return nullptr;
}

}  // namespace junctor
