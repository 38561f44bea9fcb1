// A name service in memory: a table of records, with a delay on the virtual clock and failures where a test
// wants them.
//
//     SimulatedDns dns;
//     dns.add_srv("_sip._udp.example.test", {10, 0, 5070, "one.example.test"});
//     dns.add_address("one.example.test", "192.0.2.7");
//
// Names ignore case. What is not in the table does not exist. One worker.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/runtime/timer.h"
#include "core/transport/resolver.h"

namespace junctor::transport
{

class SimulatedDns final : public DnsClient
{
public:
    void add_address(std::string_view name, std::string_view address);  // IPv4 or IPv6
    void add_srv(std::string_view name, DnsRecords::Srv record);
    void add_naptr(std::string_view name, DnsRecords::Naptr record);
    void add_ptr(std::string_view name, std::string target);
    void fail_for(std::string_view name);  // questions about it end with an error
    void clear();

    void set_delay(TimerWheel& timers,
                   Duration delay);  // of every answer from now on; at first there is none

    // Asked so far, as "srv _sip._udp.example.test", in order.
    const std::vector<std::string>& questions() const { return questions_; }

    Task<Result<DnsRecords>> query(std::string name, DnsType type) override;

private:
    DnsRecords& at(std::string_view name, DnsType type);

    std::map<std::pair<std::string, DnsType>, DnsRecords> records_;
    std::set<std::string> failing_;
    std::vector<std::string> questions_;
    TimerWheel* timers_ = nullptr;
    Duration delay_{};
};

}  // namespace junctor::transport
