#include "core/transaction/response_context.h"

namespace junctor::transaction
{
namespace
{

// Lower is better.
int rank(int status)
{
    if (status >= 600) return 0;  // §16.7 step 6: a 6xx is chosen if there is one
    const int in_class = status % 100;
    // "responses that provide information affecting resubmission of this request"
    const bool helpful = status == 401 || status == 407 || status == 415 || status == 420 || status == 484;
    return (status / 100) * 1000 + (helpful ? 0 : 500) + in_class;
}

}  // namespace

std::optional<std::size_t> best_response(std::span<const int> statuses, bool cancelled)
{
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        if (statuses[i] < 300) continue;
        if (cancelled && statuses[i] == 487) return i;
        if (!best || rank(statuses[i]) < rank(statuses[*best])) best = i;
    }
    return best;
}

}  // namespace junctor::transaction
