// CSeq: RFC 3261 §20.16; the number fits in 31 bits (§8.1.1.5), larger ones are refused.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/result.h"
#include "core/sip/method.h"

namespace junctor::sip
{

struct CSeq {
    std::uint32_t number = 0;
    std::string_view method;
    Method method_id = Method::Other;

    static Result<CSeq> parse(std::string_view value);
};

}  // namespace junctor::sip
