#include "core/transport/resolver.h"

#include <numeric>

#include "core/base/ascii.h"

namespace junctor::transport
{

namespace
{

constexpr int unresolvable = 478;  // OpenSER's status for a destination that cannot be resolved

std::uint16_t default_port(Protocol protocol)
{
    return protocol == Protocol::Tls ? 5061 : 5060;
}

// RFC 3263 §4.1: the service fields of NAPTR records that lead to SIP.
Protocol protocol_of_service(std::string_view service)
{
    if (iequals(service, "SIP+D2U")) return Protocol::Udp;
    if (iequals(service, "SIP+D2T")) return Protocol::Tcp;
    if (iequals(service, "SIPS+D2T")) return Protocol::Tls;
    return Protocol::Any;
}

std::string service_name(Protocol protocol, const std::string& domain)
{
    switch (protocol) {
        case Protocol::Tcp: return "_sip._tcp." + domain;
        case Protocol::Tls: return "_sips._tcp." + domain;
        case Protocol::Any:
        case Protocol::Udp: return "_sip._udp." + domain;
    }
    return {};
}

// The destinations of one search, and why there are none.
struct Found {
    std::vector<Destination> destinations;
    std::size_t limit;
    std::string trouble;

    bool is_full() const { return destinations.size() >= limit; }
    void add(Protocol protocol, const IpAddress& ip, std::uint16_t port)
    {
        Destination destination;
        destination.protocol = protocol;
        destination.remote = {ip, port};
        if (!is_full() &&
            std::find(destinations.begin(), destinations.end(), destination) == destinations.end())
            destinations.push_back(destination);
    }
};

class DnsResolver final : public Resolver
{
public:
    DnsResolver(DnsClient& dns, ResolverOptions options)
        : dns_(dns),
          options_(options),
          random_(options.seed ? *options.seed : std::random_device{}()),
          limit_(options.failover ? std::max<std::size_t>(options.limit, 1) : 1)
    {
    }

    std::optional<Destination> literal(const NextHop& hop) const override;
    Task<Result<std::vector<Destination>>> resolve(NextHop hop) override;

private:
    bool can_send(Protocol protocol) const;
    static Protocol wanted(const NextHop& hop);
    Task<DnsRecords> ask(std::string name, DnsType type, Found& found);
    Task<void> add_host(std::string host, Protocol protocol, std::uint16_t port, Found& found);
    Task<bool> add_service(std::string name, Protocol protocol, Found& found);
    Task<void> add_by_naptr(std::string domain, bool secure, Found& found);
    Task<void> search(const NextHop& hop, Found& found);

    DnsClient& dns_;
    const ResolverOptions options_;
    std::mt19937 random_;
    const std::size_t limit_;
};

bool DnsResolver::can_send(Protocol protocol) const
{
    switch (protocol) {
        case Protocol::Any: return true;
        case Protocol::Udp: return options_.udp;
        case Protocol::Tcp: return options_.tcp;
        case Protocol::Tls: return options_.tls;
    }
    return false;
}

// RFC 3263 §4.1: sips is TLS, whatever stream transport is named with it.
Protocol DnsResolver::wanted(const NextHop& hop)
{
    return hop.secure ? Protocol::Tls : hop.protocol;
}

std::optional<Destination> DnsResolver::literal(const NextHop& hop) const
{
    const auto ip = IpAddress::parse(hop.host);
    if (!ip) return {};
    Destination destination;
    destination.protocol = wanted(hop) == Protocol::Any ? Protocol::Udp : wanted(hop);
    if (!can_send(destination.protocol)) return {};
    destination.remote = {*ip, hop.port.value_or(default_port(destination.protocol))};
    return destination;
}

// A failed question counts as one without an answer: many name servers stumble over NAPTR and know the
// address.
Task<DnsRecords> DnsResolver::ask(std::string name, DnsType type, Found& found)
{
    auto records = co_await dns_.query(std::move(name), type);
    if (records) co_return std::move(*records);
    found.trouble = records.error().text;
    co_return DnsRecords{};
}

Task<void> DnsResolver::add_host(std::string host, Protocol protocol, std::uint16_t port, Found& found)
{
    if (const auto ip = IpAddress::parse(host)) {
        found.add(protocol, *ip, port);
        co_return;
    }
    DnsRecords records;
    if (options_.ipv4) records = co_await ask(host, DnsType::A, found);
    if (records.addresses.empty() && options_.try_ipv6) records = co_await ask(host, DnsType::Aaaa, found);
    for (const auto& ip : records.addresses) found.add(protocol, ip, port);
}

// True: the domain says something about this service, be it that there is none (a target of ".", RFC 2782).
Task<bool> DnsResolver::add_service(std::string name, Protocol protocol, Found& found)
{
    DnsRecords records = co_await ask(std::move(name), DnsType::Srv, found);
    put_in_order(records.srv, random_);
    if (records.srv.size() > limit_) records.srv.resize(limit_);
    for (const auto& service : records.srv) {
        if (found.is_full()) break;
        if (service.target.empty() || service.target == "." || service.port == 0) continue;
        co_await add_host(service.target, protocol, service.port, found);
    }
    co_return !records.srv.empty();
}

Task<void> DnsResolver::add_by_naptr(std::string domain, bool secure, Found& found)
{
    DnsRecords records = co_await ask(std::move(domain), DnsType::Naptr, found);
    std::erase_if(records.naptr, [this, secure](const DnsRecords::Naptr& record) {
        const Protocol protocol = protocol_of_service(record.service);
        return protocol == Protocol::Any || !can_send(protocol) || (secure && protocol != Protocol::Tls) ||
               !iequals(record.flags, "s") || record.replacement.empty() || record.replacement == ".";
    });
    std::stable_sort(records.naptr.begin(), records.naptr.end(), [](const auto& a, const auto& b) {
        return std::pair(a.order, a.preference) < std::pair(b.order, b.preference);
    });
    if (records.naptr.size() > limit_) records.naptr.resize(limit_);
    for (const auto& record : records.naptr)
        if (!found.is_full())
            co_await add_service(record.replacement, protocol_of_service(record.service), found);
}

// RFC 3263 §4.1 and §4.2.
Task<void> DnsResolver::search(const NextHop& hop, Found& found)
{
    const Protocol protocol = wanted(hop);
    const Protocol fallback = protocol == Protocol::Any ? Protocol::Udp : protocol;
    if (hop.port) {
        co_await add_host(hop.host, fallback, *hop.port, found);
        co_return;
    }
    bool described = false;
    if (hop.protocol != Protocol::Any) {
        described = co_await add_service(service_name(protocol, hop.host), protocol, found);
    } else {
        co_await add_by_naptr(hop.host, hop.secure, found);
        if (!found.destinations.empty()) co_return;
        for (const Protocol candidate : {Protocol::Udp, Protocol::Tcp, Protocol::Tls}) {
            if (!can_send(candidate) || (hop.secure && candidate != Protocol::Tls)) continue;
            described |= co_await add_service(service_name(candidate, hop.host), candidate, found);
            if (!found.destinations.empty()) co_return;
        }
    }
    if (!described) co_await add_host(hop.host, fallback, default_port(fallback), found);
}

Task<Result<std::vector<Destination>>> DnsResolver::resolve(NextHop hop)
{
    const Protocol protocol = wanted(hop);
    if (!can_send(protocol))
        co_return fail(unresolvable, "we cannot send over " + std::string(to_text(protocol)));
    if (const auto destination = literal(hop)) co_return std::vector{*destination};
    if (hop.host.empty()) co_return fail(unresolvable, "the next hop has no host");

    Found found{{}, limit_, {}};
    co_await search(hop, found);
    if (!found.destinations.empty()) co_return std::move(found.destinations);
    co_return fail(unresolvable, found.trouble.empty() ? hop.host + ": no such host" : found.trouble);
}

}  // namespace

void put_in_order(std::vector<DnsRecords::Srv>& records, std::mt19937& random)
{
    // Those of weight 0 stand first, so that they have a small chance of being chosen.
    std::stable_sort(records.begin(), records.end(), [](const auto& a, const auto& b) {
        return std::pair(a.priority, a.weight != 0) < std::pair(b.priority, b.weight != 0);
    });
    for (auto chosen = records.begin(); chosen != records.end(); ++chosen) {
        const auto end = std::find_if(
            chosen, records.end(), [&](const auto& record) { return record.priority != chosen->priority; });
        const std::uint32_t sum =
            std::accumulate(chosen, end, std::uint32_t{0},
                            [](std::uint32_t total, const auto& record) { return total + record.weight; });
        std::uint32_t left = static_cast<std::uint32_t>(random() % (std::uint64_t{sum} + 1));
        auto pick = chosen;
        while (pick->weight < left) left -= (pick++)->weight;
        std::rotate(chosen, pick, pick + 1);
    }
}

Result<NextHop> NextHop::from(const sip::Uri& uri)
{
    if (!uri.is_sip()) return fail(416, "a URI of this scheme cannot be routed");
    NextHop hop;
    const auto maddr = uri.param("maddr");
    hop.host = maddr && !maddr->value.empty() ? maddr->value : uri.host;
    hop.port = uri.port;
    hop.protocol = uri.transport();
    hop.secure = uri.scheme == sip::Uri::Scheme::Sips;
    if (hop.secure && hop.protocol == Protocol::Udp) return fail(416, "sips cannot be sent over UDP");
    return hop;
}

std::unique_ptr<Resolver> make_resolver(DnsClient& dns, ResolverOptions options)
{
    return std::make_unique<DnsResolver>(dns, options);
}

}  // namespace junctor::transport
