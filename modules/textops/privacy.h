// The Privacy header: RFC 3323 §4.2, values of RFC 3325 and RFC 4244.
#pragma once

#include <cstdint>

#include "core/script/function.h"
#include "core/sip/message.h"

namespace junctor::textops
{

struct PrivacyValue {
    std::uint8_t bit = 0;

    bool is_asked_for(const sip::Message& message) const;
};

}  // namespace junctor::textops

template <>
struct junctor::script::ArgumentType<junctor::textops::PrivacyValue> {
    static Result<textops::PrivacyValue> parse(const Argument& argument, BindContext&);
};
