#include "modules/auth/nonce.h"

#include <catch2/catch.hpp>

#include "core/base/ascii.h"

using namespace junctor;
using namespace junctor::auth;
using namespace std::chrono_literals;

namespace
{

constexpr WallTime soon(1173657900s + 250ms);

}  // namespace

TEST_CASE("a nonce tells its expiry to whoever has the secret", "[auth]")
{
    Nonces nonces("key");
    const std::string text = nonces.make(soon);
    CHECK(text.size() == 60);
    CHECK(text.starts_with("0111437654da"));
    const auto nonce = nonces.open(text);
    REQUIRE(nonce);
    CHECK(nonce->expires == soon);
    CHECK(Nonces("key").open(text)->number == nonce->number);
    CHECK_FALSE(Nonces("another").open(text));
}

TEST_CASE("no two nonces are alike, not even of the same moment", "[auth]")
{
    Nonces nonces("key"), other("key");
    const std::string first = nonces.make(soon), second = nonces.make(soon);
    CHECK(first != second);
    CHECK(nonces.open(first)->number != nonces.open(second)->number);
    CHECK(other.make(soon) != first);
}

TEST_CASE("a nonce that was tampered with is not ours", "[auth]")
{
    Nonces nonces("key");
    const std::string text = nonces.make(soon);
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = changed[i] == '0' ? '1' : '0';
        CHECK_FALSE(nonces.open(changed));
    }
    CHECK_FALSE(nonces.open(""));
    CHECK_FALSE(nonces.open(text.substr(1)));
    CHECK_FALSE(nonces.open(text + "0"));
}
