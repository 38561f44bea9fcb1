// The values of `$var(name)`: kept by each worker from message to message, never reset
// (pseudo-variables.md, 4.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "core/base/ascii.h"

namespace junctor::script
{

class ScriptVariables
{
public:
    using Stored = std::variant<std::int64_t, std::string>;

    const Stored& get(std::string_view name) const  // 0 until something was assigned
    {
        static const Stored zero{std::int64_t{0}};
        const auto found = values_.find(name);
        return found == values_.end() ? zero : found->second;
    }

    void set(std::string_view name, Stored value)
    {
        const auto found = values_.find(name);
        if (found == values_.end())
            values_.emplace(name, std::move(value));
        else
            found->second = std::move(value);
    }

private:
    // Grows with the names that the script's text has, not with traffic.
    std::unordered_map<std::string, Stored, TextHash, std::equal_to<>> values_;
};

}  // namespace junctor::script
