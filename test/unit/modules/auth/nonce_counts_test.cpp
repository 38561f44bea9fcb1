#include "modules/auth/nonce_counts.h"

#include <catch2/catch.hpp>

using namespace junctor::auth;
using Use = NonceCounts::Use;

TEST_CASE("each count of a nonce serves once", "[auth]")
{
    NonceCounts counts(1000);
    const Nonce nonce{1300, 1};
    CHECK(counts.use(nonce, 1, 11, 1000) == Use::First);
    CHECK(counts.use(nonce, 2, 12, 1001) == Use::First);
    CHECK(counts.use(nonce, 1, 13, 1002) == Use::Replay);
    CHECK(counts.use(nonce, 2, 13, 1002) == Use::Replay);
    CHECK(counts.use(nonce, 0xffffffff, 14, 1003) == Use::First);
    CHECK(counts.use(nonce, 0xffffffff, 15, 1003) == Use::Replay);
    CHECK(counts.use(nonce, 3, 16, 1003) == Use::Replay);  // long passed
    CHECK(counts.use(Nonce{1300, 17}, 1, 17, 1003) == Use::First);
}

TEST_CASE("requests that overtook one another are taken, each once", "[auth]")
{
    NonceCounts counts(1000);
    const Nonce nonce{1300, 1};
    CHECK(counts.use(nonce, 70, 1, 1000) == Use::First);
    CHECK(counts.use(nonce, 7, 2, 1000) == Use::First);
    CHECK(counts.use(nonce, 7, 3, 1000) == Use::Replay);
    CHECK(counts.use(nonce, 6, 4, 1000) == Use::Replay);  // more than 63 behind
    CHECK(counts.use(nonce, 71, 5, 1000) == Use::First);
    CHECK(counts.use(nonce, 70, 6, 1000) == Use::Replay);
}

TEST_CASE("a retransmission is no replay, for as long as clients retransmit", "[auth]")
{
    NonceCounts counts(1000);
    const Nonce nonce{2000, 1};
    CHECK(counts.use(nonce, 1, 11, 1000) == Use::First);
    CHECK(counts.use(nonce, 1, 11, 1032) == Use::Retransmission);
    CHECK(counts.use(nonce, 1, 11, 1033) == Use::Replay);
}

TEST_CASE("what has expired is forgotten when room is needed", "[auth]")
{
    NonceCounts counts(16);  // one in each of 16 parts
    CHECK(counts.use(Nonce{1010, 16}, 1, 1, 1000) == Use::First);
    CHECK(counts.use(Nonce{1020, 32}, 1, 1, 1011) == Use::First);
    CHECK(counts.size() == 1);
}

TEST_CASE("over the limit the oldest nonce is forgotten, and its replay still fails", "[auth]")
{
    NonceCounts counts(16);
    CHECK(counts.use(Nonce{1300, 16}, 1, 1, 1000) == Use::First);
    CHECK(counts.use(Nonce{1301, 32}, 1, 2, 1001) == Use::First);
    CHECK(counts.size() == 1);
    CHECK(counts.use(Nonce{1300, 16}, 1, 3, 1002) == Use::Forgotten);
    CHECK(counts.use(Nonce{1300, 48}, 1, 4, 1002) == Use::Forgotten);  // as old: perhaps used
    CHECK(counts.use(Nonce{1302, 64}, 1, 5, 1002) == Use::First);
}
