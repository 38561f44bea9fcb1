// A table by a 64-bit key that is a keyed hash already (keyed_hash.h): one allocation a doubling, one cache
// line a look-up. With the nodes of std::unordered_map a third of a MESSAGE's user time went into three of
// them at 200,000 transactions.
#pragma once

#include <array>
#include <cstdint>

#include <boost/unordered/unordered_flat_map.hpp>

namespace junctor::transaction
{

template <class Value>
using KeyedTable = boost::unordered_flat_map<std::uint64_t, Value>;

// The same for a million and more, in many parts: a table that doubles moves all of it at once, for ten
// milliseconds, in which nobody is answered; these do so one after the other.
template <class Value>
class LargeKeyedTable
{
public:
    // Value{} (a null pointer): there is none.
    Value find(std::uint64_t key) const
    {
        const auto& part = parts_[number_of(key)];
        const auto found = part.find(key);
        return found != part.end() ? found->second : Value{};
    }
    void put(std::uint64_t key, Value value) { parts_[number_of(key)][key] = std::move(value); }
    void erase(std::uint64_t key) { parts_[number_of(key)].erase(key); }

private:
    static constexpr unsigned bits = 7;
    static std::size_t number_of(std::uint64_t key) { return key >> (64 - bits); }

    std::array<KeyedTable<Value>, 1U << bits> parts_;
};

}  // namespace junctor::transaction
