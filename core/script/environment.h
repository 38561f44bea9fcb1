// What a message finds around it on its worker: time, network, transactions, and who we are. One a worker,
// made by the server (or by a simulation); everything in it lives on that worker's thread but what says
// otherwise.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/address.h"
#include "core/runtime/task.h"
#include "core/runtime/worker.h"
#include "core/script/script_variables.h"
#include "core/transport/resolver.h"
#include "core/transport/transport.h"

namespace junctor
{
struct CoreStatistics;
}

namespace junctor::transport
{
class Blacklists;
}

namespace junctor::transaction
{
class Layer;
}

namespace junctor::script
{

class Program;

// Settings of the script's global parameters that message handling reads. Fixed at start.
struct Settings {
    bool check_via = false;
    bool reply_to_via = false;
    bool sip_warning = false;
    bool server_signature = true;
    std::string server_header;       // whole line without CRLF
    std::string user_agent_header;   // whole line without CRLF
    std::string advertised_address;  // empty: the socket's
    std::uint16_t advertised_port = 0;
    bool tcp_accept_aliases = false;
    bool log_stderr = true;  // colours of xlog
};

// Is a host (and port, and protocol) one of ours? Listening sockets and aliases (config-language.md,
// `myself`).
class LocalNames
{
public:
    virtual ~LocalNames() = default;
    // Port 0 and Protocol::Any match any.
    virtual bool is_myself(std::string_view host, std::uint16_t port,
                           Protocol protocol = Protocol::Any) const = 0;
};

struct Environment {
    Worker& worker;
    transport::Transport& transport;
    transport::Resolver& resolver;
    transport::DnsClient& dns;
    const LocalNames& local_names;
    const Settings& settings;
    transaction::Layer* transactions = nullptr;  // set right after it is made
    std::shared_ptr<const Program> program{};    // the script in force; a reload replaces it
    std::unique_ptr<TaskGroup> tasks = std::make_unique<TaskGroup>();  // work that outlives a message
    ScriptVariables variables{};                                       // $var(...)
    std::uint64_t messages = 0;                                        // received so far: $mi
    CoreStatistics* statistics = nullptr;                              // of the process; null: nobody counts
    transport::Blacklists* blacklists = nullptr;  // of the process; null: nothing is blocked
};

}  // namespace junctor::script
