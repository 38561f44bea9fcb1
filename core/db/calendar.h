// Calendar text of tables, 'YYYY-MM-DD hh:mm:ss', in a zone that the database's URL names.
//
// OpenSER writes the local time of its process and no zone; so do we by default. In the hour that autumn
// repeats local text is ambiguous and reads as the earlier of the two: a shared database is better kept in
// UTC
// (`?timezone=utc`).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/db/value.h"

namespace junctor::db
{

class Zone
{
public:
    static Zone local() { return Zone(Kind::Local, 0); }  // of this process (TZ)
    static Zone utc() { return Zone(Kind::Fixed, 0); }
    static Zone fixed(int seconds_east) { return Zone(Kind::Fixed, seconds_east); }
    // "local", "utc", "+02:00", "-05:30".
    static std::optional<Zone> parse(std::string_view text);

    bool is_local() const { return kind_ == Kind::Local; }
    int seconds_east() const { return seconds_east_; }  // if not local

private:
    enum class Kind : std::uint8_t { Local, Fixed };
    Zone(Kind kind, int seconds_east) : kind_(kind), seconds_east_(seconds_east) {}
    Kind kind_;
    int seconds_east_;
};

// Converts; remembers some quarters of an hour, since asking the C library costs more than the rest of a row.
// One thread.
class Calendar
{
public:
    explicit Calendar(Zone zone) : zone_(zone) {}

    std::string text(DateTime moment);
    // Null: no date, or a zero date ('0000-00-00 00:00:00'), which OpenSER's tables use for "never".
    std::optional<DateTime> parse(std::string_view text);

    // What the zone's clocks and calendars show, counted in seconds since they showed 1970-01-01 00:00.
    std::int64_t shown(DateTime moment);
    DateTime moment_of(std::int64_t shown);

private:
    // No zone changes its offset within a quarter of an hour.
    struct Quarter {
        std::int64_t start = INT64_MIN, other = 0;  // and what it is on the other side
    };
    // A table of bindings has an hour of `expires` and an hour of `last_modified`.
    using Known = std::array<Quarter, 64>;

    Zone zone_;
    Known shown_{}, moments_{};
};

}  // namespace junctor::db
