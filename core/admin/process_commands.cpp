// uptime, version, pwd, arg, which, ps, kill: about the process, in OpenSER's order.
#include <filesystem>

#include "core/admin/command_sets.h"
#include "core/base/version.h"

namespace junctor::admin
{
namespace
{

mi::Reply uptime(const ServerControl& server)
{
    mi::Reply reply;
    reply.add("Now", calendar_text(server.clock().wall()));
    reply.add("Up since", calendar_text(server.started()));
    reply.add("Up time", uptime_text(server));
    return reply;
}

mi::Reply working_directory()
{
    std::error_code error;
    const auto path = std::filesystem::current_path(error);
    if (error) return mi::Reply::error(500, "Server Internal Error");
    mi::Reply reply;
    reply.add("WD", path.string());
    return reply;
}

mi::Reply processes(const ServerControl& server)
{
    mi::Reply reply;
    std::size_t number = 0;
    for (const auto& process : server.processes())
        reply.add("Process")
            .with("ID", std::to_string(number++))
            .with("PID", std::to_string(process.id))
            .with("Type", process.type);
    return reply;
}

}  // namespace

std::vector<mi::Command> process_commands(Registry& registry, ServerControl& server)
{
    const auto simple = [](std::string name, std::string help, std::function<mi::Reply()> run) {
        return command(std::move(name), std::move(help), false,
                       [run = std::move(run)](const mi::Request&) { return run(); });
    };
    return {
        simple("uptime", "Time now, of the start, and seconds between", [&] { return uptime(server); }),
        simple("version", "Name and version of the server",
               [] {
                   mi::Reply reply;
                   reply.add("Server", server_name());
                   return reply;
               }),
        simple("pwd", "Working directory of the server", working_directory),
        simple("arg", "Command line of the server, an argument a line",
               [&] {
                   mi::Reply reply;
                   for (auto& argument : server.arguments()) reply.add("", std::move(argument));
                   return reply;
               }),
        simple("which", "All commands, in order of registration",
               [&] {
                   mi::Reply reply;
                   for (const auto& known : registry.commands()) reply.add("", known.name);
                   return reply;
               }),
        simple("ps", "Threads of the server, with the kernel's ids", [&] { return processes(server); }),
        simple("kill", "Stops the server in good order",
               [&] {
                   server.stop();
                   return mi::Reply::ok();
               }),
    };
}

}  // namespace junctor::admin
