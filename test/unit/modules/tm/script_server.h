// A server that runs a routing script with tm and sl on a simulated network: what tm's tests talk to.
//
// Peers are endpoints: alice calls, bob, carol and dave are called.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/db/database.h"
#include "core/module/loader.h"
#include "core/script/interpreter.h"
#include "core/transaction/layer.h"
#include "modules/tm/tm.h"
#include "test/unit/script/load.h"
#include "test/unit/support/test_environment.h"
#include "test/unit/transaction/mini_proxy.h"

namespace junctor::sl
{
class Sl;
}
namespace junctor::tm
{
class Tm;
}

namespace junctor::tm::test
{

using namespace junctor::transaction::test;

class ScriptServer final : private transport::Receiver
{
public:
    explicit ScriptServer(const std::string& script,
                          std::vector<std::pair<std::string, script::Argument>> parameters = {})
        : network(clock, sockets_of()),
          resolver_(transport::make_resolver(dns_, {})),
          transport_(network.transport(worker, *this)),
          environment{worker, *transport_, *resolver_, dns_, local_names_, settings},
          loader_(registry_, {})
    {
        layer = std::make_unique<transaction::Layer>(worker, *transport_, *resolver_,
                                                     transaction::LayerOptions{{1, 2}, 1000, 1 << 24, 100});
        environment.transactions = layer.get();
        layer->on_waiting_cancel(
            [this](sip::MessagePtr message, const transport::Flow& from) { receive(message, from); });
        REQUIRE(loader_.add("sl", linked_module<sl::Sl>()));
        REQUIRE(loader_.add("tm", linked_module<tm::Tm>()));
        for (const auto& [name, value] : parameters) {
            const auto set = loader_.set_parameter("tm", name, value);
            INFO((set ? "" : set.error().text));
            REQUIRE(set);
        }
        add_test_functions();
        Context context(*this);
        for (const auto& module : loader_.modules()) {
            started = module->object->start(context);
            if (!started) return;
        }
        for (const auto& module : loader_.modules()) module->object->start_worker(environment);
        compile(script);
    }
    ~ScriptServer()
    {
        tasks_.reset();
        environment.tasks.reset();
    }

    void from_alice(const RequestText& request) { from(alice, request.text()); }
    void from(const Endpoint& peer, const std::string& bytes)
    {
        network.send_from(peer, server, bytes);
        network.settle();
    }
    std::string take(const Endpoint& peer)
    {
        const auto message = network.take(peer);
        REQUIRE(message.has_value());
        return message->bytes;
    }
    std::vector<std::string> lines(const Endpoint& peer)
    {
        std::vector<std::string> out;
        while (const auto message = network.take(peer)) {
            const std::string line = message->bytes.substr(0, message->bytes.find("\r\n"));
            out.push_back(line.starts_with("SIP/2.0 ") ? line.substr(8, 3)
                                                       : line.substr(0, line.find(" SIP")));
        }
        return out;
    }
    void pass(Duration time) { network.advance(time); }
    std::uint64_t statistic(std::string_view name) const
    {
        const Statistic* found = registry_.find_statistic("tm", name);
        REQUIRE(found != nullptr);
        return found->value();
    }
    // Runs an MI command to its end; it may need the network to go on.
    mi::Reply command(const std::string& name, std::vector<std::string> arguments,
                      std::function<void(const mi::Reply&)> progress = {})
    {
        begin_command(name, std::move(arguments), std::move(progress));
        REQUIRE(command_.done());
        return command_.take();
    }
    void begin_command(const std::string& name, std::vector<std::string> arguments,
                       std::function<void(const mi::Reply&)> progress = {})
    {
        const mi::Command* found = registry_.find_command(name);
        REQUIRE(found != nullptr);
        command_ = found->run({name, std::move(arguments), std::move(progress)});
        command_.start();
        network.settle();
    }
    Task<mi::Reply>& pending_command() { return command_; }
    template <class T>
    T& interface()
    {
        T* found = dynamic_cast<T*>(loader_.find("tm")->object.get());
        REQUIRE(found != nullptr);
        return *found;
    }
    std::string errors() const { return loaded_.messages(); }

    VirtualClock clock;
    VirtualWorker worker{clock, 0};

private:
    Registry registry_;
    transport::SimulatedDns dns_;

public:
    transport::SimulatedNetwork network;
    script::Settings settings;

private:
    std::unique_ptr<transport::Resolver> resolver_;
    std::unique_ptr<transport::Transport> transport_;
    junctor::test::FakeLocalNames local_names_;

public:
    script::Environment environment;
    std::unique_ptr<transaction::Layer> layer;
    transport::SimulatedDns& dns() { return dns_; }
    std::string trace;     // of note("format"): one word each
    Result<void> started;  // of the modules
    unsigned unmatched = 0;
    OneShot<Code> answer;  // of wait()

private:
    static std::vector<transport::ListenSocket> sockets_of()
    {
        return {{0, Protocol::Udp, "udp", server}, {1, Protocol::Tcp, "tcp", server}};
    }
    void compile(const std::string& text)
    {
        loaded_.parse(text);
        globals_ = script::read_globals(loaded_.script, loaded_.diagnostics);
        const std::shared_ptr<const script::Sources> sources(std::shared_ptr<void>(), &loaded_.sources);
        environment.program =
            script::compile(loaded_.script, sources, {registry_, registry_.variables(), globals_, false},
                            loaded_.diagnostics);
        INFO(loaded_.messages());
        REQUIRE(environment.program);
    }
    // note("text with $variables") writes into the trace; wait() suspends the script until `answer`.
    void add_test_functions()
    {
        class Note final : public script::Call
        {
        public:
            Note(std::string& trace, script::Format text) : trace_(trace), text_(std::move(text)) {}
            bool waits(const script::Message&) const override { return false; }
            Code call(Message& message) override
            {
                trace_ += (trace_.empty() ? "" : " ") + text_.expand(message).value_or("?");
                return Code{1};
            }
            Task<Code> call_waiting(Message&) override { return {}; }

        private:
            std::string& trace_;
            script::Format text_;
        };
        class Wait final : public script::Call
        {
        public:
            explicit Wait(OneShot<Code>& answer) : answer_(answer) {}
            bool waits(const script::Message&) const override { return true; }
            Code call(Message&) override { return Code{-1}; }
            Task<Code> call_waiting(Message&) override { co_return co_await answer_; }

        private:
            OneShot<Code>& answer_;
        };
        class Header final : public script::Call
        {
        public:
            Header(std::string text, bool reply) : text_(std::move(text)), reply_(reply) {}
            bool waits(const script::Message&) const override { return false; }
            Code call(Message& message) override
            {
                if (reply_)
                    message.reply_headers += text_;
                else
                    message.edits.append_header(message.sip(), text_);
                return Code{1};
            }
            Task<Code> call_waiting(Message&) override { return {}; }

        private:
            std::string text_;
            bool reply_;
        };
        const auto add = [&](std::string name, std::size_t arity, bool waits, auto bind) {
            script::Function function;
            function.name = std::move(name);
            function.arity = arity;
            function.routes = script::any_route;
            function.waits = waits;
            function.bind = bind;
            REQUIRE(registry_.add_function("test", std::move(function)));
        };
        using Bound = Result<std::unique_ptr<script::Call>>;
        using Arguments = std::span<const script::Argument>;
        add("note", 1, false, [this](Arguments arguments, script::BindContext& context) -> Bound {
            auto format = script::Format::parse(arguments[0].text, context.variables);
            if (!format) return fail(format.error());
            return std::make_unique<Note>(trace, std::move(*format));
        });
        add("wait", 0, true,
            [this](Arguments, script::BindContext&) -> Bound { return std::make_unique<Wait>(answer); });
        add("add_header", 1, false, [](Arguments arguments, script::BindContext&) -> Bound {
            return std::make_unique<Header>(arguments[0].text + "\r\n", false);
        });
        add("add_reply_header", 1, false, [](Arguments arguments, script::BindContext&) -> Bound {
            return std::make_unique<Header>(arguments[0].text + "\r\n", true);
        });
    }

    void receive(const sip::MessagePtr& request, const transport::Flow& from)
    {
        if (layer->absorb_request(request, from)) return;
        auto message = std::make_unique<Message>(environment, request, from);
        for (const auto& hook : registry_.before_script())
            if (!hook(*message)) return;
        tasks_->start(route_request(std::move(message)));
    }
    Task<bool> route_request(std::unique_ptr<Message> message)
    {
        const auto progress = layer->in_progress(message->sip());
        co_await script::run_route(*environment.program, *message, Route::Request, 0);
        co_return true;
    }
    Task<bool> route_response(std::shared_ptr<Message> message)
    {
        if (environment.program->has_route(Route::OnReply, 0)) {
            co_await script::run_route(*environment.program, *message, Route::OnReply, 0);
            if (message->drop && message->sip().status() < 200) co_return true;
        }
        if (!layer->match_response({message->sip_ptr(), message->flow(), message->edits, message}))
            ++unmatched;
        co_return true;
    }
    void on_message(std::string bytes, const transport::Flow& from) override
    {
        auto message = sip::Message::parse(std::move(bytes));
        REQUIRE(message);
        if ((*message)->is_request())
            receive(*message, from);
        else
            tasks_->start(route_response(std::make_shared<Message>(environment, *message, from)));
    }
    void on_broken_stream(const Error&, std::string_view, const transport::Flow&) override {}
    void on_connection_closed(std::uint64_t) override {}

    class Context final : public StartContext
    {
    public:
        explicit Context(ScriptServer& server) : server_(server) {}
        Module* module(std::string_view name) override
        {
            LoadedModule* found = server_.loader_.find(name);
            return found != nullptr ? found->object.get() : nullptr;
        }
        Registry& registry() override { return server_.registry_; }
        db::Databases& databases() override { return server_.databases_; }
        const script::Settings& settings() const override { return server_.settings; }
        unsigned workers() const override { return 1; }
        const Clock& clock() const override { return server_.clock; }
        std::vector<script::Environment*> environments() override { return {&server_.environment}; }
        Worker& main_loop() override { return server_.worker; }
        std::span<const transport::ListenSocket> sockets() const override
        {
            return server_.network.sockets();
        }

    private:
        ScriptServer& server_;
    };

    Loader loader_;
    db::Databases databases_;
    script::test::Loaded loaded_;
    script::ScriptGlobals globals_;
    Task<mi::Reply> command_;
    std::unique_ptr<TaskGroup> tasks_ = std::make_unique<TaskGroup>();
};

}  // namespace junctor::tm::test
