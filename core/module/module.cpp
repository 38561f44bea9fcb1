#include "core/module/module.h"

#include "core/base/ascii.h"

namespace junctor
{

Result<std::int64_t> parse_parameter_number(const script::Argument& value, std::int64_t least,
                                            std::int64_t most)
{
    const auto number = parse_signed(value.text);
    if (!value.is_number || !number)
        return fail("a number was expected, found the string \"" + value.text + "\"");
    if (*number < least || *number > most)
        return fail("a number from " + std::to_string(least) + " to " + std::to_string(most) +
                    " was expected, found " + value.text);
    return *number;
}

}  // namespace junctor
