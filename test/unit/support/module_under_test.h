// A module as the loader and the script see it: parameters by name, functions bound and called by name.
//
//     namespace junctor::textops { class Textops; }  // declared ahead: its definition is textops.cpp's own
//     ModuleUnderTest<textops::Textops> textops(env);
//     CHECK(textops.call(*message, "is_method", {"INVITE|ACK"}) == 1);
#pragma once

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "core/db/database.h"
#include "core/module/module.h"
#include "test/unit/support/test_environment.h"

namespace junctor::test
{

// What start() finds: one worker, and the modules that a test names.
class FakeStartContext final : public StartContext
{
public:
    explicit FakeStartContext(TestEnvironment& env) : env_(env) {}
    Module* module(std::string_view name) override
    {
        const auto found = modules.find(name);
        return found == modules.end() ? nullptr : found->second;
    }
    Registry& registry() override { return registry_; }
    db::Databases& databases() override { return databases_; }
    const script::Settings& settings() const override { return env_.settings; }
    unsigned workers() const override { return 1; }
    const Clock& clock() const override { return env_.clock; }
    std::vector<script::Environment*> environments() override { return {&env_.environment}; }
    Worker& main_loop() override { return env_.worker; }
    std::span<const transport::ListenSocket> sockets() const override { return env_.transport.sockets(); }

    std::map<std::string, Module*, std::less<>> modules;

private:
    TestEnvironment& env_;
    Registry registry_;
    db::Databases databases_;
};

template <class M>
class ModuleUnderTest
{
public:
    explicit ModuleUnderTest(TestEnvironment& env) : context(env), env_(env), loaded_(linked_module<M>()) {}

    Module& module() { return *loaded_->object; }
    const LoadedModule& loaded() const { return *loaded_; }
    Result<void> start()
    {
        if (auto bound = bind_tables(*loaded_, context.databases()); !bound) return bound;
        return module().start(context);
    }

    Result<void> set(std::string_view parameter, const std::string& text)
    {
        return set_argument(parameter, {text, false});
    }
    Result<void> set(std::string_view parameter, std::int64_t number)
    {
        return set_argument(parameter, {std::to_string(number), true});
    }

    const script::Function& function(std::string_view name, std::size_t arity) const
    {
        for (const auto& function : loaded_->functions)
            if (function.name == name && function.arity == arity) return function;
        FAIL("no function " << name << " with " << arity << " arguments");
        return loaded_->functions.front();
    }

    // Binds and calls; what waits must be able to finish without time passing.
    int call(script::Message& message, std::string_view name, const std::vector<std::string>& arguments = {})
    {
        auto bound = bind(name, arguments);
        INFO(name << (bound ? "" : ": " + bound.error().text));
        REQUIRE(bound);
        if (!(*bound)->waits(message)) return (*bound)->call(message).value;
        auto task = (*bound)->call_waiting(message);
        task.start();
        env_.worker.run_posted();
        REQUIRE(task.done());
        return task.take().value;
    }
    // The same; it must wait until `patience` has passed.
    int call_waiting(script::Message& message, std::string_view name,
                     const std::vector<std::string>& arguments, Duration patience)
    {
        auto bound = bind(name, arguments);
        REQUIRE(bound);
        REQUIRE((*bound)->waits(message));
        auto task = (*bound)->call_waiting(message);
        task.start();
        env_.worker.run_posted();
        CHECK_FALSE(task.done());
        env_.pass(patience);
        REQUIRE(task.done());
        return task.take().value;
    }
    bool waits(const script::Message& message, std::string_view name,
               const std::vector<std::string>& arguments = {})
    {
        auto bound = bind(name, arguments);
        REQUIRE(bound);
        return (*bound)->waits(message);
    }
    bool waits(std::string_view name, const std::vector<std::string>& arguments = {})
    {
        return waits(*env_.request(), name, arguments);
    }
    mi::Reply command(std::string_view name, std::vector<std::string> arguments = {})
    {
        for (const auto& command : loaded_->commands) {
            if (command.name != name) continue;
            auto task = command.run({std::string(name), std::move(arguments), {}});
            task.start();
            env_.worker.run_posted();
            REQUIRE(task.done());
            return task.take();
        }
        FAIL("no command " << name);
        return {};
    }
    // Why the arguments are refused at load; empty: they are not.
    std::string refusal(std::string_view name, const std::vector<std::string>& arguments)
    {
        const auto bound = bind(name, arguments);
        return bound ? "" : bound.error().text;
    }

    FakeStartContext context;

private:
    Result<void> set_argument(std::string_view name, const script::Argument& value)
    {
        for (const auto& parameter : loaded_->parameters)
            if (parameter.name == name) return parameter.set(value);
        FAIL("no parameter " << name);
        return {};
    }
    Result<std::unique_ptr<script::Call>> bind(std::string_view name, const std::vector<std::string>& texts)
    {
        std::vector<script::Argument> arguments;
        for (const auto& text : texts) arguments.push_back({text, false});
        script::BindContext bind_context{env_.variables};
        return function(name, texts.size()).bind(arguments, bind_context);
    }

    TestEnvironment& env_;
    std::unique_ptr<LoadedModule> loaded_;
};

}  // namespace junctor::test
