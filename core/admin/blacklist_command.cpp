// list_blacklists: destinations that are not used, and why (core/transport/blacklist.h).
#include "core/admin/command_sets.h"
#include "core/transport/blacklist.h"

namespace junctor::admin
{
namespace
{

std::string mask_text(const IpAddress& network, unsigned bits)
{
    if (!network.is_v6())
        return IpAddress::v4(bits == 0 ? 0 : UINT32_MAX << (32 - std::min(bits, 32U))).text();
    std::array<std::uint8_t, 16> bytes{};
    for (unsigned i = 0; i < std::min(bits, 128U); ++i)
        bytes[i / 8] |= static_cast<std::uint8_t>(0x80 >> i % 8);
    return IpAddress::v6(bytes).text();
}

void add_rule(mi::Node& list, const transport::Blacklists::Listing::Entry& entry)
{
    mi::Node& rule = list.add("Rule").with("flags", entry.rule.inverted ? "1" : "0");
    rule.add("IP", entry.rule.network.text());
    rule.add("Mask", mask_text(entry.rule.network, entry.rule.mask_bits));
    rule.add("Proto", std::to_string(static_cast<unsigned>(entry.rule.protocol)));
    rule.add("Port", std::to_string(entry.rule.port));
    if (!entry.rule.text.empty()) rule.add("Match", entry.rule.text);
    if (entry.seconds_left) rule.add("Expire", std::to_string(*entry.seconds_left));
}

mi::Reply list(const transport::Blacklists* blacklists)
{
    mi::Reply reply;
    if (blacklists == nullptr) return reply;
    for (const auto& listing : blacklists->list()) {
        mi::Node& node = reply.add("List", listing.name)
                             .with("owner", std::to_string(listing.owner))
                             .with("flags", std::to_string(listing.flags));
        for (const auto& entry : listing.entries) add_rule(node, entry);
    }
    return reply;
}

}  // namespace

mi::Command blacklist_command(ServerControl& server)
{
    return command("list_blacklists",
                   "Destinations that are not used: those of dst_blacklist, and those that failed", false,
                   [&server](const mi::Request&) { return list(server.blacklists()); });
}

}  // namespace junctor::admin
