// Values as tables hold them. A driver turns them into its own; nobody pastes one into SQL.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <variant>

namespace junctor::db
{

// What a column holds, as far as a module must know. A driver converts by this type, not by what it finds.
enum class Type : std::uint8_t { Integer, Real, Text, Blob, DateTime };
const char* to_text(Type type);  // "an integer", "a date and time" ... for sentences

struct Null {
    friend bool operator==(Null, Null) = default;
};

// Bytes that are no text.
struct Blob {
    std::string bytes;
    friend bool operator==(const Blob&, const Blob&) = default;
};

// A moment: whole seconds since 1970-01-01 00:00 UTC, whatever zone the database writes (calendar.h).
// OpenSER's permanent contacts have second 0.
struct DateTime {
    std::int64_t seconds = 0;
    friend auto operator<=>(const DateTime&, const DateTime&) = default;
};

// Text is bytes: NUL and invalid UTF-8 come back as they went in, or are refused.
using Value = std::variant<Null, std::int64_t, double, std::string, Blob, DateTime>;

std::string to_text(const Value& value);  // for logs and command output; NULL for Null

}  // namespace junctor::db
