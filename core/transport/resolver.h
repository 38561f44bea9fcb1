// From a SIP URI to the addresses to try, in order: RFC 3263 (NAPTR, SRV, A/AAAA), awaited.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/runtime/task.h"
#include "core/sip/uri.h"
#include "core/transport/transport.h"

namespace junctor::transport
{

struct DnsRecords {
    struct Naptr {
        std::uint16_t order = 0, preference = 0;
        std::string flags, service, regexp, replacement;
    };
    struct Srv {
        std::uint16_t priority = 0, weight = 0, port = 0;
        std::string target;
    };
    std::vector<Naptr> naptr;
    std::vector<Srv> srv;
    std::vector<IpAddress> addresses;
    std::vector<std::string> names;  // PTR
    std::uint32_t ttl = 0;           // seconds, the smallest
};

enum class DnsType { A, Aaaa, Naptr, Srv, Ptr };

// Answers one question. No such name or no such data: empty records, not an error. Errors: time-out, server
// failure.
class DnsClient
{
public:
    virtual ~DnsClient() = default;
    virtual Task<Result<DnsRecords>> query(std::string name, DnsType type) = 0;
};

// Owned text, since it is awaited.
struct NextHop {
    std::string host;  // name or address literal (IPv6 with or without brackets)
    std::optional<std::uint16_t> port;
    Protocol protocol = Protocol::Any;  // transport parameter; Any: not given
    bool secure = false;                // sips

    static Result<NextHop> from(const sip::Uri& uri);  // maddr counts; a scheme that cannot be routed: 416
};

struct ResolverOptions {
    bool try_ipv6 = true;  // dns_try_ipv6: AAAA where A gives nothing
    bool ipv4 = true;      // we have a socket to send from
    bool failover = true;  // not disable_dns_failover: all destinations, else the first
    std::size_t limit = 16;
    bool udp = true, tcp = true, tls = false;  // protocols we can send with
    std::optional<std::uint32_t> seed;         // of the weighted choice among SRV records; empty: random
};

class Resolver
{
public:
    virtual ~Resolver() = default;
    // Immediately for an address literal (no waiting, no DNS); empty otherwise.
    virtual std::optional<Destination> literal(const NextHop& hop) const = 0;
    // At least one destination, or an error (status 478: unresolvable).
    virtual Task<Result<std::vector<Destination>>> resolve(NextHop hop) = 0;
};

// Priorities ascending, and within one priority a random order by weight: RFC 2782, "Weight".
void put_in_order(std::vector<DnsRecords::Srv>& records, std::mt19937& random);

// `dns` must outlive it.
std::unique_ptr<Resolver> make_resolver(DnsClient& dns, ResolverOptions options);

}  // namespace junctor::transport
