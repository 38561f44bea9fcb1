// Statistics named "<code>_out", as module snmpstats registers them: replies sent, by status. sl and tm count
// into them.
#pragma once

#include <array>

#include "core/module/registry.h"

namespace junctor
{

class CodeCounters
{
public:
    // Once all modules have started; counters that nobody registered are not counted.
    void find(const Registry& registry);
    void count(int status)
    {
        if (status >= first && status <= last &&
            counters_[static_cast<std::size_t>(status - first)] != nullptr)
            counters_[static_cast<std::size_t>(status - first)]->add();
    }

private:
    static constexpr int first = 100, last = 699;
    std::array<Counter*, last - first + 1> counters_{};
};

}  // namespace junctor
