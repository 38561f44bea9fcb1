#include "core/db/value.h"

#include <fmt/format.h>

namespace junctor::db
{

const char* to_text(Type type)
{
    switch (type) {
        case Type::Integer: return "an integer";
        case Type::Real: return "a number";
        case Type::Text: return "text";
        case Type::Blob: return "bytes";
        case Type::DateTime: return "a date and time";
    }
    return "";
}

std::string to_text(const Value& value)
{
    struct Print {
        std::string operator()(Null) const { return "NULL"; }
        std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
        std::string operator()(double number) const { return fmt::format("{}", number); }
        std::string operator()(const std::string& text) const { return text; }
        std::string operator()(const Blob& blob) const { return blob.bytes; }
        std::string operator()(DateTime moment) const { return fmt::format("{}", moment.seconds); }
    };
    return std::visit(Print{}, value);
}

}  // namespace junctor::db
