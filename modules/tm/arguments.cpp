#include "modules/tm/arguments.h"

#include <algorithm>
#include <charconv>

#include "core/base/ascii.h"
#include "core/script/forward.h"
#include "core/sip/uri.h"

namespace junctor::script
{
namespace
{

// Decimal or 0x, sixteen bits.
std::optional<unsigned> small_number(std::string_view text)
{
    int base = 10;
    if (istarts_with(text, "0x")) {
        text.remove_prefix(2);
        base = 16;
    }
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || value > 0xffff) return {};
    return value;
}

}  // namespace

Result<tm::RelayFlags> ArgumentType<tm::RelayFlags>::parse(const Argument& argument, BindContext&)
{
    const auto value = small_number(argument.text);
    if (!value) return fail("flags are a number such as \"0x02\", not \"" + argument.text + "\"");
    if (*value > 7) return fail("flags are 0x01 (no 100), 0x02 (no error reply) and 0x04 (no fail-over)");
    return tm::RelayFlags{*value};
}

Result<tm::RelayDestination> ArgumentType<tm::RelayDestination>::parse(const Argument& argument, BindContext&)
{
    auto hop = parse_next_hop(argument.text);
    if (!hop) return fail(hop.error().text + ": write [proto:]host[:port]");
    return tm::RelayDestination{std::move(*hop)};
}

Result<tm::FlagsOrDestination> ArgumentType<tm::FlagsOrDestination>::parse(const Argument& argument,
                                                                           BindContext& context)
{
    if (small_number(argument.text)) {
        const auto flags = ArgumentType<tm::RelayFlags>::parse(argument, context);
        if (!flags) return fail(flags.error());
        return tm::FlagsOrDestination{*flags, {}};
    }
    auto destination = ArgumentType<tm::RelayDestination>::parse(argument, context);
    if (!destination) return fail(destination.error());
    return tm::FlagsOrDestination{{}, std::move(*destination)};
}

Result<tm::ReplicaUri> ArgumentType<tm::ReplicaUri>::parse(const Argument& argument, BindContext&)
{
    const auto uri = sip::Uri::parse(argument.text);
    if (!uri || !uri->is_sip()) return fail("\"" + argument.text + "\" is no SIP URI");
    return tm::ReplicaUri{argument.text};
}

Result<tm::RouteName> ArgumentType<tm::RouteName>::parse(const Argument& argument, BindContext&)
{
    const bool number =
        !argument.text.empty() && std::all_of(argument.text.begin(), argument.text.end(), is_digit);
    if (argument.text.empty()) return fail("the number of a route block, or 0");
    if (number && (!small_number(argument.text) || *small_number(argument.text) > 39))
        return fail("route blocks are numbered 1 to 39, 0 disarms");
    return tm::RouteName{number && *small_number(argument.text) == 0 ? std::string() : argument.text};
}

Result<tm::ReplyCode> ArgumentType<tm::ReplyCode>::parse(const Argument& argument, BindContext&)
{
    const auto code = parse_unsigned(argument.text, 699);
    if (!code || *code < 100)
        return fail("a status is a number of 100 to 699, not \"" + argument.text + "\"");
    return tm::ReplyCode{static_cast<int>(*code)};
}

Result<tm::Which> ArgumentType<tm::Which>::parse(const Argument& argument, BindContext&)
{
    if (iequals(argument.text, "all")) return tm::Which::All;
    if (iequals(argument.text, "branch")) return tm::Which::Branch;
    if (iequals(argument.text, "last")) return tm::Which::Last;
    return fail("write \"all\", \"branch\" or \"last\", not \"" + argument.text + "\"");
}

}  // namespace junctor::script
