#include "core/module/module.h"

#include "core/base/ascii.h"

namespace junctor
{

Result<std::int64_t> parse_parameter_number(const script::Argument& value)
{
    const auto number = parse_signed(value.text);
    if (!value.is_number || !number)
        return fail("a number was expected, found the string \"" + value.text + "\"");
    return *number;
}

}  // namespace junctor
