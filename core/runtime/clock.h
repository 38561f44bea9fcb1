// Time as the server sees it. Production reads the machine's clocks; tests turn a virtual one by hand.
// Nothing else in Junctor asks the system for the time.
#pragma once

#include <chrono>
#include <cstdint>

namespace junctor
{

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::steady_clock::time_point;  // monotonic: for timers and ages
using WallTime = std::chrono::system_clock::time_point;   // calendar: for Expires, Date, tables

class Clock
{
public:
    virtual ~Clock() = default;
    virtual TimePoint now() const = 0;
    virtual WallTime wall() const = 0;
    std::int64_t unix_seconds() const
    {
        return std::chrono::duration_cast<std::chrono::seconds>(wall().time_since_epoch()).count();
    }
};

class SystemClock final : public Clock
{
public:
    TimePoint now() const override { return std::chrono::steady_clock::now(); }
    WallTime wall() const override { return std::chrono::system_clock::now(); }
};

// Stands still until advanced. Starts at a fixed date, so that tests replay exactly.
class VirtualClock final : public Clock
{
public:
    TimePoint now() const override { return TimePoint(elapsed_); }
    WallTime wall() const override
    {
        return start + std::chrono::duration_cast<WallTime::duration>(elapsed_);
    }
    void advance(Duration step) { elapsed_ += step; }

    static constexpr WallTime start{std::chrono::seconds(1173657600)};  // 2007-03-12 00:00 UTC: OpenSER 1.2.0

private:
    Duration elapsed_{};
};

}  // namespace junctor
