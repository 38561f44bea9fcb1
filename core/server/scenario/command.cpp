#include "core/server/scenario/command.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "core/base/log.h"
#include "core/server/directories.h"
#include "core/server/scenario/runner.h"

namespace junctor::server
{

int play_scenarios(const Options& options)
{
    if (options.scenarios.empty()) {
        std::fputs("junctord: --test needs the names of scenario files\n", stderr);
        return 255;
    }
    set_log_level(static_cast<int>(LogLevel::Error) + options.debug_steps);
    const std::string modules = options.module_path.empty() ? own_module_directory() : options.module_path;
    std::size_t failed = 0;
    for (const std::string& name : options.scenarios) {
        std::ifstream stream(name);
        Result<void> played = stream ? Result<void>() : fail(404, "the file cannot be read");
        if (played) {
            const std::string text{std::istreambuf_iterator<char>(stream), {}};
            played = ScenarioRunner(std::filesystem::path(name).parent_path().string(), modules).run(text);
        }
        if (!played) ++failed;
        std::fputs(fmt::format("{} {}{}\n", played ? "ok    " : "FAILED", name,
                               played ? "" : "\n" + played.error().text)
                       .c_str(),
                   stdout);
    }
    std::fputs(fmt::format("{} passed, {} failed\n", options.scenarios.size() - failed, failed).c_str(),
               stdout);
    return failed == 0 ? 0 : 1;
}

}  // namespace junctor::server
