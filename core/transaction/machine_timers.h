// The two timers that a state machine has running at most: one that repeats a message (A, E, G), one that
// ends a state.
//
// Starting a timer takes the place of the other one of its kind, since no state waits for two. One worker.
#pragma once

#include <functional>

#include "core/runtime/timer.h"
#include "core/transaction/actions.h"

namespace junctor::transaction
{

class MachineTimers
{
public:
    MachineTimers(TimerWheel& wheel, std::function<void(Timer)> on_fire)
        : on_fire_(std::move(on_fire)),
          repeating_(wheel, [this] { on_fire_(repeats_); }),
          ending_(wheel, [this] { on_fire_(ends_); })
    {
    }
    MachineTimers(const MachineTimers&) = delete;
    MachineTimers& operator=(const MachineTimers&) = delete;

    void start(Timer timer, Duration after)
    {
        (is_repeating(timer) ? repeats_ : ends_) = timer;
        (is_repeating(timer) ? repeating_ : ending_).start(after);
    }
    void stop(Timer timer)
    {
        if (is_repeating(timer))
            repeating_.stop();
        else if (ends_ == timer)
            ending_.stop();
    }
    void stop_all()
    {
        repeating_.stop();
        ending_.stop();
    }

private:
    static bool is_repeating(Timer timer)
    {
        return timer == Timer::A || timer == Timer::E || timer == Timer::G;
    }

    std::function<void(Timer)> on_fire_;
    Timer repeats_ = Timer::A, ends_ = Timer::B;
    junctor::Timer repeating_, ending_;
};

}  // namespace junctor::transaction
