#include "core/admin/core_commands.h"

#include <ctime>

#include "core/admin/command_sets.h"
#include "core/admin/memory.h"

namespace junctor::admin
{
namespace
{

Task<mi::Reply> answer_now(mi::Reply reply)
{
    co_return reply;
}

}  // namespace

mi::Command command(std::string name, std::string help, bool takes_input, Run run)
{
    return {std::move(name), std::move(help), takes_input,
            [run = std::move(run)](mi::Request request) { return answer_now(run(request)); }};
}

std::string calendar_text(WallTime time)
{
    const std::time_t seconds = WallTime::clock::to_time_t(time);
    std::tm local{};
    localtime_r(&seconds, &local);
    // Fixed names: the reply must not depend on the locale.
    static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return fmt::format("{} {} {:2} {:02}:{:02}:{:02} {}", days[static_cast<std::size_t>(local.tm_wday)],
                       months[static_cast<std::size_t>(local.tm_mon)], local.tm_mday, local.tm_hour,
                       local.tm_min, local.tm_sec, local.tm_year + 1900);
}

std::string uptime_text(const ServerControl& server)
{
    const auto age =
        std::chrono::duration_cast<std::chrono::seconds>(server.clock().wall() - server.started());
    return std::to_string(age.count()) + " [sec]";
}

Result<void> add_core_commands(Registry& registry, ServerControl& server)
{
    std::vector<mi::Command> commands = statistics_commands(registry);
    for (auto& command : process_commands(registry, server)) commands.push_back(std::move(command));
    commands.push_back(blacklist_command(server));
    commands.push_back(status_command(registry, server));
    for (auto& command : script_commands(server)) commands.push_back(std::move(command));
    for (auto& command : commands)
        if (auto added = registry.add_command(std::move(command)); !added) return added;
    return {};
}

void add_core_statistics(Registry& registry, CoreStatistics& statistics)
{
    const auto counter = [&](std::string name, Counter& counted) {
        registry.add_statistic({"core", std::move(name), &counted, {}, &counted});
    };
    counter("rcv_requests", statistics.rcv_requests);
    counter("rcv_replies", statistics.rcv_replies);
    counter("fwd_requests", statistics.fwd_requests);
    counter("fwd_replies", statistics.fwd_replies);
    counter("drop_requests", statistics.drop_requests);
    counter("drop_replies", statistics.drop_replies);
    counter("err_requests", statistics.err_requests);
    counter("err_replies", statistics.err_replies);
    counter("bad_URIs_rcvd", statistics.bad_URIs_rcvd);
    counter("unsupported_methods", statistics.unsupported_methods);
    counter("bad_msg_hdr", statistics.bad_msg_hdr);

    const auto memory = [&](std::string name, std::uint64_t MemoryUse::*part) {
        registry.add_statistic(
            {"shmem", std::move(name), nullptr, [part] { return memory_use().*part; }, nullptr});
    };
    memory("total_size", &MemoryUse::total_size);
    memory("used_size", &MemoryUse::used_size);
    memory("real_used_size", &MemoryUse::real_used_size);
    memory("max_used_size", &MemoryUse::max_used_size);
    memory("free_size", &MemoryUse::free_size);
    memory("fragments", &MemoryUse::fragments);
}

}  // namespace junctor::admin
