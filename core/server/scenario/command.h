// `junctord --test FILE.scn...`: an operator's own conversations against an operator's own script.
#pragma once

#include "core/server/options.h"

namespace junctor::server
{

// Prints a line for each file, and what was expected where one fails. The exit status: 0 if all went well.
int play_scenarios(const Options& options);

}  // namespace junctor::server
