// get_statistics, reset_statistics.
#include "core/admin/command_sets.h"
#include "core/base/ascii.h"

namespace junctor::admin
{
namespace
{

void add_line(mi::Reply& reply, const Statistic& statistic)
{
    reply.add("", fmt::format("{}:{} = {}", statistic.group, statistic.name, statistic.value()));
}

// `all`, `group:` or a name; what does not exist adds nothing.
void add_matching(mi::Reply& reply, const Registry& registry, std::string_view wanted)
{
    const bool all = wanted == "all";
    const bool group = wanted.ends_with(':');
    if (!all && !group) {
        if (const Statistic* one = registry.find_statistic("", wanted)) add_line(reply, *one);
        return;
    }
    wanted.remove_suffix(group ? 1 : 0);
    for (const Statistic& statistic : registry.statistics())
        if (all || iequals(statistic.group, wanted)) add_line(reply, statistic);
}

mi::Reply get_statistics(const Registry& registry, const mi::Request& request)
{
    if (request.arguments.empty()) return mi::Reply::bad_count();
    mi::Reply reply;
    for (const auto& wanted : request.arguments) add_matching(reply, registry, wanted);
    return reply.nodes.empty() ? mi::Reply::error(404, "Statistics Not Found") : reply;
}

mi::Reply reset_statistics(const Registry& registry, const mi::Request& request)
{
    if (request.arguments.empty()) return mi::Reply::bad_count();
    bool found = false;
    for (const auto& name : request.arguments) {
        const Statistic* statistic = registry.find_statistic("", name);
        found = found || statistic != nullptr;
        if (statistic != nullptr && statistic->resettable != nullptr) statistic->resettable->reset();
    }
    return found ? mi::Reply::ok() : mi::Reply::error(404, "Statistics Not Found");
}

}  // namespace

std::vector<mi::Command> statistics_commands(Registry& registry)
{
    return {command("get_statistics", "Values of statistics: `all`, `group:` or names", true,
                    [&](const mi::Request& request) { return get_statistics(registry, request); }),
            command("reset_statistics", "Sets the statistics of these names to 0, where that makes sense",
                    true, [&](const mi::Request& request) { return reset_statistics(registry, request); })};
}

}  // namespace junctor::admin
