#include "core/transport/trains.h"

#include "core/sip/header.h"

namespace junctor::transport
{
namespace
{

constexpr std::size_t longest_segment = 1400;  // what is longer may not fit into one packet of the way
constexpr std::size_t longest_train = 65507;   // bytes

}  // namespace

void Trains::plan(std::span<const Datagram> batch, bool coupled)
{
    count_ = placed_ = 0;
    taken_.fill(false);
    has_call_id_.fill(false);
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

// Adds to the train whose first datagram was taken last.
void Trains::fill(std::span<const Datagram> batch)
{
    const std::size_t first = order_[placed_ - 1];
    const auto& [to, bytes] = batch[first];
    std::size_t total = bytes.size(), passed = 0;
    for (std::size_t place = first + 1; place < batch.size(); ++place) {
        if (taken_[place]) continue;
        const Datagram& next = batch[place];
        if (next.bytes.size() == bytes.size() && next.to == to && total + bytes.size() <= longest_train &&
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
        if (total + last.bytes.size() <= longest_train && !overtakes(batch, passed_[i], i))
            return take(passed_[i]);
    }
}

// Of those before it that were left behind, the first `passed`.
bool Trains::overtakes(std::span<const Datagram> batch, std::size_t place, std::size_t passed)
{
    for (std::size_t i = 0; i < passed; ++i) {
        if (batch[passed_[i]].to != batch[place].to) continue;
        const std::string_view one = call_id(batch, passed_[i]), other = call_id(batch, place);
        if (one.empty() || other.empty() || one == other) return true;
    }
    return false;
}

std::string_view Trains::call_id(std::span<const Datagram> batch, std::size_t place)
{
    if (!has_call_id_[place]) call_ids_[place] = sip::find_call_id(batch[place].bytes);
    has_call_id_[place] = true;
    return call_ids_[place];
}

}  // namespace junctor::transport
