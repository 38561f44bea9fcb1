#include "core/transport/simulated_dns.h"

#include <cassert>

#include "core/base/ascii.h"

namespace junctor::transport
{

namespace
{

std::string_view to_text(DnsType type)
{
    switch (type) {
        case DnsType::A: return "a";
        case DnsType::Aaaa: return "aaaa";
        case DnsType::Naptr: return "naptr";
        case DnsType::Srv: return "srv";
        case DnsType::Ptr: return "ptr";
    }
    return "";
}

}  // namespace

DnsRecords& SimulatedDns::at(std::string_view name, DnsType type)
{
    auto& records = records_[{lower_copy(name), type}];
    records.ttl = 300;
    return records;
}

void SimulatedDns::add_address(std::string_view name, std::string_view address)
{
    const auto ip = IpAddress::parse(address);
    assert(ip && "a test gives a good address");
    at(name, ip->is_v6() ? DnsType::Aaaa : DnsType::A).addresses.push_back(*ip);
}

void SimulatedDns::add_srv(std::string_view name, DnsRecords::Srv record)
{
    at(name, DnsType::Srv).srv.push_back(std::move(record));
}

void SimulatedDns::add_naptr(std::string_view name, DnsRecords::Naptr record)
{
    at(name, DnsType::Naptr).naptr.push_back(std::move(record));
}

void SimulatedDns::add_ptr(std::string_view name, std::string target)
{
    at(name, DnsType::Ptr).names.push_back(std::move(target));
}

void SimulatedDns::fail_for(std::string_view name)
{
    failing_.insert(lower_copy(name));
}

void SimulatedDns::clear()
{
    records_.clear();
    failing_.clear();
}

void SimulatedDns::set_delay(TimerWheel& timers, Duration delay)
{
    timers_ = &timers;
    delay_ = delay;
}

Task<Result<DnsRecords>> SimulatedDns::query(std::string name, DnsType type)
{
    const std::string key = lower_copy(name);
    questions_.push_back(std::string(to_text(type)) + " " + key);
    if (timers_ != nullptr && delay_ > Duration::zero()) {
        OneShot<bool> passed;
        Timer timer(*timers_, [resolver = passed.resolver()]() mutable { resolver.resolve(true); });
        timer.start(delay_);
        co_await passed;
    }
    if (failing_.contains(key)) co_return fail(key + ": the name server failed");
    const auto found = records_.find({key, type});
    co_return found == records_.end() ? DnsRecords{} : found->second;
}

}  // namespace junctor::transport
