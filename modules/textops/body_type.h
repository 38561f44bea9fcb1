// The media type that has_body() asks for (RFC 3261 §20.15), compared without its parameters.
#pragma once

#include <string>

#include "core/script/function.h"
#include "core/sip/message.h"

namespace junctor::textops
{

struct BodyType {
    std::string type, subtype;  // empty: any body will do

    // Is there a body of that type? One without Content-Type is application/sdp.
    bool is_in(const sip::Message& message) const;
};

}  // namespace junctor::textops

template <>
struct junctor::script::ArgumentType<junctor::textops::BodyType> {
    static Result<textops::BodyType> parse(const Argument& argument, BindContext&);
};
