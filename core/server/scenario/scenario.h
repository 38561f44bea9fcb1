// A conversation as text: what is sent, what must come back, what the tables then hold, when time passes.
// This is the syntax only; runner.h carries it out. The language is described in test/scenarios/README.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/runtime/clock.h"

namespace junctor::server
{

// One line that starts at the margin, and the indented lines below it.
struct ScenarioStep {
    unsigned line = 0;               // from 1
    std::vector<std::string> words;  // split at blanks, comment taken off
    std::vector<std::string>
        details;  // indented lines, trimmed at both ends; comments taken off (not after '|')

    const std::string& word(std::size_t index) const  // "" beyond the last
    {
        static const std::string none;
        return index < words.size() ? words[index] : none;
    }
    std::string rest(std::size_t from) const;  // words from there on, joined by single blanks
};

Result<std::vector<ScenarioStep>> parse_scenario(std::string_view text);

Result<Duration> parse_duration(std::string_view text);  // "60s", "500ms", "2m", "1h"

// Does `text` fit `pattern`, in which each * stands for any run of characters? Both whole.
bool fits_pattern(std::string_view pattern, std::string_view text);

}  // namespace junctor::server
