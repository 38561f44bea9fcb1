// What loaded modules (and the core) have given to the server: functions, commands, statistics, hooks.
//
// Filled while the script loads, then read-only; counters inside are thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/counter.h"
#include "core/base/result.h"
#include "core/module/mi.h"
#include "core/script/catalogue.h"
#include "core/script/variable.h"

namespace junctor
{

struct Statistic {
    std::string group, name;
    const Counter* counter = nullptr;         // either this
    std::function<std::uint64_t()> computed;  // or this
    Counter* resettable = nullptr;            // null: reset_statistics leaves it alone
    std::uint64_t value() const { return counter != nullptr ? counter->value() : computed(); }
};

// Called for each request (response) before the script: false drops it. Plain calls on the message's worker.
using BeforeScript = std::function<bool(script::Message&)>;

class Registry final : public script::FunctionCatalogue
{
public:
    Result<void> add_function(const std::string& module, script::Function function);
    Result<void> add_command(mi::Command command);  // a second one of that name is an error
    void add_statistic(Statistic statistic);
    void add_before_script(BeforeScript hook) { before_script_.push_back(std::move(hook)); }

    const script::Function* find_function(std::string_view name, std::size_t arity) const override;
    std::vector<const script::Function*> functions_named(std::string_view name) const override;
    std::vector<std::string> function_names() const override;
    const mi::Command* find_command(std::string_view name) const;
    const std::vector<mi::Command>& commands() const { return commands_; }  // in order of registration
    // "group:name" parts ignore case. A statistic's own group first; empty group: any.
    const Statistic* find_statistic(std::string_view group, std::string_view name) const;
    const std::vector<Statistic>& statistics() const { return statistics_; }
    const std::vector<BeforeScript>& before_script() const { return before_script_; }

    script::VariableRegistry& variables() { return variables_; }
    const script::VariableRegistry& variables() const { return variables_; }

private:
    std::vector<script::Function> functions_;
    std::vector<std::string> function_modules_;
    std::vector<mi::Command> commands_;
    std::vector<Statistic> statistics_;
    std::vector<BeforeScript> before_script_;
    script::VariableRegistry variables_;
};

}  // namespace junctor
