// Plays a scenario: the whole server on a virtual clock and a simulated network, peers that speak, tables
// that are looked at. Nothing sleeps; a run takes milliseconds and replays exactly. test/scenarios/README.md
// describes the language.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/server/scenario/peer.h"
#include "core/server/scenario/scenario.h"
#include "core/server/simulation.h"

namespace junctor::server
{

class ScenarioRunner
{
public:
    // `folder`: where `config` looks for scripts; `modules`: the directory of the module files.
    ScenarioRunner(std::string folder, std::string modules);
    ~ScenarioRunner();

    // The error says what was expected, what came, and at which line.
    Result<void> run(std::string_view text);

private:
    using Step = ScenarioStep;
    using Handler = Result<void> (ScenarioRunner::*)(const Step&);
    static const std::map<std::string_view, Handler>& handlers();

    Result<void> play(const Step& step);
    Result<void> config(const Step& step);
    Result<void> script(const Step& step);
    Result<void> peer(const Step& step);
    Result<void> row(const Step& step);
    Result<void> rows(const Step& step);
    Result<void> time(const Step& step);
    Result<void> lose(const Step& step);
    Result<void> tables(const Step& step);
    Result<void> database_state(const Step& step);
    Result<void> dns(const Step& step);
    Result<void> network(const Step& step);
    Result<void> command(const Step& step);
    Result<void> speak(const Step& step);

    Simulation& simulation();  // made by the first step that needs it; `config` and `script` come before
    Result<void> start();      // the server, once somebody speaks, time passes or a command is given
    Result<void> say(Peer& peer, const Step& step);
    Result<void> hear(Peer& peer, const Step& step);
    Result<void> compare(const sip::Message& message, const Step& step) const;
    Result<void> nothing_unexpected();
    Result<db::MemoryDriver::Table*> table(
        const std::string& name);  // made from db_schema if it is not there
    void deliver();                // what has come for each peer, in order
    Peer& peer_named(const std::string& name);
    Error at(const Step& step, const Error& error) const;

    std::string folder_;
    SimulationOptions options_;
    std::unique_ptr<Simulation> simulation_;
    bool started_ = false;
    std::map<std::string, Peer> peers_;
    std::map<std::string, std::vector<sip::MessagePtr>> inbox_;  // by peer: delivered, not yet expected
    unsigned next_host_ = 11;
};

}  // namespace junctor::server
