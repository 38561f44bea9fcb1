// A worker without a thread, for tests and `junctorctl test`: work and timers run when the test says so.
#pragma once

#include <deque>
#include <functional>
#include <mutex>

#include "core/runtime/worker.h"

namespace junctor
{

class VirtualWorker final : public Worker
{
public:
    VirtualWorker(VirtualClock& clock, unsigned index) : clock_(clock), timers_(clock), index_(index) {}

    unsigned index() const override { return index_; }
    const Clock& clock() const override { return clock_; }
    TimerWheel& timers() override { return timers_; }
    void post(std::function<void()> work) override;
    bool is_here() const override { return true; }

    // Runs posted work, and what it posts, until none is left; false: `limit` was reached, something posts
    // for ever.
    bool run_posted(std::size_t limit = 100000);
    std::size_t posted() const;  // waiting now

private:
    VirtualClock& clock_;
    TimerWheel timers_;
    unsigned index_;
    mutable std::mutex mutex_;  // drivers with threads of their own post, too
    std::deque<std::function<void()>> posted_;
};

}  // namespace junctor
