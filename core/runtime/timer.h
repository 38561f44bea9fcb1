// Timers: a hierarchical wheel of 1 ms ticks, one a worker; starting and stopping cost a few instructions.
//
// A Timer is a member of what it serves and dies with it: its destructor stops it. Callbacks run on the
// worker's thread, in order of their due times (equal ticks: in the order they were started). Not
// thread-safe; no allocation.
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
    ~Timer() { stop(); }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    void start(Duration after);  // restarts a running one; zero or negative: at the next turn of the wheel
    void stop();                 // its callback will not run afterwards
    bool is_running() const { return slot_ != nullptr; }
    TimePoint due() const { return due_; }  // of the last start

private:
    friend class TimerWheel;
    TimerWheel& wheel_;
    std::function<void()> on_fire_;
    TimePoint due_{};
    std::uint64_t tick_ = 0;
    Timer* previous_ = nullptr;  // intrusive list of a slot; not owned
    Timer* next_ = nullptr;
    Timer** slot_ = nullptr;
};

class TimerWheel
{
public:
    static constexpr Duration tick_length = std::chrono::milliseconds(1);

    explicit TimerWheel(const Clock& clock);
    ~TimerWheel();
    TimerWheel(const TimerWheel&) = delete;
    TimerWheel& operator=(const TimerWheel&) = delete;

    // Fires everything that is due at clock.now(). Callbacks may start, stop and destroy any timer, their own
    // included.
    std::size_t run_due();
    // When run_due() has something to do next; empty: no timer runs. May be early (a cascade), never late.
    std::optional<TimePoint> next_due() const;
    std::size_t running() const { return running_; }
    const Clock& clock() const { return clock_; }

private:
    friend class Timer;
    static constexpr unsigned slot_bits = 8, slots = 1U << slot_bits, levels = 4;  // 2^32 ms: 49 days

    void link(Timer& timer);
    void unlink(Timer& timer);

    const Clock& clock_;
    TimePoint start_;
    std::uint64_t current_ = 0;  // the next tick to be run
    std::size_t running_ = 0;
    std::array<std::array<Timer*, slots>, levels> wheel_{};
    std::array<std::array<std::uint64_t, slots / 64>, levels>
        occupied_{};  // bitmap: next_due() skips empty slots
};

}  // namespace junctor
