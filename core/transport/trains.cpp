#include "core/transport/trains.h"

#include <algorithm>
#include <cstring>

#include "core/sip/header.h"
#include "core/transport/datagram.h"

namespace junctor::transport
{
namespace
{

constexpr std::size_t longest_segment = 1400;  // what is longer may not fit into one packet of the way
constexpr std::uint32_t unknown = 1;           // the key where no Call-ID is found

}  // namespace

void Trains::plan(std::span<const Datagram> batch, bool coupled)
{
    count_ = placed_ = 0;
    taken_.fill(false);
    keys_.fill(0);
    for (std::size_t place = 0; place < batch.size(); ++place) {
        if (taken_[place]) continue;
        take(place);
        const std::size_t length = batch[place].bytes.size();
        if (coupled && length > 0 && length <= longest_segment) fill(batch);
        begin_[++count_] = static_cast<std::uint8_t>(placed_);
    }
}

void Trains::take(std::size_t place)
{
    taken_[place] = true;
    order_[placed_++] = static_cast<std::uint8_t>(place);
}

// Adds to the train whose first datagram was taken last. Until it is cut the system takes it for one
// datagram.
void Trains::fill(std::span<const Datagram> batch)
{
    const std::size_t first = order_[placed_ - 1];
    const auto& [to, bytes] = batch[first];
    std::size_t total = bytes.size(), passed = 0;
    passed_with_key_ = 0;
    for (std::size_t place = first + 1; place < batch.size(); ++place) {
        if (taken_[place]) continue;
        const Datagram& next = batch[place];
        if (next.bytes.size() == bytes.size() && next.to == to && total + bytes.size() <= longest_payload &&
            !overtakes(batch, place, passed)) {
            take(place);
            total += bytes.size();
        } else {
            passed_[passed++] = static_cast<std::uint8_t>(place);
        }
    }
    for (std::size_t i = 0; i < passed; ++i) {
        const Datagram& last = batch[passed_[i]];
        if (last.bytes.empty() || last.bytes.size() >= bytes.size() || last.to != to) continue;
        if (total + last.bytes.size() <= longest_payload && !overtakes(batch, passed_[i], i))
            return take(passed_[i]);
    }
}

// Of those before it that were left behind, the first `passed`.
bool Trains::overtakes(std::span<const Datagram> batch, std::size_t place, std::size_t passed)
{
    if (passed == 0) return false;
    for (; passed_with_key_ < passed; ++passed_with_key_)
        passed_keys_[passed_with_key_] = key(batch, passed_[passed_with_key_]);
    const Key own = key(batch, place);
    bool found = own == unknown;
    for (std::size_t i = 0; i < passed; ++i) found |= passed_keys_[i] == own || passed_keys_[i] == unknown;
    return found;
}

Trains::Key Trains::key(std::span<const Datagram> batch, std::size_t place)
{
    Key& kept = keys_[place];
    if (kept != 0) return kept;
    const std::string_view call_id = sip::find_call_id(batch[place].bytes);
    if (call_id.empty()) return kept = unknown;
    const auto& [ip, port] = batch[place].to;
    std::array<std::uint64_t, 2> address{};
    std::memcpy(address.data(), ip.bytes().data(), sizeof address);
    const std::uint64_t hash = std::hash<std::string_view>{}(call_id) + address[0] + 3 * address[1] + port;
    return kept = std::max(static_cast<Key>(hash ^ hash >> 32), unknown + 1);
}

}  // namespace junctor::transport
