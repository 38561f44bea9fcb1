// For tests of what a script does: it is compiled with a handful of functions that leave a trace, and run
// over a message.
#pragma once

#include "core/script/interpreter.h"
#include "test/unit/script/load.h"
#include "test/unit/support/test_environment.h"

namespace junctor::script::test
{

// Functions by name and number of arguments; what each does is a plain function of message and arguments.
class TestFunctions final : public FunctionCatalogue
{
public:
    using Body = std::function<Code(Message&, const std::vector<std::string>&)>;

    void add(std::string name, std::size_t arity, Body body, RouteMask routes = any_route)
    {
        auto make = [body](std::span<const Argument> arguments,
                           BindContext&) -> Result<std::unique_ptr<Call>> {
            std::vector<std::string> texts;
            for (const auto& argument : arguments) {
                if (argument.text == "refuse me") {
                    return fail(500, "this argument is refused",
                                static_cast<std::size_t>(&argument - arguments.data()));
                }
                texts.push_back(argument.text);
            }
            return std::make_unique<Plain>(body, std::move(texts));
        };
        functions_.push_back(
            std::make_unique<Function>(Function{std::move(name), arity, routes, false, "", make}));
    }
    void add(const Function& function) { functions_.push_back(std::make_unique<Function>(function)); }
    void add_waiting(std::string name, OneShot<Code>& answer)
    {
        auto make = [&answer](std::span<const Argument>, BindContext&) -> Result<std::unique_ptr<Call>> {
            return std::make_unique<Waiting>(answer);
        };
        functions_.push_back(
            std::make_unique<Function>(Function{std::move(name), 0, any_route, true, "", make}));
    }

    const Function* find_function(std::string_view name, std::size_t arity) const override
    {
        for (const auto& function : functions_) {
            if (function->name == name && function->arity == arity) return function.get();
        }
        return nullptr;
    }
    std::vector<const Function*> functions_named(std::string_view name) const override
    {
        std::vector<const Function*> found;
        for (const auto& function : functions_) {
            if (function->name == name) found.push_back(function.get());
        }
        return found;
    }
    std::vector<std::string> function_names() const override
    {
        std::vector<std::string> names;
        for (const auto& function : functions_) names.push_back(function->name);
        return names;
    }

private:
    class Plain final : public Call
    {
    public:
        Plain(Body body, std::vector<std::string> arguments)
            : body_(std::move(body)), arguments_(std::move(arguments))
        {
        }
        bool waits(const script::Message&) const override { return false; }
        Code call(Message& message) override { return body_(message, arguments_); }
        Task<Code> call_waiting(Message& message) override { co_return body_(message, arguments_); }

    private:
        Body body_;
        std::vector<std::string> arguments_;
    };
    class Waiting final : public Call
    {
    public:
        explicit Waiting(OneShot<Code>& answer) : answer_(answer) {}
        bool waits(const script::Message&) const override { return true; }
        Code call(Message&) override { return Code{-1}; }
        Task<Code> call_waiting(Message&) override { co_return co_await answer_; }

    private:
        OneShot<Code>& answer_;
    };

    std::vector<std::unique_ptr<Function>> functions_;
};

// What the script writes with log() and what the core logs about it.
class LogLines final : public LogSink
{
public:
    void write(LogLevel, std::string_view line, bool) override { lines.emplace_back(line); }
    bool contain(std::string_view text) const
    {
        return std::any_of(lines.begin(), lines.end(),
                           [&](const std::string& line) { return line.find(text) != line.npos; });
    }
    std::vector<std::string> lines;
};

struct ScriptRun {
    junctor::test::TestEnvironment env;
    TestFunctions functions;
    std::string trace;  // of note(): one word each
    OneShot<Code> answer;
    Loaded loaded;
    ScriptGlobals globals;
    std::shared_ptr<const Program> program;
    std::unique_ptr<Message> message;
    std::shared_ptr<LogLines> log = std::make_shared<LogLines>();

    ScriptRun()
    {
        set_log_sink(log);
        functions.add("note", 1, [this](Message&, const auto& arguments) {
            trace += (trace.empty() ? "" : " ") + arguments[0];
            return Code{1};
        });
        // note($var(x)) writes a variable's value.
        functions.add("show", 1, [this](Message& msg, const auto& arguments) {
            trace += (trace.empty() ? "" : " ") + env.expand(msg, arguments[0]);
            return Code{1};
        });
        functions.add("code", 1,
                      [](Message&, const auto& arguments) { return Code{std::stoi(arguments[0])}; });
        functions.add("good", 0, [](Message&, const auto&) { return Code{1}; });
        functions.add("bad", 0, [](Message&, const auto&) { return Code{-1}; });
        functions.add("zero", 0, [](Message&, const auto&) { return Code{0}; });
        functions.add("bad_header", 0, [](Message& msg, const auto&) {
            msg.set_parse_error("a header is bad", "Bad header");
            return Code{-1};
        });
        functions.add("failing", 0, [](Message& msg, const auto&) {
            msg.failure = Failure::SendFailed;
            return Code{-1};
        });
        functions.add(
            "in_failure_only", 0, [](Message&, const auto&) { return Code{1}; }, RouteMask{2});
        functions.add_waiting("wait", answer);
    }
    ~ScriptRun() { set_log_sink(stderr_sink()); }
    ScriptRun(const ScriptRun&) = delete;
    ScriptRun& operator=(const ScriptRun&) = delete;

    void compile(const std::string& text, bool check_indirect_calls = false)
    {
        loaded.parse(text);
        globals = read_globals(loaded.script, loaded.diagnostics);
        const std::shared_ptr<const Sources> sources(std::shared_ptr<void>(), &loaded.sources);
        program =
            script::compile(loaded.script, sources, {functions, env.variables, globals, check_indirect_calls},
                            loaded.diagnostics);
    }
    Task<Outcome> start(Route kind = Route::Request, unsigned number = 0)
    {
        INFO(loaded.messages());
        REQUIRE(program);
        if (!message) message = env.request("sip:bob@example.test");
        auto task = run_route(*program, *message, kind, number);
        task.start();
        return task;
    }
    // The trace that the whole script leaves.
    std::string run(const std::string& text, Route kind = Route::Request, unsigned number = 0)
    {
        compile(text);
        auto task = start(kind, number);
        REQUIRE(task.done());
        outcome = task.take();
        return trace;
    }
    Outcome outcome;
};

inline std::string trace_of(const std::string& text)
{
    return ScriptRun().run(text);
}
inline std::string trace_in_route(const std::string& statements)
{
    return trace_of(in_route(statements));
}

}  // namespace junctor::script::test
