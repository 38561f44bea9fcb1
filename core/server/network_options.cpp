#include "core/server/network_options.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace junctor::server
{
namespace
{

transport::ListenItem item_of(const script::ast::SocketName& name)
{
    return {name.protocol.value_or(Protocol::Any), name.host, name.port};
}

// -l [proto:]address[:port], as in `listen`.
transport::ListenItem item_of(std::string_view text)
{
    transport::ListenItem item;
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos)
        if (const auto protocol = protocol_from(text.substr(0, colon))) {
            item.protocol = *protocol;
            text.remove_prefix(colon + 1);
        }
    const std::size_t last = text.rfind(':');
    const bool is_bare_v6 =
        text.find(':') != last && !text.ends_with(']') && text.find(']') == std::string_view::npos;
    if (last != std::string_view::npos && !is_bare_v6 && text.find(']', last) == std::string_view::npos)
        if (const auto port = parse_unsigned(text.substr(last + 1), 65535)) {
            item.port = static_cast<std::uint16_t>(*port);
            text = text.substr(0, last);
        }
    item.host = text;
    return item;
}

}  // namespace

transport::Options network_options(const script::ScriptGlobals& globals, const Options& options)
{
    transport::Options network;
    for (const auto& name : globals.listen) network.listen.push_back(item_of(name));
    for (const auto& text : options.listen) network.listen.push_back(item_of(text));
    for (const auto& name : globals.alias) network.alias.push_back(item_of(name));
    network.port = static_cast<std::uint16_t>(globals.port.value);
    network.auto_aliases = globals.auto_aliases.value;
    if (globals.maxbuffer.is_set())
        network.max_receive_buffer = static_cast<int>(globals.maxbuffer.value);
    else if (options.max_buffer)
        network.max_receive_buffer = *options.max_buffer;
    network.tos = static_cast<int>(globals.tos.value);
    network.mhomed = globals.mhomed.value;
    network.udp_segmentation = globals.udp_segmentation.value;
    network.multicast_loopback = globals.mcast_loopback.value;
    if (globals.mcast_ttl.is_set()) network.multicast_ttl = static_cast<int>(globals.mcast_ttl.value);
    network.tcp = !globals.disable_tcp.value && !(options.no_tcp && !globals.disable_tcp.is_set());
    network.tcp_send_timeout = std::chrono::seconds(globals.tcp_send_timeout.value);
    network.tcp_connect_timeout = std::chrono::seconds(globals.tcp_connect_timeout.value);
    network.tcp_connection_lifetime = std::chrono::seconds(globals.tcp_connection_lifetime.value);
    network.tcp_max_connections = static_cast<std::size_t>(globals.tcp_max_connections.value);
    return network;
}

transport::DnsOptions dns_options(const script::ScriptGlobals& globals)
{
    transport::DnsOptions dns;
    if (globals.dns_retr_time.is_set())
        dns.retransmit_after = std::chrono::seconds(globals.dns_retr_time.value);
    if (globals.dns_retr_no.is_set()) dns.tries = static_cast<int>(globals.dns_retr_no.value);
    if (globals.dns_servers_no.is_set()) dns.servers = static_cast<int>(globals.dns_servers_no.value);
    dns.search_list = globals.dns_use_search_list.value;
    return dns;
}

transport::ResolverOptions resolver_options(const script::ScriptGlobals& globals,
                                            std::span<const transport::ListenSocket> sockets)
{
    const auto any = [&](auto fits) { return std::any_of(sockets.begin(), sockets.end(), fits); };
    const auto speaks = [&](Protocol protocol) {
        return any([&](const auto& socket) { return socket.protocol == protocol; });
    };
    transport::ResolverOptions resolver;
    resolver.ipv4 = any([](const auto& socket) { return !socket.address.ip.is_v6(); });
    resolver.try_ipv6 =
        globals.dns_try_ipv6.value && any([](const auto& socket) { return socket.address.ip.is_v6(); });
    resolver.failover = !globals.disable_dns_failover.value;
    resolver.udp = speaks(Protocol::Udp);
    resolver.tcp = !globals.disable_tcp.value && speaks(Protocol::Tcp);
    return resolver;
}

KnownNames local_names(const transport::Network& network)
{
    KnownNames names;
    for (const auto& socket : network.sockets()) names.add_socket(socket);
    for (const auto& alias : network.aliases()) names.add_alias(alias.host, alias.port, alias.protocol);
    return names;
}

}  // namespace junctor::server
