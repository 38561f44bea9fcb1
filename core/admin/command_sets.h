// The parts of add_core_commands(), one source file each.
#pragma once

#include "core/admin/server_control.h"
#include "core/module/registry.h"

namespace junctor::admin
{

using Run = std::function<mi::Reply(const mi::Request&)>;

// A command that answers without waiting.
mi::Command command(std::string name, std::string help, bool takes_input, Run run);

std::vector<mi::Command> statistics_commands(Registry& registry);
std::vector<mi::Command> process_commands(Registry& registry, ServerControl& server);
std::vector<mi::Command> script_commands(ServerControl& server);
mi::Command blacklist_command(ServerControl& server);
mi::Command status_command(const Registry& registry, ServerControl& server);

std::string calendar_text(WallTime time);              // "Thu Mar 15 10:00:00 2007", local time, as ctime
std::string uptime_text(const ServerControl& server);  // "42 [sec]"

}  // namespace junctor::admin
