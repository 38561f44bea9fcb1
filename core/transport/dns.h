// The name service of a worker in production: c-ares on the worker's event loop behind the hosts file and a
// cache.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "core/runtime/event_loop.h"
#include "core/transport/resolver.h"

namespace junctor::transport
{

// core.md of OpenSER 1.2, section 1.5. What is empty is left to resolv.conf.
struct DnsOptions {
    std::optional<std::chrono::milliseconds> retransmit_after;  // dns_retr_time; it doubles from try to try
    std::optional<int> tries;                                   // dns_retr_no: for each server; else 2
    std::optional<int> servers;              // dns_servers_no: the first so many of resolv.conf
    bool search_list = true;                 // dns_use_search_list
    std::vector<Endpoint> server_addresses;  // instead of those of resolv.conf
};

// Reads resolv.conf. Made and used on the worker's thread, or before that runs.
Result<std::unique_ptr<DnsClient>> make_dns_client(EventLoop& loop, const DnsOptions& options);

}  // namespace junctor::transport
