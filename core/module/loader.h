// Loads modules and sets their parameters: `loadmodule`, `mpath`, `modparam` (config-language.md, section 3).
//
// Where a module is looked for: in the directory of --mpath (which wins, so that a script written for another
// installation runs as it stands); as the script names it, if that file is one of ours; in Junctor's own
// directory. Single-threaded, at start. The objects of modules go with the Loader, their code stays.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/module/module.h"
#include "core/module/registry.h"

namespace junctor
{

class Loader
{
public:
    struct Paths {
        std::string override_directory;  // --mpath; empty: none
        std::string own_directory;       // where this build keeps its modules
    };

    Loader(Registry& registry, Paths paths);
    ~Loader();
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    // `path` as in the script, relative to `mpath` unless absolute. A module that is loaded already is an
    // error.
    Result<LoadedModule*> load(std::string_view path, std::string_view mpath);
    // A module that is compiled in (tests): takes the same way as one from a file, from there on.
    Result<LoadedModule*> add(std::string name, std::unique_ptr<LoadedModule> module);
    // Sets the parameter of every loaded module that `modules` (an extended regular expression) matches. The
    // error says which module or parameter was meant, or what value was expected.
    Result<void> set_parameter(std::string_view modules, std::string_view name,
                               const script::Argument& value);

    LoadedModule* find(std::string_view name);
    const std::vector<std::unique_ptr<LoadedModule>>& modules() const { return modules_; }  // in load order
    std::vector<std::string> available() const;  // names in the directories, for suggestions

private:
    std::string locate(std::string_view path, std::string_view mpath) const;

    Registry& registry_;
    Paths paths_;
    std::vector<std::unique_ptr<LoadedModule>> modules_;
};

}  // namespace junctor
