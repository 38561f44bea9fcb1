// The whole server without the outside world: virtual clock, simulated network and name service, tables in
// memory.
//
// One thread. What is real: the script, the modules (from their .so files), the core. A seed decides what the
// network loses.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/db/memory_driver.h"
#include "core/module/mi.h"
#include "core/runtime/virtual_worker.h"
#include "core/transport/simulated_dns.h"
#include "core/transport/simulated_network.h"

namespace junctor::server
{

struct SimulationOptions {
    std::string script_path;  // either this
    std::string script_text;  // or this
    std::string module_directory;
    std::vector<std::pair<std::string, std::string>> environment;  // of the script: ${env:NAME}
    unsigned workers = 1;
    std::uint32_t seed = 1;
};

class Simulation
{
public:
    static constexpr const char* server_ip = "192.0.2.1";  // where the server listens: UDP and TCP, port 5060
    static constexpr const char* database_name = "scenario";  // whatever URL the script names

    // Tables may be filled before start(): `database()` exists from the beginning.
    explicit Simulation(SimulationOptions options);
    ~Simulation();

    Result<void> start();
    Result<void> stop();  // in good order: modules write what they must

    bool settle();                // until nothing is left to do now
    bool advance(Duration time);  // false: something never comes to rest

    VirtualClock& clock();
    transport::SimulatedNetwork& network();
    transport::SimulatedDns& dns();
    db::MemoryDriver& database();
    Endpoint server() const;
    std::optional<std::uint64_t> statistic(std::string_view group, std::string_view name) const;
    mi::Reply command(mi::Request request);  // an MI command, run to its end

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace junctor::server
