#include "core/base/address.h"

#include <cstring>

#include <arpa/inet.h>

#include "core/base/ascii.h"

namespace junctor
{

std::string_view to_text(Protocol protocol)
{
    switch (protocol) {
        case Protocol::Any: return "any";
        case Protocol::Udp: return "udp";
        case Protocol::Tcp: return "tcp";
        case Protocol::Tls: return "tls";
    }
    return "any";
}

std::string_view to_via_text(Protocol protocol)
{
    switch (protocol) {
        case Protocol::Any:
        case Protocol::Udp: return "UDP";
        case Protocol::Tcp: return "TCP";
        case Protocol::Tls: return "TLS";
    }
    return "UDP";
}

std::optional<Protocol> protocol_from(std::string_view text)
{
    for (const auto protocol : {Protocol::Any, Protocol::Udp, Protocol::Tcp, Protocol::Tls})
        if (iequals(text, to_text(protocol))) return protocol;
    return {};
}

IpAddress IpAddress::v4(std::uint32_t host_order)
{
    IpAddress address;
    for (unsigned i = 0; i < 4; ++i)
        address.bytes_[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
    return address;
}

IpAddress IpAddress::v6(const std::array<std::uint8_t, 16>& bytes)
{
    IpAddress address;
    address.bytes_ = bytes;
    address.v6_ = true;
    return address;
}

// Four decimal numbers without leading zeros, as inet_pton() wants them. Written out, for every Via and URI
// asks: with inet_pton(), which wants a copy that ends with a zero, 80 ns instead of 10.
bool IpAddress::read_v4(std::string_view text)
{
    std::size_t i = 0;
    for (unsigned octet = 0; octet < 4; ++octet) {
        if (octet > 0 && (i == text.size() || text[i++] != '.')) return false;
        const std::size_t start = i;
        unsigned value = 0;
        while (i < text.size() && i - start < 3 && is_digit(text[i]))
            value = value * 10 + static_cast<unsigned>(text[i++] - '0');
        if (i == start || value > 255 || (i - start > 1 && text[start] == '0')) return false;
        bytes_[octet] = static_cast<std::uint8_t>(value);
    }
    return i == text.size();
}

std::optional<IpAddress> IpAddress::parse(std::string_view text)
{
    IpAddress address;
    if (address.read_v4(text)) return address;
    if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
    if (text.find(':') == std::string_view::npos) return {};
    std::array<char, 64> buffer{};
    if (text.size() >= buffer.size()) return {};
    if (text.find('\0') != std::string_view::npos) return {};  // where inet_pton would stop reading
    std::memcpy(buffer.data(), text.data(), text.size());
    if (inet_pton(AF_INET6, buffer.data(), address.bytes_.data()) != 1) return {};
    address.v6_ = true;
    return address;
}

std::uint32_t IpAddress::v4_value() const
{
    return std::uint32_t{bytes_[0]} << 24 | std::uint32_t{bytes_[1]} << 16 | std::uint32_t{bytes_[2]} << 8 |
           std::uint32_t{bytes_[3]};
}

bool IpAddress::is_unspecified() const
{
    return bytes_ == std::array<std::uint8_t, 16>{};
}

std::string IpAddress::text() const
{
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    if (v6_) {
        inet_ntop(AF_INET6, bytes_.data(), buffer.data(), buffer.size());
        return buffer.data();
    }
    // inet_ntop() prints with sprintf(): a tenth of a relayed call's instructions.
    char* end = buffer.data();
    for (unsigned octet = 0; octet < 4; ++octet) {
        if (octet > 0) *end++ = '.';
        const unsigned value = bytes_[octet];
        if (value >= 100) *end++ = static_cast<char>('0' + value / 100);
        if (value >= 10) *end++ = static_cast<char>('0' + value / 10 % 10);
        *end++ = static_cast<char>('0' + value % 10);
    }
    return {buffer.data(), end};
}

std::string IpAddress::text_in_uri() const
{
    return v6_ ? "[" + text() + "]" : text();
}

bool IpAddress::in_network(const IpAddress& network, unsigned bits) const
{
    if (v6_ != network.v6_) return false;
    bits = std::min(bits, v6_ ? 128U : 32U);
    const unsigned whole = bits / 8;
    if (std::memcmp(bytes_.data(), network.bytes_.data(), whole) != 0) return false;
    if (bits % 8 == 0) return true;
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits % 8));
    return (bytes_[whole] & mask) == (network.bytes_[whole] & mask);
}

std::string Endpoint::text() const
{
    return ip.text_in_uri() + ":" + std::to_string(port);
}

std::optional<Endpoint> Endpoint::parse(std::string_view text, std::uint16_t default_port)
{
    std::string_view host = text;
    std::uint16_t port = default_port;
    const std::size_t bracket = text.rfind(']');
    const std::size_t colon = text.rfind(':');
    const bool bare_v6 = bracket == std::string_view::npos && text.find(':') != colon;
    if (!bare_v6 && colon != std::string_view::npos &&
        (bracket == std::string_view::npos || colon > bracket)) {
        const auto number = parse_unsigned(text.substr(colon + 1), 65535);
        if (!number) return {};
        port = static_cast<std::uint16_t>(*number);
        host = text.substr(0, colon);
    }
    const auto ip = IpAddress::parse(host);
    if (!ip) return {};
    return Endpoint{*ip, port};
}

std::size_t EndpointHash::operator()(const Endpoint& endpoint) const
{
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, endpoint.ip.bytes().data(), 8);
    std::memcpy(&low, endpoint.ip.bytes().data() + 8, 8);
    std::uint64_t hash = (high ^ (low * 0x9e3779b97f4a7c15ULL) ^ endpoint.port) * 0xbf58476d1ce4e5b9ULL;
    return hash ^ (hash >> 29);
}

}  // namespace junctor
