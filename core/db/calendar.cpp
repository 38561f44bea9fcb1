#include "core/db/calendar.h"

#include <chrono>
#include <ctime>

#include <fmt/format.h>

#include "core/base/ascii.h"

namespace junctor::db
{
namespace
{

constexpr std::int64_t quarter = 900;

// Seconds since 1970 of a calendar date and time, as if it were UTC.
std::int64_t as_if_utc(int year, unsigned month, unsigned day, int hour, int minute, int second)
{
    using namespace std::chrono;
    const sys_days date = std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
    return date.time_since_epoch().count() * std::int64_t{86400} + hour * 3600 + minute * 60 + second;
}

std::int64_t floor_to_quarter(std::int64_t seconds)
{
    const std::int64_t rest = seconds % quarter;
    return seconds - (rest < 0 ? rest + quarter : rest);
}

// The two digits at `text[at]`; -1 if they are none.
int two_digits(std::string_view text, std::size_t at)
{
    if (!is_digit(text[at]) || !is_digit(text[at + 1])) return -1;
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

std::int64_t shown_by_library(std::int64_t moment)
{
    const auto time = static_cast<std::time_t>(moment);
    std::tm local{};
    localtime_r(&time, &local);
    return moment + local.tm_gmtoff;
}

std::int64_t moment_by_library(std::int64_t shown)
{
    const auto as_utc = static_cast<std::time_t>(shown);
    std::tm fields{};
    gmtime_r(&as_utc, &fields);
    fields.tm_isdst = -1;  // the C library decides, as OpenSER lets it
    return static_cast<std::int64_t>(std::mktime(&fields));
}

// Converts by the quarter of an hour that `seconds` lies in, asking the library where it is not known.
template <class Known>
std::int64_t through(Known& known, std::int64_t seconds, std::int64_t (*by_library)(std::int64_t))
{
    const std::int64_t start = floor_to_quarter(seconds);
    auto& entry = known[static_cast<std::uint64_t>(start / quarter) % known.size()];
    if (entry.start != start) entry = {start, by_library(start)};
    return entry.other + (seconds - start);
}

std::string print(std::int64_t local_seconds)
{
    using namespace std::chrono;
    const sys_seconds moment{seconds(local_seconds)};
    const sys_days date = floor<days>(moment);
    const year_month_day ymd(date);
    const auto rest = static_cast<int>((moment - date).count());
    return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(ymd.year()),
                       static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), rest / 3600,
                       rest / 60 % 60, rest % 60);
}

}  // namespace

std::optional<Zone> Zone::parse(std::string_view text)
{
    if (iequals(text, "local")) return local();
    if (iequals(text, "utc")) return utc();
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
    const int hours = two_digits(text, 1), minutes = two_digits(text, 4);
    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return std::nullopt;
    const int east = hours * 3600 + minutes * 60;
    return fixed(text[0] == '-' ? -east : east);
}

std::string Calendar::text(DateTime moment)
{
    return print(shown(moment));
}

std::optional<DateTime> Calendar::parse(std::string_view text)
{
    // YYYY-MM-DD hh:mm:ss, perhaps with a fraction, which nobody here writes: cut.
    if (text.size() < 19 || text[4] != '-' || text[7] != '-' || (text[10] != ' ' && text[10] != 'T') ||
        text[13] != ':' || text[16] != ':' || (text.size() > 19 && text[19] != '.'))
        return std::nullopt;
    const int century = two_digits(text, 0), years = two_digits(text, 2);
    const int month = two_digits(text, 5), day = two_digits(text, 8);
    const int hour = two_digits(text, 11), minute = two_digits(text, 14), second = two_digits(text, 17);
    if (century < 0 || years < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59 || second < 0 || second > 60)
        return std::nullopt;
    const std::int64_t local = as_if_utc(century * 100 + years, static_cast<unsigned>(month),
                                         static_cast<unsigned>(day), hour, minute, second);
    return moment_of(local);
}

std::int64_t Calendar::shown(DateTime moment)
{
    if (!zone_.is_local()) return moment.seconds + zone_.seconds_east();
    return through(shown_, moment.seconds, shown_by_library);
}

DateTime Calendar::moment_of(std::int64_t shown)
{
    if (!zone_.is_local()) return DateTime{shown - zone_.seconds_east()};
    return DateTime{through(moments_, shown, moment_by_library)};
}

}  // namespace junctor::db
