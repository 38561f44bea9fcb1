// What stands between the resolver and the name servers: the hosts file, a bounded cache, and equal questions
// asked once.
//
// A name of the hosts file is a host and nothing else: its A and AAAA answers come from there, and for NAPTR
// and SRV there is nothing ("_sip._udp.NAME" included), so that a machine without name servers still reaches
// its neighbours. Answers live for their TTL, an hour at most; "no such name" for as long as the zone says, a
// minute at most. Errors are not kept. Limits: 4,096 answers, 4,096 questions under way. One worker.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "core/runtime/task.h"
#include "core/transport/hosts_file.h"
#include "core/transport/resolver.h"

namespace junctor::transport
{

class DnsCache final : public DnsClient
{
public:
    static constexpr std::size_t limit = 4096;
    static constexpr Duration longest = std::chrono::hours(1);
    static constexpr Duration longest_negative = std::chrono::minutes(1);
    static constexpr Duration default_negative = std::chrono::seconds(30);

    // `servers` answers what is not known here.
    DnsCache(DnsClient& servers, const Clock& clock, HostsFile hosts);

    Task<Result<DnsRecords>> query(std::string name, DnsType type) override;
    std::size_t size() const { return answers_.size(); }

private:
    using Answer = OneShot<Result<DnsRecords>>;
    struct Known {
        DnsRecords records;
        TimePoint until;
    };

    std::optional<DnsRecords> from_hosts(std::string_view name, DnsType type);
    Task<void> ask(std::string key, std::string name, DnsType type);
    void keep(const std::string& key, const DnsRecords& records);

    DnsClient& servers_;
    const Clock& clock_;
    HostsFile hosts_;
    std::unordered_map<std::string, Known> answers_;  // key: type and name
    std::unordered_map<std::string, std::vector<Answer::Resolver>> waiting_;
    TaskGroup questions_;
};

}  // namespace junctor::transport
