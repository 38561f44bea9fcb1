#include "core/base/utf8.h"

#include <cstdint>
#include <cstring>

namespace junctor
{
namespace
{

// How many bytes follow this first one, and the range of the first of them (RFC 3629 §4).
struct Sequence {
    int more;
    unsigned char lowest, highest;
};

Sequence sequence_of(unsigned char first)
{
    if (first >= 0xc2 && first <= 0xdf) return {1, 0x80, 0xbf};
    if (first == 0xe0) return {2, 0xa0, 0xbf};
    if (first == 0xed) return {2, 0x80, 0x9f};
    if (first >= 0xe1 && first <= 0xef) return {2, 0x80, 0xbf};
    if (first == 0xf0) return {3, 0x90, 0xbf};
    if (first >= 0xf1 && first <= 0xf3) return {3, 0x80, 0xbf};
    if (first == 0xf4) return {3, 0x80, 0x8f};
    return {-1, 0, 0};
}

}  // namespace

bool is_utf8(std::string_view text)
{
    std::size_t at = 0;
    while (at < text.size()) {
        std::uint64_t eight = 0;
        if (at + sizeof eight <= text.size()) {
            std::memcpy(&eight, text.data() + at, sizeof eight);
            if ((eight & 0x8080808080808080U) == 0) {
                at += sizeof eight;
                continue;
            }
        }
        const auto first = static_cast<unsigned char>(text[at++]);
        if (first < 0x80) continue;
        const Sequence sequence = sequence_of(first);
        if (sequence.more < 0 || at + static_cast<std::size_t>(sequence.more) > text.size()) return false;
        for (int i = 0; i < sequence.more; ++i) {
            const auto next = static_cast<unsigned char>(text[at++]);
            if (next < (i == 0 ? sequence.lowest : 0x80) || next > (i == 0 ? sequence.highest : 0xbf))
                return false;
        }
    }
    return true;
}

}  // namespace junctor
