// From `listen` and `alias` of the script to sockets and names. Looks at the machine's interfaces and asks
// the system's resolver: it may block, so at start only.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/transport/options.h"
#include "core/transport/transport.h"

namespace junctor::transport
{

// A further name of ours (`myself`). Any and 0: each protocol, each port.
struct Alias {
    Protocol protocol = Protocol::Any;
    std::string host;
    std::uint16_t port = 0;

    friend bool operator==(const Alias&, const Alias&) = default;
};

// The sockets to open, in the script's order, each once. An item without a protocol means UDP and TCP; an
// interface means all its IPv4 addresses; no item at all means every IPv4 address of the machine. An error
// names the item.
Result<std::vector<ListenSocket>> resolve_listen(const Options& options);

// `alias`, and with auto_aliases what name services call the listening addresses: official name, aliases,
// reverse names.
std::vector<Alias> resolve_aliases(const Options& options, const std::vector<ListenSocket>& sockets);

}  // namespace junctor::transport
