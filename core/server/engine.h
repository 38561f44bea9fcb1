// The server's inside, whatever surrounds it: one seat a worker with its environment, transactions and
// dispatcher, and the modules on top. The daemon puts it on threads and sockets, the simulation on a virtual
// clock and network.
//
// Life: construct -> start() -> start_worker() on each worker -> drain() -> stop(). All but start_worker() on
// the main loop.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/base/core_statistics.h"
#include "core/db/database.h"
#include "core/module/module.h"
#include "core/script/environment.h"
#include "core/server/configuration.h"
#include "core/server/dispatcher.h"
#include "core/server/local_names.h"
#include "core/transaction/layer.h"
#include "core/transport/blacklist.h"

namespace junctor::server
{

class Engine final : public StartContext
{
public:
    // What a worker is made from. `transport` is given the worker's receiver.
    struct Seat {
        Worker& worker;
        transport::DnsClient& dns;
        std::function<std::unique_ptr<transport::Transport>(transport::Receiver&)> transport;
    };
    struct World {
        Worker& main_loop;
        std::vector<transport::ListenSocket> sockets;
        KnownNames names;
        std::vector<Seat> seats;
        transport::ResolverOptions resolver;
        bool module_drivers = true;  // databases are reached by the drivers that modules bring
    };

    Engine(Configuration& configuration, World world, CoreStatistics& statistics, db::Databases& databases);
    ~Engine() override;

    Result<void> start();                                                     // modules, in load order
    void start_worker(unsigned index);                                        // on its thread
    void use_program(const std::shared_ptr<const script::Program>& program);  // of a reload, on every worker

    void drain();  // new requests are refused
    void count_unfinished(
        std::function<void(std::size_t)> answer);  // scripts and transactions of all workers, now
    Task<bool> stop();                             // modules, users before those they use
    void cancel_scripts(unsigned index);           // on its worker, at the end

    const script::Settings& settings() const override { return settings_; }
    Registry& registry() override { return configuration_.registry(); }
    db::Databases& databases() override { return databases_; }
    Module* module(std::string_view name) override;
    unsigned workers() const override { return static_cast<unsigned>(places_.size()); }
    const Clock& clock() const override { return world_.main_loop.clock(); }
    std::vector<script::Environment*> environments() override;
    Worker& main_loop() override { return world_.main_loop; }
    std::span<const transport::ListenSocket> sockets() const override { return world_.sockets; }
    const script::ScriptGlobals& globals() const { return configuration_.globals(); }

private:
    struct Place;
    Configuration& configuration_;
    World world_;
    CoreStatistics& statistics_;
    db::Databases& databases_;
    script::Settings settings_;
    transport::Blacklists blacklists_;
    std::vector<std::unique_ptr<Place>> places_;
    std::size_t started_ = 0;  // modules whose start() succeeded
};

script::Settings settings_from(const script::ScriptGlobals& globals);

}  // namespace junctor::server
