#include "tools/sipload/identity.h"

#include <cstring>

#include "core/base/ascii.h"

namespace junctor::load
{
namespace
{

void put(char* out, std::uint32_t value)
{
    for (int shift = 28; shift >= 0; shift -= 4) *out++ = "0123456789abcdef"[value >> shift & 15];
}

std::optional<std::uint32_t> take(const char* digits)
{
    std::uint32_t value = 0;
    for (int i = 0; i < 8; ++i) {
        const int digit = hex_value(digits[i]);
        if (digit < 0) return {};
        value = value << 4 | static_cast<std::uint32_t>(digit);
    }
    return value;
}

}  // namespace

std::array<char, Identity::digits> Identity::text() const
{
    std::array<char, digits> out;
    put(out.data(), slot);
    put(out.data() + 8, round);
    return out;
}

std::optional<Identity> Identity::find(std::string_view message)
{
    const char* const found =
        static_cast<const char*>(memmem(message.data(), message.size(), cookie.data(), cookie.size()));
    if (found == nullptr) return {};
    const char* const id = found + cookie.size();
    if (message.data() + message.size() - id < static_cast<std::ptrdiff_t>(digits + 1)) return {};
    const auto slot = take(id), round = take(id + 8);
    if (!slot || !round) return {};
    return Identity{*slot, *round, id[digits]};
}

}  // namespace junctor::load
