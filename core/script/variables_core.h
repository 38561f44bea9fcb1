// The core's simple variables, as tables by topic (pseudo-variables.md, section 3). Private to core/script.
#pragma once

#include <span>
#include <string_view>

#include "core/script/message.h"
#include "core/script/value.h"

namespace junctor::script
{

struct CoreVariable {
    std::string_view name;  // without '$'
    Value (*get)(Message& message);
    bool (*set)(Message& message, const Value& value) = nullptr;  // null: read only
};

std::span<const CoreVariable> uri_variables();      // Request-URI, destination URI, branches
std::span<const CoreVariable> header_variables();   // From, To, Contact, credentials ...
std::span<const CoreVariable> message_variables();  // first line, body, where from, flags, time, errors

}  // namespace junctor::script
