#include "core/server/simulation.h"

#include <deque>

#include <fmt/format.h>

#include "core/db/run_blocking.h"
#include "core/db/schema.h"
#include "core/server/configuration.h"
#include "core/server/engine.h"

namespace junctor::server
{
namespace
{

std::vector<transport::ListenSocket> server_sockets()
{
    const Endpoint address{*IpAddress::parse(Simulation::server_ip), 5060};
    return {{0, Protocol::Udp, Simulation::server_ip, address},
            {1, Protocol::Tcp, Simulation::server_ip, address}};
}

}  // namespace

struct Simulation::Impl {
    explicit Impl(SimulationOptions given)
        : options(std::move(given)),
          memory(std::make_shared<db::MemoryDriver>(clock)),
          network(clock, server_sockets(), options.seed),
          main_loop(clock, 0)
    {
        // Whatever kind of database a script names, in a simulation it is in memory.
        for (const char* scheme : {"sqlite", "mysql", "postgres"}) memory->serve(scheme, database_name);
        databases.add(memory);
        databases.keep_journals(
            [this](db::IfMissing) { return Result<std::shared_ptr<db::LogFolder>>(folder); }, main_loop);
    }

    void settle()
    {
        for (int turn = 0; turn < 100; ++turn) {
            network.settle();
            main_loop.run_posted();
            const Worker::Here here(main_loop);  // a timer's work may ask the database
            if (main_loop.timers().run_due() == 0) return;
        }
    }

    SimulationOptions options;
    VirtualClock clock;
    std::shared_ptr<db::MemoryDriver> memory;
    std::shared_ptr<db::MemoryFolder> folder = std::make_shared<db::MemoryFolder>();
    db::Databases databases;
    transport::SimulatedNetwork network;
    transport::SimulatedDns dns;
    CoreStatistics statistics;
    VirtualWorker main_loop;
    std::deque<VirtualWorker> workers;
    std::unique_ptr<Configuration> configuration;
    std::unique_ptr<Engine> engine;
};

Simulation::Simulation(SimulationOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}

Simulation::~Simulation() = default;

Result<void> Simulation::start()
{
    Impl& i = *impl_;
    ScriptSource source;
    source.path = i.options.script_path.empty() ? "scenario" : i.options.script_path;
    if (!i.options.script_text.empty()) source.text = i.options.script_text;
    source.environment = [this](std::string_view name) -> std::optional<std::string> {
        for (const auto& [known, value] : impl_->options.environment)
            if (known == name) return value;
        return {};
    };
    i.configuration =
        std::make_unique<Configuration>(std::move(source), Loader::Paths{i.options.module_directory, ""});
    if (!i.configuration->load()) return fail(400, "\n" + i.configuration->report());

    Engine::World world{i.main_loop, server_sockets(), {}, {}, {}, false};
    for (const auto& socket : world.sockets) world.names.add_socket(socket);
    for (const auto& alias : i.configuration->globals().alias)
        world.names.add_alias(alias.host, alias.port.value_or(0), alias.protocol.value_or(Protocol::Any));
    for (unsigned index = 0; index < i.options.workers; ++index) {
        VirtualWorker& worker = i.workers.emplace_back(i.clock, index);
        world.seats.push_back({worker, i.dns, [this, &worker](transport::Receiver& receiver) {
                                   return impl_->network.transport(worker, receiver);
                               }});
    }
    i.engine = std::make_unique<Engine>(*i.configuration, std::move(world), i.statistics, i.databases);
    if (auto started = i.engine->start(); !started) return started;
    for (unsigned index = 0; index < i.options.workers; ++index) i.engine->start_worker(index);
    i.settle();
    return {};
}

Result<void> Simulation::stop()
{
    Impl& i = *impl_;
    if (!i.engine) return {};
    std::optional<bool> well;
    TaskGroup tasks;
    const auto wait = [](Engine& engine, std::optional<bool>& result) -> Task<bool> {
        result = co_await engine.stop();
        co_return true;
    };
    i.main_loop.post([&] { tasks.start(wait(*i.engine, well)); });
    for (int step = 0; step < 600 && !well; ++step) {  // a slow database may take its time: ten minutes
        i.settle();
        i.network.advance(std::chrono::seconds(1));
    }
    for (unsigned index = 0; index < i.options.workers; ++index) i.engine->cancel_scripts(index);
    if (!well) return fail(500, "the server did not stop within ten minutes");
    if (!*well) return fail(500, "a module could not finish its work at the stop");
    return {};
}

bool Simulation::advance(Duration time)
{
    Impl& i = *impl_;
    // The network turns the workers; the main loop's timers are few, so whole steps between them suffice.
    const TimePoint end = i.clock.now() + time;
    while (i.clock.now() < end) {
        TimePoint next = end;
        if (const auto due = i.main_loop.timers().next_due())
            next = std::min(next, std::max(*due, i.clock.now() + TimerWheel::tick_length));
        if (!i.network.advance(next - i.clock.now())) return false;
        i.settle();
    }
    return true;
}

bool Simulation::settle()
{
    impl_->settle();
    return true;
}

mi::Reply Simulation::command(mi::Request request)
{
    Impl& i = *impl_;
    const mi::Command* command = i.configuration->registry().find_command(request.command);
    if (command == nullptr)
        return mi::Reply::error(500, fmt::format("command '{}' not available", request.command));
    std::optional<mi::Reply> answer;
    TaskGroup tasks;
    const auto wait = [](const mi::Command& known, mi::Request asked,
                         std::optional<mi::Reply>& reply) -> Task<bool> {
        reply = co_await known.run(std::move(asked));
        co_return true;
    };
    i.main_loop.post([&] { tasks.start(wait(*command, std::move(request), answer)); });
    for (int step = 0; step < 600 && !answer; ++step) {
        i.settle();
        if (!answer) i.network.advance(std::chrono::milliseconds(100));
    }
    return answer.value_or(mi::Reply::error(500, "no answer within a minute"));
}

std::optional<std::uint64_t> Simulation::statistic(std::string_view group, std::string_view name) const
{
    const Statistic* const found = impl_->configuration->registry().find_statistic(group, name);
    if (found == nullptr) return {};
    return found->value();
}

VirtualClock& Simulation::clock()
{
    return impl_->clock;
}

transport::SimulatedNetwork& Simulation::network()
{
    return impl_->network;
}

transport::SimulatedDns& Simulation::dns()
{
    return impl_->dns;
}

db::MemoryDriver& Simulation::database()
{
    return *impl_->memory;
}

Endpoint Simulation::server() const
{
    return {*IpAddress::parse(server_ip), 5060};
}

}  // namespace junctor::server
