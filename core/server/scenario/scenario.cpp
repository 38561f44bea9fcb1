#include "core/server/scenario/scenario.h"

#include <fmt/format.h>

#include "core/base/ascii.h"

namespace junctor::server
{
namespace
{

// A comment starts with # at the margin or after two blanks: header values may hold a single " #".
std::string_view without_comment(std::string_view line)
{
    if (line.starts_with('#')) return {};
    const std::size_t comment = line.find("  #");
    return comment == std::string_view::npos ? line : line.substr(0, comment);
}

std::vector<std::string> split(std::string_view line)
{
    std::vector<std::string> words;
    while (!(line = trim(line)).empty()) {
        std::size_t end = 0;
        while (end < line.size() && !is_space(line[end])) ++end;
        words.emplace_back(line.substr(0, end));
        line.remove_prefix(end);
    }
    return words;
}

}  // namespace

std::string ScenarioStep::rest(std::size_t from) const
{
    std::string joined;
    for (std::size_t i = from; i < words.size(); ++i) joined += (i == from ? "" : " ") + words[i];
    return joined;
}

Result<std::vector<ScenarioStep>> parse_scenario(std::string_view text)
{
    std::vector<ScenarioStep> steps;
    unsigned number = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;

        const std::string_view trimmed = trim(line);
        const bool indented = !line.empty() && is_blank(line.front());
        if (indented && trimmed.starts_with('|')) {
            if (steps.empty())
                return fail(400, fmt::format("line {}: a body line needs a message above it", number));
            steps.back().details.emplace_back(trimmed);
            continue;
        }
        const std::string_view content = without_comment(indented ? trim(line) : line);
        if (trim(content).empty()) continue;
        if (indented) {
            if (steps.empty())
                return fail(400,
                            fmt::format("line {}: an indented line continues a step, and there is none above",
                                        number));
            steps.back().details.emplace_back(trim(content));
        } else {
            steps.push_back({number, split(content), {}});
        }
    }
    return steps;
}

Result<Duration> parse_duration(std::string_view text)
{
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits])) ++digits;
    const auto number = parse_unsigned(text.substr(0, digits), 1000000000);
    const std::string_view unit = text.substr(digits);
    if (!number) return fail(400, fmt::format("\"{}\" is no time: 60s, 500ms, 2m, 1h", text));
    const auto count = static_cast<std::int64_t>(*number);
    if (unit == "ms") return std::chrono::milliseconds(count);
    if (unit == "s") return std::chrono::seconds(count);
    if (unit == "m") return std::chrono::minutes(count);
    if (unit == "h") return std::chrono::hours(count);
    return fail(400, fmt::format("\"{}\" is no time: 60s, 500ms, 2m, 1h", text));
}

bool fits_pattern(std::string_view pattern, std::string_view text)
{
    // Greedy with one step back: linear but for the last star.
    std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

}  // namespace junctor::server
