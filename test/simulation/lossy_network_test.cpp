// The whole server on networks that lose, repeat, delay and reorder, by seed. A failing seed replays exactly.
#include <catch2/catch.hpp>

#include "test/simulation/phone.h"

using namespace junctor;
using junctor::simulation::Phone;

namespace
{

constexpr int phones = 20;

struct World {
    explicit World(std::uint32_t seed, unsigned workers)
        : simulation(options(seed, workers)), timers(simulation.clock())
    {
    }

    static server::SimulationOptions options(std::uint32_t seed, unsigned workers)
    {
        server::SimulationOptions options;
        options.script_path = std::string(JUNCTOR_SCENARIOS) + "/registrar/registrar.cfg";
        options.module_directory = JUNCTOR_MODULE_DIRECTORY;
        options.workers = workers;
        options.seed = seed;
        return options;
    }
    void pass(Duration time)
    {
        for (Duration step = std::chrono::milliseconds(10); time > Duration::zero(); time -= step) {
            simulation.advance(step);
            timers.run_due();
            for (auto& phone : all) phone->listen();
            simulation.settle();
        }
    }

    server::Simulation simulation;
    TimerWheel timers;
    std::vector<std::unique_ptr<Phone>> all;
};

void play(std::uint32_t seed, unsigned workers)
{
    INFO("seed " << seed << ", " << workers << " workers");
    World world(seed, workers);
    const auto started = world.simulation.start();
    INFO((started ? "" : started.error().text));
    REQUIRE(started.has_value());

    transport::SimulatedNetwork::Weather weather;
    weather.loss = 0.1;
    weather.duplication = 0.05;
    weather.shortest_delay = std::chrono::milliseconds(5);
    weather.longest_delay = std::chrono::milliseconds(200);
    world.simulation.network().set_weather(weather);

    for (int i = 0; i < phones; ++i) {
        const Endpoint address{IpAddress::v4(0xc6336400U + 10 + static_cast<std::uint32_t>(i)),
                               5060};  // 198.51.100.x
        world.all.push_back(
            std::make_unique<Phone>(world.simulation, world.timers, "p" + std::to_string(i), address));
        world.all.back()->register_contact();
    }
    world.pass(std::chrono::seconds(33));
    for (int i = 0; i < phones; i += 2) world.all[i]->call("p" + std::to_string(i + 1));
    world.pass(std::chrono::seconds(100));

    for (int i = 0; i < phones; ++i) {
        INFO("phone " << i);
        CHECK(world.all[i]->registered == 1);
        CHECK(world.all[i]->failed == 0);
        CHECK(world.all[i]->is_idle());
        if (i % 2 == 0)
            CHECK(world.all[i]->completed == 1);
        else
            CHECK(world.all[i]->taken == 1);
    }
    // Every transaction has ended: nothing stays behind.
    world.pass(std::chrono::seconds(40));
    CHECK(world.simulation.statistic("tm", "inuse_transactions") == 0U);
    CHECK(world.simulation.stop().has_value());
}

}  // namespace

TEST_CASE("phones register and call through networks that lose, repeat and reorder", "[simulation]")
{
    for (std::uint32_t seed = 1; seed <= 10; ++seed) play(seed, 1);
}

TEST_CASE("four workers do what one does, whoever receives a message", "[simulation]")
{
    for (std::uint32_t seed = 101; seed <= 105; ++seed) play(seed, 4);
}
