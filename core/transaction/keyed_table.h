// A table by a 64-bit key that is a keyed hash already (keyed_hash.h): one allocation a doubling, one cache
// line a look-up. With the nodes of std::unordered_map a third of a MESSAGE's user time went into three of
// them at 200,000 transactions.
#pragma once

#include <cstdint>

#include <boost/unordered/unordered_flat_map.hpp>

namespace junctor::transaction
{

template <class Value>
using KeyedTable = boost::unordered_flat_map<std::uint64_t, Value>;

}  // namespace junctor::transaction
