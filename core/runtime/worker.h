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

    // The worker that this thread runs: answers awaited here are posted to it. Null outside of any.
    static Worker* current();

    // While it lives its thread runs `worker`. Scopes nest: a simulation runs several workers on one thread.
    class Here
    {
    public:
        explicit Here(Worker& worker);
        ~Here();
        Here(const Here&) = delete;
        Here& operator=(const Here&) = delete;

    private:
        Worker* outer_;
    };
};

}  // namespace junctor
