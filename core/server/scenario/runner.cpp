#include "core/server/scenario/runner.h"

#include <fmt/format.h>

namespace junctor::server
{
ScenarioRunner::ScenarioRunner(std::string folder, std::string modules) : folder_(std::move(folder))
{
    options_.module_directory = std::move(modules);
}

ScenarioRunner::~ScenarioRunner() = default;

const std::map<std::string_view, ScenarioRunner::Handler>& ScenarioRunner::handlers()
{
    static const std::map<std::string_view, Handler> table{
        {"config", &ScenarioRunner::config},     {"script", &ScenarioRunner::script},
        {"peer", &ScenarioRunner::peer},         {"row", &ScenarioRunner::row},
        {"rows", &ScenarioRunner::rows},         {"time", &ScenarioRunner::time},
        {"lose", &ScenarioRunner::lose},         {"table", &ScenarioRunner::tables},
        {"db", &ScenarioRunner::database_state}, {"dns", &ScenarioRunner::dns},
        {"network", &ScenarioRunner::network},   {"mi", &ScenarioRunner::command},
    };
    return table;
}

Error ScenarioRunner::at(const Step& step, const Error& error) const
{
    return Error{error.status, fmt::format("line {}: {}", step.line, error.text), Error::nowhere};
}

Result<void> ScenarioRunner::run(std::string_view text)
{
    auto steps = parse_scenario(text);
    if (!steps) return fail(steps.error());
    for (const Step& step : *steps)
        if (auto played = play(step); !played) return fail(at(step, played.error()));
    if (auto quiet = nothing_unexpected(); !quiet) return fail(400, "at the end: " + quiet.error().text);
    return started_ ? simulation_->stop() : start();
}

Result<void> ScenarioRunner::play(const Step& step)
{
    const auto handler = handlers().find(step.word(0));
    if (handler != handlers().end()) return (this->*handler->second)(step);
    if (step.word(1) == ">" || step.word(1) == "<") return speak(step);
    return fail(400, fmt::format("\"{}\" is no step of a scenario", step.rest(0)));
}

}  // namespace junctor::server
