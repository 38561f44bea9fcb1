// A worker: one thread with its own event loop, timers, transactions and memory (design.md, section 3).
//
// What a worker owns is touched on its thread only; others post() to it. Never block it.
#pragma once

#include <functional>

#include "core/runtime/clock.h"
#include "core/runtime/timer.h"

namespace junctor
{

class Worker
{
public:
    virtual ~Worker() = default;
    virtual unsigned index() const = 0;  // 0 .. children-1; part of our Via branches
    virtual const Clock& clock() const = 0;
    virtual TimerWheel& timers() = 0;
    virtual void post(std::function<void()> work) = 0;  // from any thread; runs in order on the worker's
    virtual bool is_here() const = 0;                   // are we on its thread?
};

}  // namespace junctor
