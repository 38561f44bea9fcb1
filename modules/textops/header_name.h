// A header's name as an argument: long or compact, in any case.
#pragma once

#include <string>

#include "core/base/ascii.h"
#include "core/script/function.h"
#include "core/sip/message.h"

namespace junctor::textops
{

struct HeaderName {
    std::string text;

    // The first received header of that name; null: none.
    const sip::Header* first_in(const sip::Message& message) const { return message.first(text); }
};

}  // namespace junctor::textops

template <>
struct junctor::script::ArgumentType<junctor::textops::HeaderName> {
    static Result<textops::HeaderName> parse(const Argument& argument, BindContext&)
    {
        const std::string_view name = trim(argument.text);
        if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_char))
            return fail("a header's name was expected, without its colon");
        return textops::HeaderName{std::string(name)};
    }
};
