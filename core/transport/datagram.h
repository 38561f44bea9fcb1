// How long a datagram may be, and what of it is a message.
#pragma once

#include <string_view>

namespace junctor::transport
{

constexpr std::size_t max_datagram = 65535;
constexpr std::size_t longest_payload = 65507;  // that UDP carries over IPv4; IPv6 has room for 20 more

// Shorter ones are keep-alives of NATed clients and mean nothing to us (as in OpenSER); a NUL that a sloppy
// sender puts at the end goes. Empty: nothing to deliver.
constexpr std::string_view message_in(std::string_view datagram)
{
    constexpr std::size_t shortest = 32;
    if (datagram.size() < shortest) return {};
    if (datagram.back() == '\0') datagram.remove_suffix(1);
    return datagram;
}

}  // namespace junctor::transport
