// RFC 3261 §16.7 step 6: which response goes upstream.
#include "core/transaction/response_context.h"

#include <vector>

#include <catch2/catch.hpp>

namespace junctor::transaction
{
namespace
{

int best(std::vector<int> statuses, bool cancelled = false)
{
    const auto index = best_response(statuses, cancelled);
    return index ? statuses[*index] : 0;
}

}  // namespace

TEST_CASE("the best response (RFC 3261 §16.7 step 6)", "[transaction]")
{
    SECTION("a 6xx wins over everything")
    {
        CHECK(best({302, 404, 603, 503}) == 603);
    }
    SECTION("else the lowest class")
    {
        CHECK(best({503, 404, 302}) == 302);
        CHECK(best({503, 486}) == 486);
        CHECK(best({503, 500}) == 500);
    }
    SECTION("in a class what the caller can act upon")
    {
        const int helpful = GENERATE(401, 407, 415, 420, 484);
        CHECK(best({404, helpful, 400}) == helpful);
    }
    SECTION("then the lowest number, the first of equals")
    {
        CHECK(best({486, 404, 480}) == 404);
        const std::vector<int> equal{0, 486, 486};
        CHECK(best_response(equal, false) == std::size_t{1});
    }
    SECTION("branches without a failure do not count")
    {
        CHECK(best({0, 180, 200}) == 0);
        CHECK(best({}) == 0);
        CHECK(best({0, 486}) == 486);
    }
    SECTION("who cancelled hears 487")
    {
        CHECK(best({404, 487, 603}, true) == 487);
        CHECK(best({404, 408}, true) == 404);
    }
}

TEST_CASE("a 503 goes upstream as 500: it is not we who are overloaded (RFC 3261 §16.7 step 6)",
          "[transaction]")
{
    CHECK(status_upstream(503) == 500);
    CHECK(status_upstream(500) == 500);
    CHECK(status_upstream(486) == 486);
}

}  // namespace junctor::transaction
