#include "core/module/loader.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <dlfcn.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include "core/base/ascii.h"

namespace junctor
{
namespace
{

namespace fs = std::filesystem;

// Foreign modules (of an OpenSER installation) must not be opened at all: their constructors would run.
bool is_ours(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return bytes.find("junctor_module_entry") != std::string::npos;
}

std::string_view type_word(Parameter::Type type)
{
    switch (type) {
        case Parameter::Type::Integer: return "a number";
        case Parameter::Type::String: return "a string in quotes";
        case Parameter::Type::Either: return "a number or a string";
    }
    return "a value";
}

Result<void> set_in(const LoadedModule& module, std::string_view name, const script::Argument& value)
{
    for (const Parameter& parameter : module.parameters) {
        if (parameter.name != name) continue;
        const auto given = value.is_number ? Parameter::Type::Integer : Parameter::Type::String;
        if (parameter.type != Parameter::Type::Either && parameter.type != given)
            return fail(fmt::format("parameter {} of module {} takes {}, found {}", name, module.name,
                                    type_word(parameter.type), type_word(given)));
        if (auto done = parameter.set(value); !done)
            return fail(fmt::format("parameter {} of module {}: {}", name, module.name, done.error().text));
        return {};
    }
    std::vector<std::string_view> names;
    for (const Parameter& parameter : module.parameters) names.push_back(parameter.name);
    return fail(fmt::format("module {} has no parameter {}; it has: {}", module.name, name,
                            names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
}

}  // namespace

Loader::Loader(Registry& registry, Paths paths) : registry_(registry), paths_(std::move(paths)) {}

Loader::~Loader()
{
    while (!modules_.empty()) modules_.pop_back();  // users before those they use
}

std::string Loader::locate(std::string_view path, std::string_view mpath) const
{
    const fs::path named(path);
    const fs::path file = named.filename();
    if (!paths_.override_directory.empty()) {
        const fs::path candidate = fs::path(paths_.override_directory) / file;
        if (fs::exists(candidate)) return candidate.string();
    }
    const fs::path as_written = named.is_absolute() ? named : fs::path(mpath) / named;
    if (fs::is_regular_file(as_written) && is_ours(as_written.string())) return as_written.string();
    const fs::path own = fs::path(paths_.own_directory) / file;
    return fs::exists(own) ? own.string() : std::string();
}

Result<LoadedModule*> Loader::load(std::string_view path, std::string_view mpath)
{
    const std::string name = fs::path(path).stem().string();
    if (find(name) != nullptr) return fail("module " + name + " is loaded already");

    const std::string file = locate(path, mpath);
    if (file.empty())
        return fail(fmt::format("there is no module {} in {}{}{}", name,
                                paths_.override_directory.empty() ? "" : paths_.override_directory + " or ",
                                mpath.empty() ? "" : std::string(mpath) + " or ", paths_.own_directory));
    // Never unloaded: the closures that a module's code made live on in the registry and in compiled scripts.
    void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) {
        const char* why = dlerror();
        return fail(fmt::format("cannot load {}: {}", file, why != nullptr ? why : "no reason given"));
    }
    using Entry = const ModuleEntry* (*)();
    const auto function = reinterpret_cast<Entry>(dlsym(library, "junctor_module_entry"));
    const ModuleEntry* const entry = function == nullptr ? nullptr : function();
    if (entry == nullptr) return fail(file + " is no module of Junctor");
    if (std::string_view(entry->core_version) != JUNCTOR_VERSION)
        return fail(
            fmt::format("{} was built for Junctor {}, this is {}; install the modules of this version", file,
                        entry->core_version, JUNCTOR_VERSION));
    auto module = entry->make();
    return add(name, std::move(module));
}

Result<LoadedModule*> Loader::add(std::string name, std::unique_ptr<LoadedModule> module)
{
    module->name = std::move(name);
    for (auto& function : module->functions)
        if (auto added = registry_.add_function(module->name, function); !added) return fail(added.error());
    for (auto& command : module->commands)
        if (auto added = registry_.add_command(command); !added) return fail(added.error());
    for (auto& statistic : module->statistics) {
        statistic.group = module->name;
        registry_.add_statistic(statistic);
    }
    for (auto& [variable, get] : module->variables)
        if (auto added = registry_.variables().add(variable, get); !added) return fail(added.error());
    modules_.push_back(std::move(module));
    return modules_.back().get();
}

Result<void> Loader::set_parameter(std::string_view modules, std::string_view name,
                                   const script::Argument& value)
{
    // Without grouping, as OpenSER: "usrloc|auth_db" means: begins with usrloc, or ends with auth_db.
    RE2::Options options;
    options.set_posix_syntax(true);
    options.set_case_sensitive(false);
    options.set_log_errors(false);
    const RE2 pattern("^" + std::string(modules) + "$", options);
    if (!pattern.ok())
        return fail(
            fmt::format("\"{}\" is no regular expression of module names: {}", modules, pattern.error()));

    bool matched = false;
    for (const auto& module : modules_) {
        if (!RE2::PartialMatch(module->name, pattern)) continue;
        matched = true;
        if (auto done = set_in(*module, name, value); !done) return done;
    }
    if (!matched)
        return fail(
            fmt::format("no loaded module matches \"{}\"; loadmodule must come before modparam", modules));
    return {};
}

LoadedModule* Loader::find(std::string_view name)
{
    for (const auto& module : modules_)
        if (module->name == name) return module.get();
    return nullptr;
}

std::vector<std::string> Loader::available() const
{
    std::vector<std::string> names;
    for (const std::string& directory : {paths_.override_directory, paths_.own_directory}) {
        std::error_code ignored;
        for (const auto& file : fs::directory_iterator(directory, ignored))
            if (file.path().extension() == ".so") names.push_back(file.path().stem().string());
    }
    return names;
}

}  // namespace junctor
