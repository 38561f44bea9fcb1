// How this message is sent and its replies come back (core.md, 3.5).
#include <fmt/format.h>

#include "core/base/log.h"
#include "core/script/command.h"
#include "core/script/forward.h"
#include "core/transport/find_socket.h"

namespace junctor::script
{
namespace
{

// The connection gets another port to be found by: the Via's, or the given one.
Code add_tcp_alias(Message& message, std::uint16_t given)
{
    if (message.flow().connection == 0) return done;  // a datagram has no connection
    const sip::Via* via = message.sip().top_via();
    const std::uint16_t port = given != 0 ? given : via ? via->port_or_default() : 0;
    if (port == 0) return failed;
    return code_of(message.environment().transport.add_alias(message.flow().connection, port));
}

Result<std::unique_ptr<Call>> bind_send_socket(const CommandArguments& arguments)
{
    const std::string& text = arguments.text(0);
    const auto hop = parse_next_hop(text);
    if (!hop) return fail(500, hop.error().text, 0);
    const auto port = hop->port.value_or(static_cast<std::uint16_t>(arguments.globals.port.value));
    return plain_command([host = hop->host, port, protocol = hop->protocol, text](Message& message) {
        const auto* socket =
            transport::find_socket(message.environment().transport.sockets(), protocol, host, port);
        if (!socket) {
            log_error("script", "force_send_socket: we do not listen on {}; it returns -1", text);
            return failed;
        }
        message.target().socket = socket;
        return done;
    });
}

std::string host_in_uri(const std::string& host)
{
    const auto ip = IpAddress::parse(host);
    return ip ? ip->text_in_uri() : host;
}

Result<std::uint16_t> port_of(const CommandArguments& arguments)
{
    const std::int64_t port = arguments.number(0);
    if (port < 1 || port > 65535) return fail(500, "a port is a number from 1 to 65535", 0);
    return static_cast<std::uint16_t>(port);
}

Result<std::unique_ptr<Call>> bind_blacklist(const CommandArguments& arguments)
{
    const std::string& name = arguments.text(0);
    bool known = name == "dns";
    for (const auto& list : arguments.globals.blacklists) known = known || list.name.text == name;
    if (!known) return fail(500, fmt::format("there is no blacklist {}", name), 0);
    return plain_command([name](Message& message) {
        auto& chosen = message.blacklists;
        if (std::find(chosen.begin(), chosen.end(), name) == chosen.end()) chosen.push_back(name);
        return done;
    });
}

}  // namespace

Result<std::unique_ptr<Call>> bind_transport_command(const CommandArguments& arguments)
{
    switch (arguments.command.id) {
        case CommandId::ForceRport:
            return plain_command([](Message& message) {
                message.force_rport = true;
                return done;
            });
        case CommandId::AddLocalRport:
            return plain_command([](Message& message) {
                message.add_local_rport = true;
                return done;
            });
        case CommandId::ForceTcpAlias: {
            if (arguments.list.empty())
                return plain_command([](Message& message) { return add_tcp_alias(message, 0); });
            const auto port = port_of(arguments);
            if (!port) return fail(port.error());
            return plain_command([port = *port](Message& message) { return add_tcp_alias(message, port); });
        }
        case CommandId::ForceSendSocket: return bind_send_socket(arguments);
        case CommandId::SetAdvertisedAddress:
            return plain_command([host = host_in_uri(arguments.text(0))](Message& message) {
                message.advertised_address = host;
                return done;
            });
        case CommandId::SetAdvertisedPort: {
            const auto port = port_of(arguments);
            if (!port) return fail(port.error());
            return plain_command([port = *port](Message& message) {
                message.advertised_port = port;
                return done;
            });
        }
        default: return bind_blacklist(arguments);
    }
}

}  // namespace junctor::script
