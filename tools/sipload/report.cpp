#include "tools/sipload/report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace junctor::load
{
namespace
{

double microseconds(Duration time)
{
    return std::chrono::duration<double, std::micro>(time).count();
}

}  // namespace

std::chrono::duration<double, std::micro> Result::server_cpu_each() const
{
    if (counts.done == 0) return {};
    return std::chrono::duration<double, std::micro>(server_cpu) / static_cast<double>(counts.done);
}

std::string progress_line(const Snapshot& second, std::uint64_t open, Duration server_cpu)
{
    std::string line = fmt::format("{:>8} done  {:>6} failed  {:>6} retransmitted  {:>7} in flight",
                                   second.done, second.failed, second.retransmitted, open);
    if (server_cpu > Duration{} && second.done > 0)
        line += fmt::format("  {:>7.2f} us of CPU each",
                            microseconds(server_cpu) / static_cast<double>(second.done));
    return line;
}

std::string to_text(const Result& result)
{
    const Histogram& latency = result.latency;
    std::string text = fmt::format(
        "{:>12}  done in {:.2f} s, {:.0f}/s\n{:>12}  failed\n{:>12}  retransmitted\n", result.counts.done,
        result.time.count(), result.rate(), result.counts.failed, result.counts.retransmitted);
    text += fmt::format("{:>12}  us latency: p50; p99 {:.1f}, p99.9 {:.1f}, max {:.1f}\n",
                        fmt::format("{:.1f}", microseconds(latency.quantile(0.5))),
                        microseconds(latency.quantile(0.99)), microseconds(latency.quantile(0.999)),
                        microseconds(latency.max()));
    if (const auto slice = result.slices.median(); slice.p99 > Duration{})
        text += fmt::format("{:>12}  us latency of the median slice: p50; p99 {:.1f}\n",
                            fmt::format("{:.1f}", microseconds(slice.p50)), microseconds(slice.p99));
    if (result.server_cpu > Duration{})
        text += fmt::format("{:>12}  us of the server's CPU time each, {:.0f} % of a CPU\n",
                            fmt::format("{:.2f}", result.server_cpu_each().count()),
                            100 * microseconds(result.server_cpu) / 1e6 / result.time.count());
    for (std::size_t status = 0; status < result.failures.size(); ++status)
        if (result.failures[status] > 0)
            text += fmt::format("{:>12}  failed with {}\n", result.failures[status], status);
    if (!result.prepared) text += "not all users could be registered before the run\n";
    return text;
}

std::string to_json(const Options& options, const Result& result)
{
    using Json = nlohmann::ordered_json;
    Json mix = Json::object();
    for (const Share& share : options.mix) mix[std::string(to_text(share.kind))] = share.weight;
    Json failures = Json::object();
    for (std::size_t status = 0; status < result.failures.size(); ++status)
        if (result.failures[status] > 0) failures[std::to_string(status)] = result.failures[status];

    const auto slice = result.slices.median();
    Json json{
        {"target", options.target.text()},
        {"transport", to_text(options.protocol)},
        {"scenario", mix},
        {"window", options.window},
        {"offered_rate", options.rate},
        {"users", options.users},
        {"seconds", result.time.count()},
        {"started", result.counts.started},
        {"done", result.counts.done},
        {"failed", result.counts.failed},
        {"retransmitted", result.counts.retransmitted},
        {"late", result.counts.late},
        {"messages_sent", result.counts.sent},
        {"messages_received", result.counts.received},
        {"rate", result.rate()},
        {"latency_us",
         {{"p50", microseconds(result.latency.quantile(0.5))},
          {"p99", microseconds(result.latency.quantile(0.99))},
          {"p99.9", microseconds(result.latency.quantile(0.999))},
          {"max", microseconds(result.latency.max())}}},
        {"median_slice_us", {{"p50", microseconds(slice.p50)}, {"p99", microseconds(slice.p99)}}},
        {"failures", failures},
        {"generator_cpu_seconds", microseconds(result.generator_cpu) / 1e6},
    };
    if (options.server_pid > 0) {
        json["server_cpu_seconds"] = microseconds(result.server_cpu) / 1e6;
        json["server_cpu_us_each"] = result.server_cpu_each().count();
    }
    return json.dump(2) + "\n";
}

}  // namespace junctor::load
