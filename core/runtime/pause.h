// Waiting for nothing but time, in a coroutine that runs on `worker`.
#pragma once

#include "core/runtime/task.h"
#include "core/runtime/worker.h"

namespace junctor
{

// Lets the worker do what is posted to it: between the steps of a long work.
inline Task<void> step_aside(Worker& worker)
{
    OneShot<bool> again;
    worker.post([turn = again.resolver()]() mutable { turn.resolve(true); });
    co_await again;
}

inline Task<void> pause(Worker& worker, Duration time)
{
    OneShot<bool> over;
    Timer timer(worker.timers(), [turn = over.resolver()]() mutable { turn.resolve(true); });
    timer.start(time);
    co_await over;
}

}  // namespace junctor
