// Which response goes upstream: RFC 3261 §16.7 step 6. Pure.
//
// Unlike OpenSER's tm, which takes the numerically lowest, a 6xx is preferred to anything else; then the
// lowest class counts, and in it what the caller can act upon (401, 407, 415, 420, 484), then the lowest
// number.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace junctor::transaction
{

// Index of the best among `statuses` (300..699; 0 is skipped). Empty: there is none. A caller that has
// cancelled hears 487 wherever there is one.
std::optional<std::size_t> best_response(std::span<const int> statuses, bool cancelled);

// What a status becomes on its way upstream: 503 says that we are overloaded, which a caller would take for
// us (§16.7).
constexpr int status_upstream(int status)
{
    return status == 503 ? 500 : status;
}

}  // namespace junctor::transaction
