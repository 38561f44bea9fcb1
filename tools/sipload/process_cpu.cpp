#include "tools/sipload/process_cpu.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <unistd.h>

#include "core/base/ascii.h"

namespace junctor::load
{
namespace
{

struct Process {
    int parent = 0;
    std::uint64_t ticks = 0;  // user and system, of all its threads
};

// proc(5), /proc/PID/stat: what follows the name in parentheses, which may hold anything, begins with
// field 3.
bool read_stat(const std::filesystem::path& folder, Process& process)
{
    std::ifstream file(folder / "stat");
    std::string text;
    if (!std::getline(file, text, '\0')) return false;
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return false;
    std::istringstream fields(text.substr(name_end + 1));
    std::string skipped;
    std::uint64_t user = 0, system = 0;
    fields >> skipped >> process.parent;
    for (int field = 5; field < 14; ++field) fields >> skipped;
    fields >> user >> system;
    process.ticks = user + system;
    return !fields.fail();
}

bool is_in_tree(const std::map<int, Process>& processes, int pid, int root)
{
    for (std::size_t depth = 0; depth < processes.size(); ++depth) {
        if (pid == root) return true;
        const auto found = processes.find(pid);
        if (found == processes.end()) return false;
        pid = found->second.parent;
    }
    return false;
}

}  // namespace

Duration cpu_time_of_tree(int pid)
{
    std::map<int, Process> processes;
    std::error_code ignored;  // processes come and go while we look
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        const auto number = parse_unsigned(entry.path().filename().string(), INT32_MAX);
        Process process;
        if (number && read_stat(entry.path(), process)) processes[static_cast<int>(*number)] = process;
    }
    std::uint64_t ticks = 0;
    for (const auto& [number, process] : processes)
        if (is_in_tree(processes, number, pid)) ticks += process.ticks;
    return Duration(static_cast<std::int64_t>(ticks) * (1'000'000'000 / ::sysconf(_SC_CLK_TCK)));
}

}  // namespace junctor::load
