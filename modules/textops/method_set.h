// What is_method() looks for: one method, or several of the known ones: "INVITE|ACK".
#pragma once

#include <cstdint>
#include <string>

#include "core/script/function.h"
#include "core/sip/message.h"

namespace junctor::textops
{

struct MethodSet {
    std::uint32_t known = 0;  // bits of sip::Method
    std::string other;        // a single method without a bit

    // The request's method; a response's is that of its CSeq.
    bool contains(const sip::Message& message) const;
};

}  // namespace junctor::textops

template <>
struct junctor::script::ArgumentType<junctor::textops::MethodSet> {
    static Result<textops::MethodSet> parse(const Argument& argument, BindContext&);
};
