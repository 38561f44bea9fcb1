#include "test/unit/support/virtual_time.h"

#include <algorithm>

namespace junctor::test
{

void settle(VirtualWorker& worker)
{
    const Worker::Here here(worker);
    worker.run_posted();
    worker.timers().run_due();
    worker.run_posted();
}

void pass(VirtualClock& clock, VirtualWorker& worker, Duration time)
{
    settle(worker);
    for (const TimePoint end = clock.now() + time; clock.now() < end; settle(worker)) {
        const Duration left = end - clock.now();
        const auto due = worker.timers().next_due();
        const Duration until_due = due ? *due - clock.now() : left;
        clock.advance(std::min(std::max<Duration>(until_due, std::chrono::milliseconds(1)), left));
    }
}

}  // namespace junctor::test
