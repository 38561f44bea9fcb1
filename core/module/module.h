// What a module is. One class, derived from Module, says in declare() all that it gives and needs; the
// loader, the script checker, the documentation test and junctorctl read it there. style.md, section 4, shows
// a whole one.
//
// One object a process, shared by all workers: what a message changes is atomic, per worker (PerWorker) or
// locked.
#pragma once

#include <array>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/module/registry.h"
#include "core/runtime/task.h"
#include "core/script/function.h"
#include "core/script/message.h"
#include "core/script/variable.h"

namespace junctor::db
{
class TableBase;
class Databases;
class Driver;
}  // namespace junctor::db

namespace junctor
{

using script::Code;
using script::Message;
using script::Route;
using script::RouteMask;

class Module;

// What start() may use: the other modules (loaded earlier), databases, settings.
class StartContext
{
public:
    virtual ~StartContext() = default;
    // The interface T of a module loaded before, or null: `context.find<usrloc::LocationService>("usrloc")`.
    template <class T>
    T* find(std::string_view module_name)
    {
        return dynamic_cast<T*>(module(module_name));
    }
    virtual Module* module(std::string_view name) = 0;
    virtual Registry& registry() = 0;
    virtual db::Databases& databases() = 0;
    virtual const script::Settings& settings() const = 0;
    virtual unsigned workers() const = 0;
    virtual const Clock& clock() const = 0;
    // Environments of all workers, by index; they run when start() of every module has returned. For post()
    // to each.
    virtual std::vector<script::Environment*> environments() = 0;
    virtual Worker& main_loop() = 0;  // where MI commands run; for timers of the whole process
    virtual std::span<const transport::ListenSocket> sockets() const = 0;
};

class Module
{
public:
    virtual ~Module() = default;
    // After all parameters are set, in load order, before the first packet. May take its time; an error stops
    // the start.
    virtual Result<void> start(StartContext&) { return {}; }
    // On each worker's thread, before it serves.
    virtual void start_worker(script::Environment&) {}
    // In good order at the end: workers have drained. Awaited on the main loop; what must be written is
    // written here.
    virtual Task<bool> stop() { co_return true; }
    // A database driver returns itself. The server adds it to its Databases when all modules are loaded and
    // before tables are bound, so that drivers may be loaded after their users, as in OpenSER.
    virtual std::shared_ptr<db::Driver> database_driver() { return nullptr; }
};

// A parameter of a module: `modparam("name", "parameter", value)`.
struct Parameter {
    enum class Type : std::uint8_t { Integer, String, Either } type = Type::String;
    std::string name;
    std::string help;  // meaning and unit, one sentence
    std::function<Result<void>(const script::Argument&)> set;
    std::function<std::string()> shown;  // value in force, for documentation and `status`
};

// A module that is loaded: its object and what it declared.
struct LoadedModule {
    std::string name;
    std::unique_ptr<Module> object;
    std::vector<Parameter> parameters;
    std::vector<script::Function> functions;
    std::vector<mi::Command> commands;
    std::vector<Statistic> statistics;
    std::vector<std::pair<std::string, std::function<script::Value(Message&)>>> variables;
    std::vector<db::TableBase*> tables;  // bind them to db_url before start(): bind_tables()
    std::string db_url = "mysql://openserro:openserro@localhost/openser";  // of modparam; OpenSER's default
};

// Binds and checks what the module declared with table(). Blocks. The error names module and table.
Result<void> bind_tables(LoadedModule& module, db::Databases& databases);

namespace detail
{

template <class M, bool Waits, class... Args>
class BoundCall final : public script::Call
{
public:
    using Function =
        std::conditional_t<Waits, Task<Code> (M::*)(Message&, Args...), Code (M::*)(Message&, Args...)>;
    BoundCall(M& module, Function function, std::tuple<std::decay_t<Args>...> arguments)
        : module_(module), function_(function), arguments_(std::move(arguments))
    {
    }
    bool waits(const Message&) const override { return Waits; }
    Code call(Message& message) override
    {
        if constexpr (Waits)
            return Code{-1};
        else
            return std::apply([&](const auto&... a) { return (module_.*function_)(message, a...); },
                              arguments_);
    }
    Task<Code> call_waiting(Message& message) override
    {
        if constexpr (Waits)
            return std::apply([&](const auto&... a) { return (module_.*function_)(message, a...); },
                              arguments_);
        else
            return {};
    }

private:
    M& module_;
    Function function_;
    std::tuple<std::decay_t<Args>...> arguments_;
};

// A function with two forms: the module says, call by call, which one serves.
template <class M, class... Args>
class BoundEither final : public script::Call
{
public:
    using Now = Code (M::*)(Message&, Args...);
    using Waiting = Task<Code> (M::*)(Message&, Args...);
    struct Function {
        Now now;
        Waiting waiting;
        bool (M::*must_wait)(const Message&) const;
    };
    BoundEither(M& module, Function function, std::tuple<std::decay_t<Args>...> arguments)
        : module_(module), function_(function), arguments_(std::move(arguments))
    {
    }
    bool waits(const Message& message) const override { return (module_.*function_.must_wait)(message); }
    Code call(Message& message) override
    {
        return std::apply([&](const auto&... a) { return (module_.*function_.now)(message, a...); },
                          arguments_);
    }
    Task<Code> call_waiting(Message& message) override
    {
        return std::apply([&](const auto&... a) { return (module_.*function_.waiting)(message, a...); },
                          arguments_);
    }

private:
    M& module_;
    Function function_;
    std::tuple<std::decay_t<Args>...> arguments_;
};

// A module whose own state decides what an argument means (a table it must know, a parameter that must be on)
// has a public member `Result<T> parse_argument(const script::Argument&, script::BindContext&,
// std::type_identity<T>)`; else script::ArgumentType<T> parses.
template <class T, class M>
Result<T> parse_argument(M& module, const script::Argument& argument, script::BindContext& context)
{
    if constexpr (requires { module.parse_argument(argument, context, std::type_identity<T>{}); })
        return module.parse_argument(argument, context, std::type_identity<T>{});
    else
        return script::ArgumentType<T>::parse(argument, context);
}

}  // namespace detail

// A number of modparam, from `least` to `most`: sign, octal, hexadecimal and boolean words have been read by
// the parser.
Result<std::int64_t> parse_parameter_number(const script::Argument& value,
                                            std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                                            std::int64_t most = std::numeric_limits<std::int64_t>::max());

template <class M>
class Declaration
{
public:
    Declaration(LoadedModule& loaded, M& module) : loaded_(loaded), module_(module) {}

    // Parameters. The member's type decides: int, unsigned, bool: a number; std::string: a string.
    template <class T>
    void param(std::string name, T M::*member, std::string help)
    {
        add_param(std::move(name), module_.*member, std::move(help));
    }
    // The same for a member of a struct of settings.
    template <class Settings, class T>
    void param(std::string name, Settings M::*settings, T Settings::*member, std::string help)
    {
        add_param(std::move(name), module_.*settings.*member, std::move(help));
    }
    // A parameter with a setter of its own: checks, parses, may be called several times.
    void param(std::string name, Parameter::Type type, Result<void> (M::*setter)(const script::Argument&),
               std::string help)
    {
        M& module = module_;
        loaded_.parameters.push_back(
            Parameter{type, std::move(name), std::move(help),
                      [&module, setter](const script::Argument& value) { return (module.*setter)(value); },
                      [] { return std::string(); }});
    }

    // Functions: `Code f(Message&, args...)` never waits, `Task<Code> f(Message&, args...)` may. Each
    // argument's type turns the script's text into a value at load (script::ArgumentType). Waiting functions
    // take their arguments by value.
    template <class... Args>
    void function(std::string name, Code (M::*f)(Message&, Args...), RouteMask routes, std::string help)
    {
        add_function<detail::BoundCall<M, false, Args...>, false, Args...>(std::move(name), f, routes,
                                                                           std::move(help));
    }
    template <class... Args>
    void function(std::string name, Task<Code> (M::*f)(Message&, Args...), RouteMask routes, std::string help)
    {
        add_function<detail::BoundCall<M, true, Args...>, true, Args...>(std::move(name), f, routes,
                                                                         std::move(help));
    }
    // Two forms of one function: `waiting` serves while `must_wait` holds (asked at each call), else `now`,
    // which costs no coroutine. Both do the same.
    template <class... Args>
    void function(std::string name, Code (M::*now)(Message&, Args...),
                  Task<Code> (M::*waiting)(Message&, Args...), bool (M::*must_wait)(const Message&) const,
                  std::initializer_list<Route> routes, std::string help)
    {
        using Call = detail::BoundEither<M, Args...>;
        add_function<Call, true, Args...>(std::move(name), typename Call::Function{now, waiting, must_wait},
                                          mask(routes), std::move(help));
    }
    template <class F>
    void function(std::string name, F f, std::initializer_list<Route> routes, std::string help)
    {
        function(std::move(name), f, mask(routes), std::move(help));
    }

    // Of the function declared last: what the module refuses at load beyond what the types do. Parameters are
    // set by then.
    void check(Result<void> (M::*refuse)(std::span<const script::Argument>) const)
    {
        const M& module = module_;
        auto& bind = loaded_.functions.back().bind;
        bind = [&module, refuse, bind = std::move(bind)](std::span<const script::Argument> arguments,
                                                         script::BindContext& context) {
            auto call = bind(arguments, context);
            if (const auto passed = (module.*refuse)(arguments); call && !passed) call = fail(passed.error());
            return call;
        };
    }

    // MI commands run on the main loop.
    void command(std::string name, mi::Reply (M::*f)(const mi::Request&), std::string help,
                 bool takes_input = true)
    {
        M& module = module_;
        loaded_.commands.push_back(
            {std::move(name), std::move(help), takes_input,
             [&module, f](mi::Request request) { return answer_now((module.*f)(request)); }});
    }
    void command(std::string name, Task<mi::Reply> (M::*f)(mi::Request), std::string help,
                 bool takes_input = true)
    {
        M& module = module_;
        loaded_.commands.push_back(
            {std::move(name), std::move(help), takes_input,
             [&module, f](mi::Request request) { return (module.*f)(std::move(request)); }});
    }

    // Statistics, in the module's group.
    void statistic(std::string name, Counter M::*counter, bool resettable = true)
    {
        Counter& target = module_.*counter;
        loaded_.statistics.push_back({"", std::move(name), &target, {}, resettable ? &target : nullptr});
    }
    void statistic(std::string name, std::uint64_t (M::*compute)() const)
    {
        const M& module = module_;
        loaded_.statistics.push_back(
            {"", std::move(name), nullptr, [&module, compute] { return (module.*compute)(); }, nullptr});
    }

    void variable(std::string name, script::Value (M::*get)(Message&) const)
    {
        const M& module = module_;
        loaded_.variables.emplace_back(std::move(name),
                                       [&module, get](Message& message) { return (module.*get)(message); });
    }

    // A table it needs (db::Table<Row>); bound to modparam db_url and checked before start(). The modparams
    // that rename it and its columns come with it.
    template <class T>
    void table(T M::*member)
    {
        loaded_.tables.push_back(&(module_.*member));
        columns(member);
        for (const Parameter& parameter : loaded_.parameters)
            if (parameter.name == "db_url") return;
        loaded_.parameters.push_back(text_parameter("db_url", "the database", loaded_.db_url));
    }
    // Only its modparams, for a module that binds the table itself: under several names, or not always.
    template <class T>
    void columns(T M::*member)
    {
        for (auto& renaming : (module_.*member).renamings())
            loaded_.parameters.push_back(text_parameter(renaming.parameter, renaming.help, *renaming.name));
    }

private:
    static Parameter text_parameter(std::string name, std::string help, std::string& target)
    {
        return {Parameter::Type::String, std::move(name), std::move(help),
                [&target](const script::Argument& value) -> Result<void> {
                    target = value.text;
                    return {};
                },
                [&target] { return target; }};
    }
    template <class T>
    void add_param(std::string name, T& target, std::string help)
    {
        Parameter p;
        p.name = std::move(name);
        p.help = std::move(help);
        if constexpr (std::is_same_v<T, std::string>) {
            p.type = Parameter::Type::String;
            p.set = [&target](const script::Argument& value) -> Result<void> {
                target = value.text;
                return {};
            };
            p.shown = [&target] { return target; };
        } else {
            static_assert(std::is_integral_v<T>,
                          "a parameter is a number or a std::string; else use a setter");
            p.type = Parameter::Type::Integer;
            p.set = [&target](const script::Argument& value) -> Result<void> {
                using Limits = std::numeric_limits<std::conditional_t<std::is_same_v<T, bool>, int, T>>;
                static_assert(sizeof(T) < sizeof(std::int64_t) || std::is_signed_v<T>);
                const auto number = parse_parameter_number(value, Limits::min(), Limits::max());
                if (!number) return fail(number.error());
                target = static_cast<T>(*number);
                return {};
            };
            p.shown = [&target] { return std::to_string(target); };
        }
        loaded_.parameters.push_back(std::move(p));
    }
    static RouteMask mask(std::initializer_list<Route> routes)
    {
        RouteMask result = 0;
        for (const Route route : routes) result = result | route;
        return result;
    }
    static Task<mi::Reply> answer_now(mi::Reply reply) { co_return reply; }

    template <class Call, bool Waits, class... Args, class F>
    void add_function(std::string name, F f, RouteMask routes, std::string help)
    {
        script::Function function;
        function.name = std::move(name);
        function.arity = sizeof...(Args);
        function.routes = routes;
        function.waits = Waits;
        function.help = std::move(help);
        M& module = module_;
        function.bind = [&module, f](std::span<const script::Argument> arguments,
                                     script::BindContext& context) -> Result<std::unique_ptr<script::Call>> {
            return bind<Call, Args...>(module, f, arguments, context, std::index_sequence_for<Args...>{});
        };
        loaded_.functions.push_back(std::move(function));
    }
    template <class Call, class... Args, class F, std::size_t... I>
    static Result<std::unique_ptr<script::Call>> bind(
        M& module, F f, [[maybe_unused]] std::span<const script::Argument> arguments,
        [[maybe_unused]] script::BindContext& context, std::index_sequence<I...>)
    {
        std::tuple<Result<std::decay_t<Args>>...> parsed{
            detail::parse_argument<std::decay_t<Args>>(module, arguments[I], context)...};
        std::optional<Error> error;
        std::size_t position = 0;
        [[maybe_unused]] const auto look = [&](auto& result) {  // unused without arguments
            if (!result && !error) error = Error{result.error().status, result.error().text, position};
            ++position;
        };
        (look(std::get<I>(parsed)), ...);
        if (error) return fail(std::move(*error));
        return std::unique_ptr<script::Call>(std::make_unique<Call>(
            module, f, std::tuple<std::decay_t<Args>...>(std::move(*std::get<I>(parsed))...)));
    }

    LoadedModule& loaded_;
    M& module_;
};

// State that each worker has of its own, without locks. Sized by prepare() in start().
template <class T>
class PerWorker
{
public:
    void prepare(unsigned workers)
    {
        while (states_.size() < workers) states_.push_back(std::make_unique<T>());
    }
    T& of(const script::Environment& environment) { return *states_[environment.worker.index()]; }
    std::vector<std::unique_ptr<T>>& all() { return states_; }

private:
    std::vector<std::unique_ptr<T>> states_;
};

// The entry of a module's .so: built for this version of the core, or refused.
struct ModuleEntry {
    const char* core_version;
    std::unique_ptr<LoadedModule> (*make)();
};

template <class M>
std::unique_ptr<LoadedModule> make_module()
{
    auto loaded = std::make_unique<LoadedModule>();
    auto object = std::make_unique<M>();
    Declaration<M> declaration(*loaded, *object);
    M::declare(declaration);
    loaded->object = std::move(object);
    return loaded;
}

// A module that is linked in, as the unit tests have them: `class Group;` ahead is enough to ask for it.
// Defined by JUNCTOR_MODULE.
template <class M>
std::unique_ptr<LoadedModule> linked_module();

}  // namespace junctor

// Weak: in production each .so has its own; the unit tests link the objects of all modules into one binary.
#define JUNCTOR_MODULE(Class)                                                                   \
    template <>                                                                                 \
    [[maybe_unused]] std::unique_ptr<junctor::LoadedModule> junctor::linked_module<Class>()     \
    {                                                                                           \
        return junctor::make_module<Class>();                                                   \
    }                                                                                           \
    extern "C" __attribute__((weak, visibility("default"))) const junctor::ModuleEntry*         \
    junctor_module_entry()                                                                      \
    {                                                                                           \
        static const junctor::ModuleEntry entry{JUNCTOR_VERSION, &junctor::make_module<Class>}; \
        return &entry;                                                                          \
    }
