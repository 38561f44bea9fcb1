#include "core/server/engine.h"

#include <atomic>

#include <fmt/format.h>

#include "core/admin/database_commands.h"
#include "core/base/log.h"

namespace junctor::server
{

// All that belongs to one worker, in the order in which it must go away again.
struct Engine::Place {
    Place(const Registry& registry, CoreStatistics& statistics) : dispatcher(registry, statistics) {}

    Dispatcher dispatcher;
    std::unique_ptr<transport::Transport> transport;
    std::unique_ptr<transport::Resolver> resolver;
    std::unique_ptr<transaction::Layer> layer;
    std::unique_ptr<script::Environment> environment;
};

script::Settings settings_from(const script::ScriptGlobals& globals)
{
    script::Settings settings;
    settings.check_via = globals.check_via.value;
    settings.reply_to_via = globals.reply_to_via.value;
    settings.sip_warning = globals.sip_warning.value;
    settings.server_signature = globals.server_signature.value;
    const std::string name = fmt::format("Junctor ({})", JUNCTOR_VERSION);
    settings.server_header = globals.server_header.is_set() ? globals.server_header.value : "Server: " + name;
    settings.user_agent_header =
        globals.user_agent_header.is_set() ? globals.user_agent_header.value : "User-Agent: " + name;
    settings.advertised_address = globals.advertised_address.value;
    settings.advertised_port = static_cast<std::uint16_t>(globals.advertised_port.value);
    settings.tcp_accept_aliases = globals.tcp_accept_aliases.value;
    settings.log_stderr = globals.log_stderror.value;
    return settings;
}

db::DatabaseSettings database_settings(const script::ScriptGlobals& globals)
{
    db::DatabaseSettings settings;
    settings.deadline = std::chrono::milliseconds(globals.db_deadline.value);
    settings.slow = std::chrono::milliseconds(globals.db_slow_query.value);
    settings.breaker.failures = static_cast<unsigned>(globals.db_breaker.value);
    settings.spool.bytes = static_cast<std::uint64_t>(globals.spool_size.value) << 20;
    return settings;
}

// The script's lists, into the one that all workers ask.
Result<void> add_blacklists(transport::Blacklists& blacklists, const script::ScriptGlobals& globals)
{
    for (const auto& list : globals.blacklists) {
        std::vector<transport::BlacklistRule> rules;
        for (const auto& rule : list.rules) {
            rules.push_back(
                {rule.inverted, rule.protocol, rule.network, rule.mask_bits, rule.port, rule.text});
        }
        if (auto added = blacklists.add(list.name.text, std::move(rules)); !added) return added;
    }
    return {};
}

Engine::Engine(Configuration& configuration, World world, CoreStatistics& statistics,
               db::Databases& databases)
    : configuration_(configuration),
      world_(std::move(world)),
      statistics_(statistics),
      databases_(databases),
      settings_(settings_from(configuration.globals())),
      blacklists_(world_.main_loop.clock(), !configuration.globals().disable_dns_blacklist.value)
{
    const auto key = transaction::HashKey::random();
    std::vector<Dispatcher*> all;
    for (Seat& seat : world_.seats) {
        auto place = std::make_unique<Place>(configuration.registry(), statistics);
        place->transport = seat.transport(place->dispatcher);
        place->resolver = transport::make_resolver(seat.dns, world_.resolver);
        transaction::LayerOptions options;
        options.key = key;
        place->layer =
            std::make_unique<transaction::Layer>(seat.worker, *place->transport, *place->resolver, options);
        // An aggregate: make_unique would want parentheses, which clang-tidy's compiler does not take for
        // one. NOLINTNEXTLINE(modernize-make-unique)
        place->environment.reset(new script::Environment{seat.worker, *place->transport, *place->resolver,
                                                         seat.dns, world_.names, settings_});
        place->environment->transactions = place->layer.get();
        place->environment->program = configuration.program();
        place->environment->statistics = &statistics_;
        place->environment->blacklists = &blacklists_;
        all.push_back(&place->dispatcher);
        places_.push_back(std::move(place));
    }
    for (const auto& place : places_) place->dispatcher.connect(*place->environment, *place->layer, all);
}

Engine::~Engine() = default;

Result<void> Engine::start()
{
    databases_.use(database_settings(configuration_.globals()));
    if (!configuration_.globals().db_required.value) databases_.start_without_them(world_.main_loop);
    if (auto added = add_blacklists(blacklists_, configuration_.globals()); !added) return added;
    const auto& modules = configuration_.loader().modules();
    for (const auto& module : modules)
        if (auto driver = module->object->database_driver(); driver && world_.module_drivers)
            databases_.add(std::move(driver));
    for (const auto& module : modules) {
        if (auto bound = bind_tables(*module, databases_); !bound) return fail(bound.error());
        if (auto started = module->object->start(*this); !started)
            return fail(fmt::format("module {} cannot start: {}", module->name, started.error().text));
        ++started_;
    }
    admin::add_database_commands(registry(), databases_);
    return {};
}

void Engine::start_worker(unsigned index)
{
    for (const auto& module : configuration_.loader().modules())
        module->object->start_worker(*places_[index]->environment);
}

void Engine::use_program(const std::shared_ptr<const script::Program>& program)
{
    for (const auto& place : places_) {
        script::Environment& environment = *place->environment;
        environment.worker.post([&environment, program] { environment.program = program; });
    }
}

void Engine::drain()
{
    for (const auto& place : places_)
        place->environment->worker.post([&dispatcher = place->dispatcher] { dispatcher.drain(); });
}

void Engine::count_unfinished(std::function<void(std::size_t)> answer)
{
    struct Count {
        std::atomic<std::size_t> unfinished{0}, left{0};
        std::function<void(std::size_t)> answer;
    };
    auto count = std::make_shared<Count>();
    count->left = places_.size();
    count->answer = std::move(answer);
    Worker& main = world_.main_loop;
    for (const auto& place : places_) {
        place->environment->worker.post([&place = *place, &main, count] {
            std::size_t busy = place.dispatcher.running_scripts();
            place.layer->for_each([&](transaction::Transaction& transaction) {
                if (transaction.has_pending_branches()) ++busy;
            });
            count->unfinished += busy;
            if (--count->left == 0) main.post([count] { count->answer(count->unfinished); });
        });
    }
}

Task<bool> Engine::stop()
{
    databases_.end_waiting();
    const auto& modules = configuration_.loader().modules();
    bool all_well = true;
    while (started_ > 0) {
        const auto& module = modules[--started_];
        if (co_await module->object->stop()) continue;
        log_error("core", "module {} could not finish its work", module->name);
        all_well = false;
    }
    co_await databases_.drain_spools();
    co_return all_well;
}

void Engine::cancel_scripts(unsigned index)
{
    places_[index]->dispatcher.cancel_scripts();
}

Module* Engine::module(std::string_view name)
{
    LoadedModule* const loaded = configuration_.loader().find(name);
    return loaded == nullptr ? nullptr : loaded->object.get();
}

std::vector<script::Environment*> Engine::environments()
{
    std::vector<script::Environment*> all;
    for (const auto& place : places_) all.push_back(place->environment.get());
    return all;
}

}  // namespace junctor::server
