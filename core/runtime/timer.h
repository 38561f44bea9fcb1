// Timers: a hierarchical wheel of 1 ms ticks, one a worker; starting and stopping cost a few instructions.
//
// A Timer is a member of what it serves and dies with it: its destructor stops it. Callbacks run on the
// worker's thread, in order of their due times (equal ticks: in the order they were started). Never early, at
// most a tick late. Not thread-safe; no allocation. Limit: 30 years from the wheel's start; a later due time
// is brought forward to it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "core/runtime/clock.h"

namespace junctor
{

class TimerWheel;

class Timer
{
public:
    Timer(TimerWheel& wheel, std::function<void()> on_fire) : wheel_(wheel), on_fire_(std::move(on_fire)) {}
    ~Timer();
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    void start(Duration after);  // restarts a running one; zero or negative: at the next turn of the wheel
    void stop();                 // its callback will not run afterwards
    bool is_running() const { return slot_ != nullptr; }
    TimePoint due() const { return due_; }  // of the last start

private:
    friend class TimerWheel;
    TimerWheel& wheel_;
    std::function<void()> on_fire_;  // lent to the wheel while it runs: a callback may destroy its own timer
    TimePoint due_{};
    std::uint64_t tick_ = 0;
    Timer* previous_ = nullptr;  // intrusive list of a slot, the head's previous being the tail; not owned
    Timer* next_ = nullptr;
    Timer** slot_ = nullptr;     // the list's head
    bool* destroyed_ = nullptr;  // while the callback runs: where the destructor leaves its mark
};

class TimerWheel
{
public:
    static constexpr Duration tick_length = std::chrono::milliseconds(1);

    explicit TimerWheel(const Clock& clock);
    ~TimerWheel();
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    // Fires everything that is due at clock.now() and returns how many that were. Callbacks may start, stop
    // and destroy any timer, their own included. What a callback starts for this very tick waits for the next
    // call.
    std::size_t run_due();
    // When run_due() has something to do next; empty: no timer runs. May be early (a cascade), never late.
    std::optional<TimePoint> next_due() const;
    std::size_t running() const { return running_; }
    const Clock& clock() const { return clock_; }

private:
    friend class Timer;
    // Level n holds the timers whose tick differs from current_ in byte n at the highest: 2^40 ms, 34 years.
    static constexpr unsigned slot_bits = 8, slots = 1U << slot_bits, levels = 5;

    void link(Timer& timer);
    void unlink(Timer& timer);
    void append(Timer*& head, Timer& timer);
    void cut(Timer& timer);
    void cascade(unsigned level, unsigned slot);
    void move_to(std::uint64_t tick);
    std::size_t run_slot(unsigned slot);
    std::optional<std::uint64_t> next_tick() const;
    std::uint64_t tick_before(TimePoint time) const;  // the last tick that is not after `time`

    const Clock& clock_;
    TimePoint start_;
    std::uint64_t current_ = 0;  // the tick that run_due() has reached; its slot may fill again
    std::size_t running_ = 0;
    Timer* firing_ = nullptr;  // list of those that run_due() is about to call
    bool in_run_due_ = false;
    std::array<Timer*, std::size_t{levels} * slots> wheel_{};  // level by level
    std::array<std::array<std::uint64_t, slots / 64>, levels>
        occupied_{};  // bitmap: next_due() skips empty slots
};

}  // namespace junctor
