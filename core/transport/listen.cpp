#include "core/transport/listen.h"

#include <map>
#include <memory>

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>

#include "core/base/ascii.h"
#include "core/transport/system_socket.h"

namespace junctor::transport
{

namespace
{

struct Interface {
    std::string name;
    IpAddress ip;
};

std::vector<Interface> ipv4_interfaces()
{
    std::vector<Interface> interfaces;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return interfaces;
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET ||
            !(entry->ifa_flags & IFF_UP))
            continue;
        SocketAddress address;
        std::copy_n(reinterpret_cast<const char*>(entry->ifa_addr), sizeof(sockaddr),
                    reinterpret_cast<char*>(address.data()));
        interfaces.push_back({entry->ifa_name, address.endpoint().ip});
    }
    return interfaces;
}

// The system's answer, IPv4 before IPv6 as OpenSER takes it.
std::optional<IpAddress> address_of(const std::string& host)
{
    for (const int family : {AF_INET, AF_INET6}) {
        addrinfo wanted{};
        wanted.ai_family = family;
        wanted.ai_socktype = SOCK_DGRAM;
        addrinfo* list = nullptr;
        if (::getaddrinfo(host.c_str(), nullptr, &wanted, &list) != 0) continue;
        const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
        SocketAddress address;
        std::copy_n(reinterpret_cast<const char*>(list->ai_addr), list->ai_addrlen,
                    reinterpret_cast<char*>(address.data()));
        return address.endpoint().ip;
    }
    return {};
}

// One (name, address) for an address or a host name, several for an interface.
Result<std::vector<Interface>> addresses_of(const ListenItem& item)
{
    if (const auto ip = IpAddress::parse(item.host)) return std::vector<Interface>{{ip->text(), *ip}};
    std::vector<Interface> found;
    for (const auto& interface : ipv4_interfaces())
        if (interface.name == item.host) found.push_back({interface.ip.text(), interface.ip});
    if (!found.empty()) return found;
    if (const auto ip = address_of(item.host)) return std::vector<Interface>{{item.host, *ip}};
    return fail(
        "cannot listen on " + item.host +
        ": it is no address, no interface with an IPv4 address, and no host name that can be resolved");
}

class SocketList
{
public:
    void add(Protocol protocol, const std::string& name, const Endpoint& address)
    {
        for (const auto& socket : sockets_)
            if (socket.protocol == protocol && socket.address == address && address.port != 0) return;
        sockets_.push_back({static_cast<unsigned>(sockets_.size()), protocol, name, address});
    }
    std::vector<ListenSocket> take() { return std::move(sockets_); }

private:
    std::vector<ListenSocket> sockets_;
};

// An official name, its aliases, and those of an address where it is one.
void add_names(const hostent* entry, std::vector<std::string>& names)
{
    if (entry == nullptr) return;
    names.emplace_back(entry->h_name);
    for (char** alias = entry->h_aliases; *alias != nullptr; ++alias) names.emplace_back(*alias);
}

std::vector<std::string> known_names(const ListenSocket& socket)
{
    std::vector<std::string> names;
    const auto& ip = socket.address.ip;
    const int family = ip.is_v6() ? AF_INET6 : AF_INET;
    if (!IpAddress::parse(socket.name)) add_names(::gethostbyname2(socket.name.c_str(), family), names);
    if (!ip.is_unspecified())
        add_names(::gethostbyaddr(ip.bytes().data(), ip.is_v6() ? 16 : 4, family), names);
    return names;
}

}  // namespace

Result<std::vector<ListenSocket>> resolve_listen(const Options& options)
{
    std::vector<ListenItem> items = options.listen;
    if (items.empty())
        for (const auto& interface : ipv4_interfaces())
            items.push_back({Protocol::Any, interface.ip.text(), {}});
    if (items.empty()) return fail("cannot listen: this machine has no IPv4 address; name one with listen=");

    SocketList list;
    for (const auto& item : items) {
        if (item.protocol == Protocol::Tls)
            return fail("cannot listen on tls:" + item.host + ": TLS is not available in this version");
        if (item.protocol == Protocol::Tcp && !options.tcp)
            return fail("cannot listen on tcp:" + item.host + ": TCP is switched off (disable_tcp)");
        const auto addresses = addresses_of(item);
        if (!addresses) return fail(addresses.error());
        const std::uint16_t port = item.port.value_or(options.port);
        for (const auto& [name, ip] : *addresses) {
            if (item.protocol != Protocol::Tcp) list.add(Protocol::Udp, name, {ip, port});
            if (item.protocol != Protocol::Udp && options.tcp) list.add(Protocol::Tcp, name, {ip, port});
        }
    }
    return list.take();
}

std::vector<Alias> resolve_aliases(const Options& options, const std::vector<ListenSocket>& sockets)
{
    std::vector<Alias> aliases;
    const auto add = [&aliases](Alias alias) {
        if (std::find(aliases.begin(), aliases.end(), alias) == aliases.end())
            aliases.push_back(std::move(alias));
    };
    for (const auto& item : options.alias) add({item.protocol, item.host, item.port.value_or(0)});
    if (!options.auto_aliases) return aliases;
    std::map<std::pair<std::string, IpAddress>, std::vector<std::string>>
        known;  // a slow name server is asked once
    for (const auto& socket : sockets) {
        const auto [names, is_new] = known.try_emplace({socket.name, socket.address.ip});
        if (is_new) names->second = known_names(socket);
        for (const auto& name : names->second)
            if (!iequals(name, socket.name)) add({socket.protocol, name, socket.address.port});
    }
    return aliases;
}

}  // namespace junctor::transport
