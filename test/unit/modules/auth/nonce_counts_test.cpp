#include "modules/auth/nonce_counts.h"

#include <catch2/catch.hpp>

using namespace junctor::auth;
using Use = NonceCounts::Use;
using namespace std::chrono_literals;

namespace
{

constexpr junctor::WallTime at(std::chrono::milliseconds time)
{
    return junctor::WallTime(time);
}

}  // namespace

TEST_CASE("each count of a nonce serves once", "[auth]")
{
    NonceCounts counts(1000);
    const Nonce nonce{at(1300s), 1};
    CHECK(counts.use(nonce, 1, 11, at(1000s)) == Use::First);
    CHECK(counts.use(nonce, 2, 12, at(1001s)) == Use::First);
    CHECK(counts.use(nonce, 1, 13, at(1002s)) == Use::Replay);
    CHECK(counts.use(nonce, 2, 13, at(1002s)) == Use::Replay);
    CHECK(counts.use(nonce, 0xffffffff, 14, at(1003s)) == Use::First);
    CHECK(counts.use(nonce, 0xffffffff, 15, at(1003s)) == Use::Replay);
    CHECK(counts.use(nonce, 3, 16, at(1003s)) == Use::Replay);  // long passed
    CHECK(counts.use(Nonce{at(1300s), 17}, 1, 17, at(1003s)) == Use::First);
}

TEST_CASE("requests that overtook one another are taken, each once", "[auth]")
{
    NonceCounts counts(1000);
    const Nonce nonce{at(1300s), 1};
    CHECK(counts.use(nonce, 70, 1, at(1000s)) == Use::First);
    CHECK(counts.use(nonce, 7, 2, at(1000s)) == Use::First);
    CHECK(counts.use(nonce, 7, 3, at(1000s)) == Use::Replay);
    CHECK(counts.use(nonce, 6, 4, at(1000s)) == Use::Replay);  // more than 63 behind
    CHECK(counts.use(nonce, 71, 5, at(1000s)) == Use::First);
    CHECK(counts.use(nonce, 70, 6, at(1000s)) == Use::Replay);
}

TEST_CASE("a retransmission is no replay, for as long as clients retransmit", "[auth]")
{
    NonceCounts counts(1000);
    const Nonce nonce{at(2000s), 1};
    CHECK(counts.use(nonce, 1, 11, at(1000s)) == Use::First);
    CHECK(counts.use(nonce, 1, 11, at(1032s)) == Use::Retransmission);
    CHECK(counts.use(nonce, 1, 11, at(1033s)) == Use::Replay);
}

TEST_CASE("what has expired is forgotten when room is needed", "[auth]")
{
    NonceCounts counts(16);  // one in each of 16 parts
    CHECK(counts.use(Nonce{at(1010s), 16}, 1, 1, at(1000s)) == Use::First);
    CHECK(counts.use(Nonce{at(1020s), 32}, 1, 1, at(1011s)) == Use::First);
    CHECK(counts.size() == 1);
}

TEST_CASE("over the limit the oldest nonce is forgotten, and its replay still fails", "[auth]")
{
    NonceCounts counts(16);
    CHECK(counts.use(Nonce{at(1300s), 16}, 1, 1, at(1000s)) == Use::First);
    CHECK(counts.use(Nonce{at(1301s), 32}, 1, 2, at(1001s)) == Use::First);
    CHECK(counts.size() == 1);
    CHECK(counts.use(Nonce{at(1300s), 16}, 1, 3, at(1002s)) == Use::Forgotten);
    CHECK(counts.use(Nonce{at(1300s), 48}, 1, 4, at(1002s)) == Use::Forgotten);  // as old: perhaps used
    CHECK(counts.use(Nonce{at(1302s), 64}, 1, 5, at(1002s)) == Use::First);
}

TEST_CASE("of the nonces of one second only those as old as a forgotten one are refused", "[auth]")
{
    NonceCounts counts(16);
    CHECK(counts.use(Nonce{at(1300100ms), 16}, 1, 1, at(1000s)) == Use::First);
    CHECK(counts.use(Nonce{at(1300500ms), 32}, 1, 2, at(1000s)) == Use::First);
    CHECK(counts.use(Nonce{at(1300100ms), 48}, 1, 3, at(1000s)) == Use::Forgotten);
    CHECK(counts.use(Nonce{at(1300101ms), 64}, 1, 4, at(1000s)) == Use::First);
}
