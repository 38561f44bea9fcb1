#include "core/module/code_counters.h"

#include "core/base/ascii.h"

namespace junctor
{

void CodeCounters::find(const Registry& registry)
{
    constexpr std::string_view suffix = "_out";
    for (const Statistic& statistic : registry.statistics()) {
        std::string_view name = statistic.name;
        if (!name.ends_with(suffix) || statistic.resettable == nullptr) continue;
        name.remove_suffix(suffix.size());
        const auto code = parse_unsigned(name, last);
        if (code && *code >= first) counters_[*code - first] = statistic.resettable;
    }
}

}  // namespace junctor
