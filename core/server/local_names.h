// What counts as `myself`: listening sockets by name and address, and aliases (config-language.md, 5.2).
//
// Filled at start, then only read, by any worker.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/ascii.h"
#include "core/script/environment.h"
#include "core/transport/transport.h"

namespace junctor::server
{

class KnownNames final : public script::LocalNames
{
public:
    void add_socket(const transport::ListenSocket& socket);
    // Port 0 and Protocol::Any: every port, every protocol.
    void add_alias(std::string_view host, std::uint16_t port, Protocol protocol);

    bool is_myself(std::string_view host, std::uint16_t port, Protocol protocol) const override;
    std::vector<std::string> alias_texts() const;  // "udp: example.com:*", as the start prints them

private:
    struct Entry {
        std::uint16_t port;
        Protocol protocol;
        bool is_alias;
    };
    void add(std::string_view host, Entry entry);

    // Addresses are kept in their canonical text, so that every spelling of an IPv6 address meets.
    std::unordered_map<std::string, std::vector<Entry>, CaselessHash, CaselessEqual> names_;
};

}  // namespace junctor::server
