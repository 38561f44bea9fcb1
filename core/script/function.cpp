#include "core/script/function.h"

#include <charconv>
#include <limits>

#include "core/base/ascii.h"

namespace junctor::script
{

namespace
{

// Decimal or 0x..., a sign in front allowed.
std::optional<std::int64_t> parse_integer(std::string_view text)
{
    text = trim(text);
    const bool negative = text.starts_with('-');
    std::string_view digits = text.substr(negative || text.starts_with('+') ? 1 : 0);
    const bool hexadecimal = istarts_with(digits, "0x");
    if (hexadecimal) digits.remove_prefix(2);
    std::uint32_t value = 0;
    const char* end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, value, hexadecimal ? 16 : 10);
    if (digits.empty() || parsed.ec != std::errc{} || parsed.ptr != end) return {};
    return negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

template <class T>
Result<T> parse_as(const Argument& argument)
{
    const auto value = parse_integer(argument.text);
    if (!value) return fail("a number was expected, found \"" + argument.text + "\"");
    if (*value < std::numeric_limits<T>::min() || *value > std::numeric_limits<T>::max())
        return fail("the number " + argument.text + " is out of range");
    return static_cast<T>(*value);
}

}  // namespace

Result<int> ArgumentType<int>::parse(const Argument& argument, BindContext&)
{
    return parse_as<int>(argument);
}

Result<unsigned> ArgumentType<unsigned>::parse(const Argument& argument, BindContext&)
{
    return parse_as<unsigned>(argument);
}

}  // namespace junctor::script
