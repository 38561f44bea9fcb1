// A server whose answers to management commands a test sets.
#pragma once

#include "core/admin/server_control.h"
#include "core/module/registry.h"

namespace junctor::test
{

class FakeServer final : public admin::ServerControl
{
public:
    VirtualClock time;
    WallTime start_time = time.wall();
    std::vector<Process> threads{{101, "main"}, {102, "worker 0"}};
    Result<std::string> reload_outcome = std::string();
    Result<std::string> check_outcome = std::string();
    std::string checked_file;
    const transport::Blacklists* lists = nullptr;
    int reloads = 0;
    int stops = 0;

    const Clock& clock() const override { return time; }
    WallTime started() const override { return start_time; }
    std::vector<std::string> arguments() const override { return {"junctord", "-f", "a.cfg"}; }
    std::string script_file() const override { return "a.cfg"; }
    WallTime script_loaded() const override { return start_time; }
    std::vector<Process> processes() const override { return threads; }
    unsigned workers() const override { return 1; }
    std::vector<std::string> sockets() const override { return {"udp:192.0.2.1:5060", "tcp:192.0.2.1:5060"}; }
    std::vector<std::string> modules() const override { return {"sl", "tm"}; }
    const transport::Blacklists* blacklists() const override { return lists; }
    Task<Result<std::string>> reload_script() override
    {
        ++reloads;
        co_return reload_outcome;
    }
    Task<Result<std::string>> check_script(std::string file) override
    {
        checked_file = std::move(file);
        co_return check_outcome;
    }
    void stop() override { ++stops; }
};

// Runs a task that does not wait.
template <class T>
T now(Task<T> task)
{
    task.start();
    return task.take();
}

inline mi::Reply run(const Registry& registry, std::string_view name, std::vector<std::string> arguments = {})
{
    const mi::Command* command = registry.find_command(name);
    if (command == nullptr) return mi::Reply::error(-1, "no such command");
    return now(command->run({std::string(name), std::move(arguments), {}}));
}

inline std::string value_of(const mi::Reply& reply, std::string_view name)
{
    for (const auto& node : reply.nodes)
        if (node.name == name) return node.value;
    return "(none)";
}

inline std::vector<std::string> values_of(const mi::Reply& reply)
{
    std::vector<std::string> values;
    for (const auto& node : reply.nodes) values.push_back(node.value);
    return values;
}

}  // namespace junctor::test
