// IP addresses, endpoints and transport protocols: small values, compared and hashed by content.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace junctor
{

enum class Protocol : std::uint8_t { Any = 0, Udp = 1, Tcp = 2, Tls = 3 };  // OpenSER's numbers for `proto`

std::string_view to_text(Protocol protocol);                   // "udp", as in a socket's name
std::string_view to_via_text(Protocol protocol);               // "UDP", as in a Via
std::optional<Protocol> protocol_from(std::string_view text);  // ignoring case; "any" included
constexpr bool is_stream(Protocol protocol)
{
    return protocol == Protocol::Tcp || protocol == Protocol::Tls;
}

class IpAddress
{
public:
    IpAddress() = default;  // 0.0.0.0
    static IpAddress v4(std::uint32_t host_order);
    static IpAddress v6(const std::array<std::uint8_t, 16>& bytes);
    // Dotted IPv4, or IPv6 with or without brackets. Nothing else: no names, no octal.
    static std::optional<IpAddress> parse(std::string_view text);

    bool is_v6() const { return v6_; }
    std::uint32_t v4_value() const;                                       // host order
    const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }  // IPv4 uses the first four
    bool is_unspecified() const;
    std::string text() const;         // 192.0.2.1, 2001:db8::1
    std::string text_in_uri() const;  // 192.0.2.1, [2001:db8::1]
    bool in_network(const IpAddress& network, unsigned bits) const;

    friend bool operator==(const IpAddress&, const IpAddress&) = default;
    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

private:
    bool read_v4(std::string_view text);

    std::array<std::uint8_t, 16> bytes_{};
    bool v6_ = false;
};

struct Endpoint {
    IpAddress ip;
    std::uint16_t port = 0;

    std::string text() const;  // 192.0.2.1:5060, [2001:db8::1]:5060
    // "ip:port" or "[ip6]:port"; without a port `default_port` serves.
    static std::optional<Endpoint> parse(std::string_view text, std::uint16_t default_port = 5060);

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

struct EndpointHash {
    std::size_t operator()(const Endpoint& endpoint) const;
};

}  // namespace junctor
