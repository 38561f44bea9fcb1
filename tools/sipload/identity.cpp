#include "tools/sipload/identity.h"

#include <cstring>

#include "core/base/ascii.h"

namespace junctor::load
{
namespace
{

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

void Identity::append_to(std::string& out) const
{
    append_hex(out, slot, 8);
    append_hex(out, round, 8);
}

std::string Identity::text() const
{
    std::string out;
    append_to(out);
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
