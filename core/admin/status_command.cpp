// status: what an admin wants to see first, in one reply. Beyond OpenSER 1.2.
#include <unistd.h>

#include "core/admin/command_sets.h"
#include "core/admin/memory.h"
#include "core/base/version.h"

namespace junctor::admin
{
namespace
{

mi::Reply status(const Registry& registry, const ServerControl& server)
{
    mi::Reply reply;
    reply.add("Server", server_name());
    reply.add("PID", std::to_string(getpid()));
    reply.add("Up since", calendar_text(server.started()));
    reply.add("Up time", uptime_text(server));
    reply.add("Script", server.script_file()).with("loaded", calendar_text(server.script_loaded()));
    reply.add("Workers", std::to_string(server.workers()));
    for (auto& socket : server.sockets()) reply.add("Socket", std::move(socket));
    for (auto& module : server.modules()) reply.add("Module", std::move(module));
    const MemoryUse memory = memory_use();
    reply.add("Memory", std::to_string(memory.real_used_size))
        .with("max", std::to_string(memory.max_used_size))
        .with("heap", std::to_string(memory.used_size));
    if (const Statistic* transactions = registry.find_statistic("tm", "inuse_transactions"))
        reply.add("Transactions", std::to_string(transactions->value()));
    return reply;
}

}  // namespace

mi::Command status_command(const Registry& registry, ServerControl& server)
{
    return command("status",
                   "Version, uptime, script, workers, sockets, modules, memory (bytes), transactions", false,
                   [&](const mi::Request&) { return status(registry, server); });
}

}  // namespace junctor::admin
