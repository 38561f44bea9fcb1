// Destinations that must not be used: core.md of OpenSER 1.2, section 1.5.
//
// Static lists come from dst_blacklist and count for messages that selected them (use_blacklist). The list
// `dns` fills itself with destinations that failed, counts for every message, and forgets each after 240 s.
//
// One for the process. Static lists are added before the workers start; after that every member may be called
// by any worker: while nothing has failed lately a look-up takes no lock. At most 4,096 failed destinations
// are kept.
#pragma once

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"
#include "core/runtime/clock.h"
#include "core/transport/transport.h"

namespace junctor::transport
{

struct BlacklistRule {
    bool inverted = false;  // matches what the rest does not match
    Protocol protocol = Protocol::Any;
    IpAddress network;
    unsigned mask_bits = 32;
    std::uint16_t port = 0;  // 0: any
    std::string text;        // shell pattern over the whole outgoing message; empty: any

    friend bool operator==(const BlacklistRule&, const BlacklistRule&) = default;
};

class Blacklists
{
public:
    static constexpr std::size_t most_lists = 32;  // `dns` included
    static constexpr std::size_t most_failed = 4096;
    static constexpr Duration failure_lifetime = std::chrono::seconds(240);
    static constexpr std::string_view dns_list = "dns";

    Blacklists(const Clock& clock, bool with_dns_list);  // not disable_dns_blacklist
    ~Blacklists();

    // At start. Refused: a name or a rule given twice, too many lists.
    Result<void> add(std::string name, std::vector<BlacklistRule> rules);
    bool has(std::string_view name) const;

    // `selected`: the names of use_blacklist(); one that does not exist is passed over.
    bool forbids(const Destination& to, std::string_view message,
                 std::span<const std::string> selected) const;
    void add_failed(const Destination& to);

    // As list_blacklists shows it.
    struct Listing {
        std::string name;
        unsigned owner = 13;  // 13: the core, 17: DNS
        unsigned flags = 1;   // 1: read-only, 2: its rules expire, 4: counts by default
        struct Entry {
            BlacklistRule rule;
            std::optional<std::int64_t> seconds_left;
        };
        std::vector<Entry> entries;
    };
    std::vector<Listing> list() const;

private:
    struct StaticList;
    struct Failed {
        Protocol protocol;
        Endpoint remote;
        friend bool operator==(const Failed&, const Failed&) = default;
    };
    struct FailedHash {
        std::size_t operator()(const Failed& failed) const
        {
            return EndpointHash{}(failed.remote) ^ static_cast<std::size_t>(failed.protocol);
        }
    };

    bool has_failed(const Destination& to) const;
    void forget_expired();  // under the lock

    const Clock& clock_;
    const bool with_dns_list_;
    std::vector<std::unique_ptr<StaticList>> lists_;
    mutable std::shared_mutex mutex_;  // of failed_
    std::unordered_map<Failed, TimePoint, FailedHash> failed_;
    std::atomic<std::size_t> failed_count_{0};
};

}  // namespace junctor::transport
