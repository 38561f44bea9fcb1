#include "core/transaction/keyed_hash.h"

#include <bit>
#include <cstring>

#include "core/sip/digest.h"

namespace junctor::transaction
{
namespace
{

struct Sip {
    std::uint64_t a, b, c, d;

    void round()
    {
        a += b;
        c += d;
        b = std::rotl(b, 13) ^ a;
        d = std::rotl(d, 16) ^ c;
        a = std::rotl(a, 32);
        c += b;
        a += d;
        b = std::rotl(b, 17) ^ c;
        d = std::rotl(d, 21) ^ a;
        c = std::rotl(c, 32);
    }
    void mix(std::uint64_t word)
    {
        d ^= word;
        round();
        round();
        a ^= word;
    }
};

// The last bytes, up to seven.
std::uint64_t load(const char* from, std::size_t count)
{
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < count; ++i)
        word |= std::uint64_t{static_cast<unsigned char>(from[i])} << (8 * i);
    return word;
}

std::uint64_t load(const char* from)
{
    if constexpr (std::endian::native != std::endian::little) return load(from, 8);
    std::uint64_t word = 0;
    std::memcpy(&word, from, 8);
    return word;
}

}  // namespace

HashKey HashKey::random()
{
    const std::string bytes = sip::random_bytes(16);
    return {load(bytes.data()), load(bytes.data() + 8)};
}

std::uint64_t keyed_hash(const HashKey& key, std::string_view bytes)
{
    Sip state{key.first ^ 0x736f6d6570736575U, key.second ^ 0x646f72616e646f6dU,
              key.first ^ 0x6c7967656e657261U, key.second ^ 0x7465646279746573U};
    const std::size_t whole = bytes.size() & ~std::size_t{7};
    for (std::size_t i = 0; i < whole; i += 8) state.mix(load(bytes.data() + i));
    state.mix(load(bytes.data() + whole, bytes.size() - whole) | std::uint64_t{bytes.size()} << 56);
    state.c ^= 0xff;
    for (int i = 0; i < 4; ++i) state.round();
    return state.a ^ state.b ^ state.c ^ state.d;
}

}  // namespace junctor::transaction
