// maxfwd: counts Max-Forwards down, so that a request that goes in circles dies out (RFC 3261 §16.3 step 3,
// §16.6 step 3).
//
// The digits are changed where they stand in the message: what reads it afterwards sees the new value.
#include "core/base/ascii.h"
#include "core/module/module.h"

namespace junctor::maxfwd
{

namespace
{

constexpr Code added{2}, counted_down{1}, used_up{-1}, failed{-2};
constexpr Code below{1}, not_below{-1}, absent{-2}, malformed{-3};
constexpr unsigned largest = 255;  // RFC 3261 §20.22

// What a function's argument may be: 1 to 256, as in OpenSER.
struct Limit {
    unsigned value = 0;
};

// A Max-Forwards that this proxy has put into the message.
struct Added {
    bool done = false;
};

bool& added_to(Message& message)
{
    static const char key = 0;
    return message.extra<Added>(&key).done;
}

}  // namespace

}  // namespace junctor::maxfwd

template <>
struct junctor::script::ArgumentType<junctor::maxfwd::Limit> {
    static Result<maxfwd::Limit> parse(const Argument& argument, BindContext& context)
    {
        const auto number = ArgumentType<unsigned>::parse(argument, context);
        if (!number) return fail(number.error());
        if (*number < 1 || *number > 256) return fail("a limit for Max-Forwards is 1 to 256");
        return maxfwd::Limit{*number};
    }
};

namespace junctor::maxfwd
{

class Maxfwd final : public Module
{
public:
    static void declare(Declaration<Maxfwd>& d)
    {
        d.param("max_limit", Parameter::Type::Integer, &Maxfwd::set_max_limit,
                "the largest value that leaves in a request, 1 to 256");
        d.function("mf_process_maxfwd_header", &Maxfwd::process, {Route::Request},
                   "the value to put in where the header is missing; else it is counted down");
        d.check(&Maxfwd::check_limit);
        d.function("is_maxfwd_lt", &Maxfwd::is_below, {Route::Request, Route::Failure, Route::Branch},
                   "the value that the received header must be below");
        d.check(&Maxfwd::check_limit);
    }

private:
    Code process(Message& message, const Limit& missing);
    Code is_below(Message& message, const Limit& limit);
    Result<void> set_max_limit(const script::Argument& value);
    Result<void> check_limit(std::span<const script::Argument> arguments) const;

    unsigned max_limit_ = 256;
};

Code Maxfwd::process(Message& message, const Limit& missing)
{
    sip::Message& sip = message.sip();
    const sip::Header* header = sip.first(sip::HeaderType::MaxForwards);
    if (header == nullptr) {
        if (std::exchange(added_to(message), true)) return added;
        const unsigned value = std::min(missing.value, largest);
        message.edits.prepend_header(sip, "Max-Forwards: " + std::to_string(value) + "\r\n");
        return added;
    }
    const auto value = parse_unsigned(header->value, UINT16_MAX);
    if (!value) return message.fail({400, "Max-Forwards is not a number"}, failed);
    if (*value == 0) return used_up;

    // The new value is never longer than the old one: blanks fill the place of digits that are gone.
    const std::string digits = std::to_string(*value > max_limit_ ? max_limit_ : *value - 1);
    const std::size_t width = header->value.size();
    sip.overwrite(sip.offset_of(header->value), std::string(width - digits.size(), ' ') + digits);
    return counted_down;
}

Code Maxfwd::is_below(Message& message, const Limit& limit)
{
    const sip::Header* header = message.sip().first(sip::HeaderType::MaxForwards);
    if (header == nullptr) return absent;
    const auto value = parse_unsigned(header->value, UINT16_MAX);
    if (!value) return malformed;
    return *value < limit.value ? below : not_below;
}

Result<void> Maxfwd::set_max_limit(const script::Argument& value)
{
    const auto number = parse_parameter_number(value);
    if (!number) return fail(number.error());
    if (*number < 1 || *number > 256) return fail("max_limit is 1 to 256");
    max_limit_ = static_cast<unsigned>(*number);
    return {};
}

Result<void> Maxfwd::check_limit(std::span<const script::Argument> arguments) const
{
    const auto number = parse_unsigned(trim(arguments.front().text));
    if (number && *number > max_limit_)
        return fail("the limit " + arguments.front().text + " is above max_limit, which is " +
                    std::to_string(max_limit_));
    return {};
}

}  // namespace junctor::maxfwd

JUNCTOR_MODULE(junctor::maxfwd::Maxfwd)
