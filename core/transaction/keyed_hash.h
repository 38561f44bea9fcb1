// SipHash-2-4: a fast hash that nobody without the key can predict. For tables that strangers fill and for
// labels.
#pragma once

#include <cstdint>
#include <string_view>

namespace junctor::transaction
{

struct HashKey {
    std::uint64_t first = 0, second = 0;

    static HashKey random();  // from the system's generator
};

std::uint64_t keyed_hash(const HashKey& key, std::string_view bytes);

}  // namespace junctor::transaction
