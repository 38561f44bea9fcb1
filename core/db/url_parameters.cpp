#include "core/db/url_parameters.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/ascii.h"

namespace junctor::db
{

const std::string* UrlParameters::take(const std::string& name)
{
    known_.push_back(name);
    const auto given = url_.parameters.find(name);
    return given == url_.parameters.end() ? nullptr : &given->second;
}

std::optional<std::uint64_t> UrlParameters::take_number(const std::string& name, std::uint64_t lowest,
                                                        std::uint64_t highest)
{
    const std::string* given = take(name);
    if (given == nullptr) return {};
    const auto number = parse_unsigned(*given, highest);
    if (number && *number >= lowest) return number;
    refuse(fmt::format("{}={} is no number from {} to {}", name, *given, lowest, highest));
    return {};
}

void UrlParameters::milliseconds(const std::string& name, std::uint64_t highest,
                                 std::chrono::milliseconds& out)
{
    if (const auto given = take_number(name, 1, highest)) out = std::chrono::milliseconds(*given);
}

void UrlParameters::zone(const std::string& name, Zone& out)
{
    const std::string* given = take(name);
    if (given == nullptr) return;
    if (const auto zone = Zone::parse(*given))
        out = *zone;
    else
        refuse(fmt::format("{}={} is none of local, utc, +hh:mm, -hh:mm", name, *given));
}

void UrlParameters::text(const std::string& name, std::string& out)
{
    if (const std::string* given = take(name)) out = *given;
}

void UrlParameters::refuse(std::string mistake)
{
    if (mistake_.empty()) mistake_ = std::move(mistake);
}

Result<void> UrlParameters::finish() const
{
    if (!mistake_.empty()) return fail(fmt::format("{}: {}", url_.text(), mistake_));
    for (const auto& [name, value] : url_.parameters)
        if (std::find(known_.begin(), known_.end(), name) == known_.end())
            return fail(fmt::format("{}: there is no parameter {}; there are {}", url_.text(), name,
                                    fmt::join(known_, ", ")));
    return {};
}

}  // namespace junctor::db
