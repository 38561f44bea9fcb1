#include "core/admin/legacy_request.h"

#include "core/base/ascii.h"

namespace junctor::admin::legacy
{
namespace
{

std::string_view without_end(std::string_view line)
{
    while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
    return line;
}

}  // namespace

std::optional<std::string_view> RequestText::raw_line()
{
    if (rest_.empty()) return {};
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return line;
}

std::optional<std::string> RequestText::command()
{
    const auto line = raw_line();
    if (!line || !line->starts_with(':')) return {};
    const std::size_t colon = line->find(':', 1);
    if (colon == std::string_view::npos || colon == 1) return {};
    return std::string(line->substr(1, colon - 1));
}

std::optional<std::string> RequestText::line()
{
    const auto line = raw_line();
    if (!line || without_end(*line).empty()) return {};
    return std::string(without_end(*line));
}

std::optional<std::string> RequestText::headers()
{
    std::string block;
    while (const auto line = raw_line()) {
        const std::string_view text = without_end(*line);
        if (text == ".") return block;
        (block += text) += "\r\n";
    }
    return {};
}

std::optional<std::string> RequestText::body()
{
    const std::string_view from = rest_;
    while (const auto line = raw_line())
        if (without_end(*line) == ".")
            return std::string(from.substr(0, static_cast<std::size_t>(line->data() - from.data())));
    return {};
}

}  // namespace junctor::admin::legacy
