// MI commands of the server itself, with OpenSER 1.2's replies (management-interface, part 5), and beyond it
// what the admin's tool needs: status, script_reload, script_check, log_level. All run on the main loop.
#pragma once

#include "core/admin/server_control.h"
#include "core/base/core_statistics.h"
#include "core/module/registry.h"

namespace junctor::admin
{

// Before any module's commands, so that `which` lists OpenSER's order. Both arguments outlive the commands.
Result<void> add_core_commands(Registry& registry, ServerControl& server);

// Groups `core` and `shmem`.
void add_core_statistics(Registry& registry, CoreStatistics& statistics);

}  // namespace junctor::admin
