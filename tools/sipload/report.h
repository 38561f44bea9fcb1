// What is said to the user: a line a second on a terminal, and the result, as text or as JSON.
#pragma once

#include <string>

#include "tools/sipload/options.h"
#include "tools/sipload/tally.h"

namespace junctor::load
{

struct Result {
    std::chrono::duration<double> time{};  // measured, without the warm-up
    Snapshot counts;
    Histogram latency;
    Slices slices;
    std::array<std::uint64_t, 700> failures{};
    Duration server_cpu{};  // 0: not asked for
    Duration generator_cpu{};
    bool prepared = true;  // false: not all users could be registered before the run

    double rate() const { return time.count() > 0 ? static_cast<double>(counts.done) / time.count() : 0; }
    // Of a conversation that succeeded.
    std::chrono::duration<double, std::micro> server_cpu_each() const;
};

std::string progress_line(const Snapshot& last_second, std::uint64_t open, Duration server_cpu);
std::string to_text(const Result& result);
std::string to_json(const Options& options, const Result& result);

}  // namespace junctor::load
