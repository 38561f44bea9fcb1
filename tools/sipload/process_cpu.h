// CPU time of a process and everything under it, from /proc: servers that fork and servers with threads are
// measured alike.
#pragma once

#include "core/runtime/clock.h"

namespace junctor::load
{

// User and system time so far of the process, its threads and its living children at any depth. Zero: there
// is no such process. Resolution: a clock tick, 10 ms as a rule.
Duration cpu_time_of_tree(int pid);

}  // namespace junctor::load
