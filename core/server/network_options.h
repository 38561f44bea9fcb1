// From the script's global parameters and the command line to the options of transport, resolver and name
// client.
#pragma once

#include <span>

#include "core/script/globals.h"
#include "core/server/local_names.h"
#include "core/server/options.h"
#include "core/transport/dns.h"
#include "core/transport/network.h"
#include "core/transport/options.h"
#include "core/transport/resolver.h"

namespace junctor::server
{

transport::Options network_options(const script::ScriptGlobals& globals, const Options& options);
transport::DnsOptions dns_options(const script::ScriptGlobals& globals);
// Only what one of our sockets can send to is asked for.
transport::ResolverOptions resolver_options(const script::ScriptGlobals& globals,
                                            std::span<const transport::ListenSocket> sockets);
KnownNames local_names(const transport::Network& network);

}  // namespace junctor::server
