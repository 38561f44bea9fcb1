// The description of a request that t_write_req and t_write_unix give to another program: twenty lines, in
// OpenSER's order.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "modules/tm/append.h"

namespace junctor::tm
{

struct Description {
    std::string_view action;
    std::string transaction;  // hash_index:label
    AppendLists::Lines appended;
};

// Error: the route set exceeds 512 bytes, or a header that is needed does not parse.
Result<std::string> describe_request(script::Message& message, const Description& what);

}  // namespace junctor::tm
