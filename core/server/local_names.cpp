#include "core/server/local_names.h"

#include <fmt/format.h>

namespace junctor::server
{
namespace
{

bool looks_like_v6(std::string_view host)
{
    return host.find(':') != std::string_view::npos;
}

}  // namespace

void KnownNames::add(std::string_view host, Entry entry)
{
    const auto ip = IpAddress::parse(host);
    std::vector<Entry>& entries = names_[ip ? ip->text() : std::string(host)];
    for (const Entry& known : entries)
        if (known.port == entry.port && known.protocol == entry.protocol) return;
    entries.push_back(entry);
}

void KnownNames::add_socket(const transport::ListenSocket& socket)
{
    const Entry entry{socket.address.port, socket.protocol, false};
    add(socket.address.ip.text(), entry);
    if (!socket.name.empty()) add(socket.name, entry);
}

void KnownNames::add_alias(std::string_view host, std::uint16_t port, Protocol protocol)
{
    add(host, Entry{port, protocol, true});
}

bool KnownNames::is_myself(std::string_view host, std::uint16_t port, Protocol protocol) const
{
    auto found = names_.find(host);
    if (found == names_.end() && looks_like_v6(host))
        if (const auto ip = IpAddress::parse(host)) found = names_.find(ip->text());
    if (found == names_.end()) return false;
    for (const Entry& entry : found->second) {
        const bool port_fits = port == 0 || entry.port == 0 || entry.port == port;
        const bool protocol_fits =
            protocol == Protocol::Any || entry.protocol == Protocol::Any || entry.protocol == protocol;
        if (port_fits && protocol_fits) return true;
    }
    return false;
}

std::vector<std::string> KnownNames::alias_texts() const
{
    std::vector<std::string> texts;
    for (const auto& [name, entries] : names_) {
        for (const Entry& entry : entries) {
            if (!entry.is_alias) continue;
            const std::string protocol =
                entry.protocol == Protocol::Any ? "*" : std::string(to_text(entry.protocol));
            texts.push_back(
                fmt::format("{}: {}:{}", protocol, name, entry.port == 0 ? "*" : std::to_string(entry.port)));
        }
    }
    std::sort(texts.begin(), texts.end());
    return texts;
}

}  // namespace junctor::server
