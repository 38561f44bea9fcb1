// Reads the parameters of a db_url for a driver, each into its place; what is wrong or unknown stops the
// start.
//
//     UrlParameters parameters(url);
//     parameters.number("readers", 1, 64, limits.readers);
//     parameters.zone("timezone", settings.zone);
//     if (auto good = parameters.finish(); !good) return fail(good.error());
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/db/calendar.h"
#include "core/db/url.h"

namespace junctor::db
{

class UrlParameters
{
public:
    explicit UrlParameters(const Url& url) : url_(url) {}

    template <class Number>
    void number(const std::string& name, std::uint64_t lowest, std::uint64_t highest, Number& out)
    {
        if (const auto given = take_number(name, lowest, highest)) out = static_cast<Number>(*given);
    }
    void milliseconds(const std::string& name, std::uint64_t highest, std::chrono::milliseconds& out);
    void zone(const std::string& name, Zone& out);
    void text(const std::string& name, std::string& out);
    // For what a driver finds wrong itself.
    void refuse(std::string mistake);

    // The first mistake, or the first parameter that nobody asked for: with the URL, without its password.
    Result<void> finish() const;

private:
    const std::string* take(const std::string& name);
    std::optional<std::uint64_t> take_number(const std::string& name, std::uint64_t lowest,
                                             std::uint64_t highest);

    const Url& url_;
    std::vector<std::string> known_{"deadline", "slow"};  // every driver's: Databases takes it
    std::string mistake_;
};

}  // namespace junctor::db
