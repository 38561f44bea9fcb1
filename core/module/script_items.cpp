#include "core/module/script_items.h"

#include <filesystem>

#include <fmt/format.h>

namespace junctor
{
namespace
{

namespace ast = script::ast;

std::vector<std::string_view> views(const std::vector<std::string>& names)
{
    return {names.begin(), names.end()};
}

script::Argument argument_of(const ast::Literal& literal)
{
    if (literal.kind == ast::Literal::Kind::Number) return {std::to_string(literal.number), true};
    return {literal.text, false};
}

// One visitor for the few items that concern modules; the others are globals.
class ModuleItems
{
public:
    ModuleItems(Loader& loader, script::Diagnostics& diagnostics) : loader_(loader), diagnostics_(diagnostics)
    {
    }

    void operator()(const ast::ModulePath& item) { mpath_ = item.path.text; }
    void operator()(const ast::LoadModule& item)
    {
        const auto loaded = loader_.load(item.path.text, mpath_);
        if (loaded) return;
        const std::string name = std::filesystem::path(item.path.text).stem().string();
        const auto names = loader_.available();
        diagnostics_.error(item.path.range, loaded.error().text, script::did_you_mean(name, views(names)));
    }
    void operator()(const ast::ModuleParameter& item)
    {
        const auto done = loader_.set_parameter(item.modules.text, item.name.text, argument_of(item.value));
        if (!done) diagnostics_.error(item.range, done.error().text, suggestion(item));
    }
    template <class Other>
    void operator()(const Other&)
    {
    }

private:
    std::string suggestion(const ast::ModuleParameter& item) const
    {
        const LoadedModule* module = loader_.find(item.modules.text);
        if (module == nullptr) return {};
        std::vector<std::string_view> names;
        for (const Parameter& parameter : module->parameters) {
            if (parameter.name == item.name.text) return {};  // the value was wrong, not the name
            names.push_back(parameter.name);
        }
        return script::did_you_mean(item.name.text, names);
    }

    Loader& loader_;
    script::Diagnostics& diagnostics_;
    std::string mpath_;
};

struct ItemText {
    std::string operator()(const ast::LoadModule& item) const
    {
        return "loadmodule " + item.path.text + "\n";
    }
    std::string operator()(const ast::ModuleParameter& item) const
    {
        return fmt::format("modparam {} {} {}\n", item.modules.text, item.name.text,
                           argument_of(item.value).text);
    }
    template <class Other>
    std::string operator()(const Other&) const
    {
        return {};
    }
};

}  // namespace

void load_modules(const ast::Script& script, Loader& loader, script::Diagnostics& diagnostics)
{
    ModuleItems items(loader, diagnostics);
    for (const auto& item : script.items) std::visit(items, item);
}

std::string module_items(const ast::Script& script)
{
    std::string text;
    for (const auto& item : script.items) text += std::visit(ItemText{}, item);
    return text;
}

}  // namespace junctor
