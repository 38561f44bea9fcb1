// Attribute-value pairs of a message or transaction: named stacks, newest first (pseudo-variables.md, 4.3).
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/script/value.h"

namespace junctor::script
{

// "i:5" or "s:name"; names compare exactly.
struct AvpName {
    std::variant<std::uint16_t, std::string> id;
    friend bool operator==(const AvpName&, const AvpName&) = default;
};

struct Avp {
    AvpName name;
    std::variant<std::int64_t, std::string> value;
    std::uint8_t flags = 0;  // script flags of "s5:name"
};

class AvpList
{
public:
    void add(AvpName name, std::variant<std::int64_t, std::string> value,
             std::uint8_t flags = 0);  // in front
    // The n-th newest of that name (having any of `flags`, if not 0); negative counts from the oldest (-1).
    const Avp* find(const AvpName& name, int index = 0, std::uint8_t flags = 0) const;
    std::size_t count(const AvpName& name, std::uint8_t flags = 0) const;
    bool remove_first(const AvpName& name, std::uint8_t flags = 0);
    std::size_t remove_all(const AvpName& name, std::uint8_t flags = 0);
    const std::list<Avp>& all() const { return avps_; }  // newest first
    void clear() { avps_.clear(); }

private:
    std::list<Avp> avps_;
};

}  // namespace junctor::script
