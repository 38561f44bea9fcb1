// /etc/hosts: names that the administrator gave addresses by hand. Read again when the file has changed,
// which is looked at every five seconds at most. One worker.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/address.h"
#include "core/base/ascii.h"
#include "core/runtime/clock.h"

namespace junctor::transport
{

class HostsFile
{
public:
    using Names = std::unordered_map<std::string, std::vector<IpAddress>, CaselessHash, CaselessEqual>;

    explicit HostsFile(const Clock& clock, std::string path = "/etc/hosts");
    // Null: the file does not have this name. `localhost` is always there (RFC 6761 §6.3).
    const std::vector<IpAddress>* find(std::string_view name);

    static Names parse(std::string_view text);

private:
    void look();

    const Clock& clock_;
    const std::string path_;
    Names names_;
    TimePoint next_look_{};
    std::int64_t changed_ = 0;  // nanoseconds, as the file system says
};

}  // namespace junctor::transport
