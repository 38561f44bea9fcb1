#include "core/transport/dns_cache.h"

namespace junctor::transport
{

namespace
{

bool is_empty(const DnsRecords& records)
{
    return records.addresses.empty() && records.srv.empty() && records.naptr.empty() && records.names.empty();
}

// The host in "_sip._udp.host".
std::string_view without_service(std::string_view name)
{
    while (name.starts_with('_')) {
        const auto dot = name.find('.');
        if (dot == name.npos) break;
        name.remove_prefix(dot + 1);
    }
    return name;
}

}  // namespace

DnsCache::DnsCache(DnsClient& servers, const Clock& clock, HostsFile hosts)
    : servers_(servers), clock_(clock), hosts_(std::move(hosts))
{
}

std::optional<DnsRecords> DnsCache::from_hosts(std::string_view name, DnsType type)
{
    if (type == DnsType::Ptr) return {};
    const auto* const addresses = hosts_.find(without_service(name));
    if (addresses == nullptr) return {};
    DnsRecords records;
    if (type == DnsType::A || type == DnsType::Aaaa)
        for (const auto& ip : *addresses)
            if (ip.is_v6() == (type == DnsType::Aaaa)) records.addresses.push_back(ip);
    return records;
}

Task<Result<DnsRecords>> DnsCache::query(std::string name, DnsType type)
{
    if (name.ends_with('.')) name.pop_back();
    if (auto records = from_hosts(name, type)) co_return std::move(*records);

    std::string key = static_cast<char>('0' + static_cast<int>(type)) + lower_copy(name);
    if (const auto known = answers_.find(key); known != answers_.end()) {
        if (clock_.now() < known->second.until) co_return known->second.records;
        answers_.erase(known);
    }
    Answer answer;
    const auto same = waiting_.find(key);
    if (same != waiting_.end()) {
        same->second.push_back(answer.resolver());
    } else {
        if (waiting_.size() >= limit) co_return fail(503, "too many questions to name servers are under way");
        waiting_[key].push_back(answer.resolver());
        questions_.start(ask(std::move(key), std::move(name), type));
    }
    co_return co_await answer;
}

Task<void> DnsCache::ask(std::string key, std::string name, DnsType type)
{
    const auto result = co_await servers_.query(std::move(name), type);
    if (result) keep(key, *result);
    const auto waiters = waiting_.extract(key);
    for (const auto& waiter : waiters.mapped()) waiter.resolve(result);
}

void DnsCache::keep(const std::string& key, const DnsRecords& records)
{
    Duration time = std::chrono::seconds(records.ttl);
    if (!is_empty(records))
        time = std::min(time, longest);
    else
        time = records.ttl == 0 ? default_negative : std::min(time, longest_negative);
    if (time <= Duration::zero()) return;
    if (answers_.size() >= limit) {
        const TimePoint now = clock_.now();
        std::erase_if(answers_, [now](const auto& answer) { return answer.second.until <= now; });
        if (answers_.size() >= limit) answers_.erase(answers_.begin());
    }
    answers_[key] = {records, clock_.now() + time};
}

}  // namespace junctor::transport
