// A routing script and all that it loads: sources, globals, modules, the compiled program.
//
// load() does everything that `junctord -c` promises: a script that passes it starts, unless sockets or
// databases refuse. reload() compiles the file anew against the modules that are loaded: routes change,
// globals and modules do not until a restart, and it says which.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/module/loader.h"
#include "core/module/registry.h"
#include "core/script/diagnostics.h"
#include "core/script/globals.h"
#include "core/script/program.h"
#include "core/script/source.h"

namespace junctor::server
{

struct ScriptSource {
    std::string path;                 // of the file; with `text`, only its name in messages
    std::optional<std::string> text;  // instead of the file's
    script::EnvironmentLookup environment = script::process_environment;
};

class Configuration
{
public:
    Configuration(ScriptSource source, Loader::Paths paths);
    ~Configuration();
    Configuration(const Configuration&) = delete;
    Configuration& operator=(const Configuration&) = delete;

    // False: report() says why. Warnings are in report(), too.
    bool load(bool check_indirect_calls = false);
    const std::string& report() const { return report_; }

    struct Reloaded {
        std::shared_ptr<const script::Program> program;
        std::string report;  // warnings, and what waits for a restart
    };
    // Checks `path` (empty: the script's own) and compiles it. The error's text holds all diagnostics.
    Result<Reloaded> reload(const std::string& path = {});

    const std::string& path() const { return source_.path; }
    const script::ScriptGlobals& globals() const { return globals_; }
    const script::Sources& sources() const { return *sources_; }
    Registry& registry() { return registry_; }
    Loader& loader() { return loader_; }
    const std::shared_ptr<const script::Program>& program() const { return program_; }

private:
    struct Parsed;
    Parsed parse(const ScriptSource& source) const;

    ScriptSource source_;
    Registry registry_;
    Loader loader_;
    std::shared_ptr<script::Sources> sources_;  // the program keeps views of it
    script::ScriptGlobals globals_;
    std::string module_items_;
    std::string global_items_;
    std::shared_ptr<const script::Program> program_;
    std::string report_;
};

}  // namespace junctor::server
