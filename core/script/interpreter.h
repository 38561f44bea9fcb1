// Runs a route block on a message. Its position is kept in an explicit frame: a function that waits suspends
// the run, the worker goes on with other messages, and the result resumes it.
#pragma once

#include "core/runtime/task.h"
#include "core/script/message.h"
#include "core/script/program.h"

namespace junctor::script
{

struct Outcome {
    int code = 1;          // of the last action ($rc)
    bool ended = false;    // by exit, drop or a 0: not by the end of the block or return
    bool dropped = false;  // by drop
};

// One top-level block: message.route is set to `kind` while it runs and restored afterwards, script flags,
// error information and blacklists are cleared first (config-language.md, 4). A block that is not defined:
// logged, and nothing happens. `program` and `message` must outlive the task.
Task<Outcome> run_route(const Program& program, Message& message, Route kind, unsigned number);

}  // namespace junctor::script
