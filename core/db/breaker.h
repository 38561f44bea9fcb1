// A breaker before a database: after several failures in a row nobody asks it any more, and everybody is told
// at once, until a probe finds it answering.
//
//     Closed ── N failures in a row ──> Open ── pause over: one probe ──> HalfOpen ── answered ──> Closed
//                                        ^── failed: the pause doubles ──────┘
//
// A driver that tells of a new connection ends the pause.
//
// It has no clock: the caller says what time it is. A failure is no answer in time, or no connection; a query
// that the database refuses is an answer. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

#include "core/runtime/clock.h"

namespace junctor::db
{

class Breaker
{
public:
    struct Settings {
        unsigned failures = 5;  // in a row; 0: it never opens
        Duration first_pause = std::chrono::milliseconds(500);
        // A database that is back is refused as long as this; one query in two seconds burdens none.
        Duration longest_pause = std::chrono::seconds(2);
    };
    enum class State : std::uint8_t { Closed, Open, HalfOpen };

    explicit Breaker(Settings settings) : settings_(settings), pause_(settings.first_pause) {}

    // Open or half-open: false, but true for the one who shall probe. A probe that nobody hears of again is
    // repeated after the longest pause.
    bool may_ask(TimePoint now);
    // What came of asking. True: this has closed, or opened, it.
    bool succeeded();
    bool failed(TimePoint now);
    // There is a connection again: the next who asks shall probe, and the pauses begin anew.
    void probe_now();

    State state() const { return state_.load(std::memory_order_relaxed); }
    Duration until_probe(TimePoint now) const;  // zero: now

private:
    const Settings settings_;
    mutable std::mutex mutex_;
    std::atomic<State> state_ = State::Closed;
    std::atomic<unsigned> failures_ = 0;
    Duration pause_;
    TimePoint probe_at_{};
};

const char* to_text(Breaker::State state);

}  // namespace junctor::db
