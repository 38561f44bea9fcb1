#include "core/server/daemon.h"

#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <syslog.h>
#include <unistd.h>

#include "core/admin/core_commands.h"
#include "core/admin/legacy_server.h"
#include "core/base/counter.h"
#include "core/base/log.h"
#include "core/server/directories.h"
#include "core/server/network_options.h"

namespace junctor::server
{
namespace
{

constexpr int refused = 255;  // OpenSER's exit status for anything that stops the start

std::string default_script()
{
    for (const char* candidate : {"cfg/junctor.cfg", JUNCTOR_CONFIG_DIRECTORY "/junctor.cfg"})
        if (std::filesystem::exists(candidate)) return candidate;
    return JUNCTOR_CONFIG_DIRECTORY "/junctor.cfg";
}

void say_to_terminal(const std::string& text)
{
    std::fputs(text.c_str(), stderr);
}

}  // namespace

Daemon::Daemon(Options options)
    : options_(std::move(options)), main_(0), drain_timer_(main_.timers(), [this] { wait_for_calls(); })
{
    if (options_.script.empty()) options_.script = default_script();
    script_path_ = std::filesystem::absolute(options_.script).lexically_normal().string();
    if (!options_.database.empty()) setenv("JUNCTOR_DB", options_.database.c_str(), 1);
}

Daemon::~Daemon() = default;

int Daemon::run()
{
    const bool only_check = options_.mode != Options::Mode::Serve;
    const auto step = [&](Result<void> done) {
        if (!done) say_to_terminal("junctord: " + done.error().text + "\n");
        return done.has_value();
    };
    if (!step(load())) return refused;
    if (only_check) {
        if (!step(open_network())) return refused;
        print_sockets();
        say_to_terminal("config file ok, exiting...\n");
        return 0;
    }
    if (!step(prepare_process()) || !step(open_network()) || !step(drop_privileges(process_)) ||
        !step(start()))
        return refused;
    print_sockets();
    background_ready();
    main_.run();
    return status_;
}

Result<void> Daemon::load()
{
    set_log_level(2 + options_.debug_steps);
    configuration_ = std::make_unique<Configuration>(
        ScriptSource{options_.script, std::nullopt, script::process_environment},
        Loader::Paths{options_.module_path, own_module_directory()});
    // The core's commands first: `which` lists them in OpenSER's order.
    if (auto added = admin::add_core_commands(configuration_->registry(), *this); !added) return added;
    admin::add_core_statistics(configuration_->registry(), statistics_);
    const bool loaded = configuration_->load(options_.mode == Options::Mode::CheckRoutes);
    if (!configuration_->report().empty()) say_to_terminal(configuration_->report());
    if (!loaded) return fail(fmt::format("the script {} has errors", options_.script));

    const auto& globals = configuration_->globals();
    if (globals.debug.is_set() || options_.debug_steps == 0)
        set_log_level(static_cast<int>(globals.debug.value));
    loaded_at_ = main_.clock().wall();
    return {};
}

// In the foreground the log is for whoever started us; the script's log_stderror= is the last word.
Result<void> Daemon::prepare_process()
{
    const auto& globals = configuration_->globals();
    const bool to_stderr = globals.log_stderror.is_set() ? globals.log_stderror.value
                                                         : (options_.log_stderr || !options_.background);
    if (!to_stderr) {
        const std::string name = globals.log_name.is_set() ? globals.log_name.value : "junctord";
        const int facility =
            globals.log_facility.is_set() ? static_cast<int>(globals.log_facility.value) : LOG_DAEMON;
        set_log_sink(syslog_sink(name, facility));
    }
    const auto chosen = [](const script::TextSetting& setting, const std::string& option) {
        return setting.is_set() ? setting.value : option;
    };
    process_.user = chosen(globals.user, options_.user);
    process_.group = chosen(globals.group, options_.group);
    process_.chroot = chosen(globals.chroot, options_.chroot);
    process_.workdir = chosen(globals.workdir, options_.workdir);
    process_.core_dumps = !globals.disable_core_dump.value;
    process_.open_files = static_cast<long>(globals.open_files_limit.value);

    if (!options_.pid_file.empty())
        if (auto checked = pid_file_.check(options_.pid_file); !checked) return checked;
    if (auto limited = apply_limits(process_); !limited) return limited;
    if (options_.background)
        if (auto gone = go_to_background(); !gone) return gone;
    if (!options_.pid_file.empty())
        if (auto written = pid_file_.write(options_.pid_file, getpid()); !written) return written;
    if (!options_.group_file.empty())
        if (auto written = group_file_.write(options_.group_file, getpgrp()); !written) return written;
    return enter_directories(process_);
}

unsigned Daemon::worker_count() const
{
    const auto& globals = configuration_->globals();
    const bool single = options_.single || (globals.fork.is_set() && !globals.fork.value);
    if (single) return 1;
    std::int64_t count = std::thread::hardware_concurrency();
    if (options_.children) count = *options_.children;
    if (globals.children.is_set() && globals.children.value > 0) count = globals.children.value;
    return static_cast<unsigned>(std::clamp<std::int64_t>(count, 1, 64));
}

Result<void> Daemon::open_network()
{
    auto created =
        transport::Network::create(network_options(configuration_->globals(), options_), worker_count());
    if (!created) return fail(created.error());
    network_ = std::move(*created);
    return options_.mode == Options::Mode::Serve ? network_->open() : Result<void>();
}

void Daemon::say_what_has_no_effect() const
{
    for (const auto& parameter : configuration_->globals().without_effect)
        log_notice(core_area, "{}: {} is accepted and has no effect: {}",
                   script::to_text(configuration_->sources().place(parameter.where)), parameter.name,
                   parameter.reason);
    for (const std::string& option : options_.without_meaning)
        log_notice(core_area, "option {} is accepted and has no effect", option);
}

void Daemon::print_sockets() const
{
    std::string text = "Listening on\n";
    for (const auto& socket : network_->sockets())
        text += fmt::format("             {}: {} [{}]:{}\n", to_text(socket.protocol), socket.name,
                            socket.address.ip.text(), socket.address.port);
    text += "Aliases:\n";
    for (const std::string& alias : local_names(*network_).alias_texts())
        text += "             " + alias + "\n";
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

Result<void> Daemon::start()
{
    started_at_ = main_.clock().wall();
    main_id_ = gettid();
    say_what_has_no_effect();

    const auto& globals = configuration_->globals();
    const bool is_named = globals.spool_dir.is_set();
    databases_.keep_journals(
        [named = globals.spool_dir.value, is_named, script = script_path_](db::IfMissing what) {
            return is_named ? db::DiskFolder::open(named) : open_spool_folder(named, script, what);
        },
        main_);
    if (is_named)
        if (const auto folder = databases_.journal_folder(); !folder)
            return fail("spool_dir: " + folder.error().text);
    Engine::World world{
        main_, {network_->sockets().begin(), network_->sockets().end()}, local_names(*network_),
        {},    resolver_options(globals, network_->sockets()),           true};
    for (unsigned index = 0; index < worker_count(); ++index) {
        EventLoop& loop = *loops_.emplace_back(std::make_unique<EventLoop>(index));
        auto dns = transport::make_dns_client(loop, dns_options(globals));
        if (!dns) return fail(dns.error());
        dns_.push_back(std::move(*dns));
        world.seats.push_back({loop, *dns_.back(), [this, &loop](transport::Receiver& receiver) {
                                   return network_->transport(loop, receiver);
                               }});
    }
    engine_ = std::make_unique<Engine>(*configuration_, std::move(world), statistics_, databases_);
    if (auto started = engine_->start(); !started) return started;
    if (auto started = start_administration(); !started) return started;

    static constexpr int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2};
    signals_ = std::make_unique<Signals>(main_, numbers, [this](int number) { on_signal(number); });
    run_workers();
    log_notice(core_area, "junctord {} serves with {} workers and the script {}", JUNCTOR_VERSION,
               loops_.size(), script_file());
    return {};
}

Result<void> Daemon::start_administration()
{
    if (auto started = start_legacy_commands(); !started) return started;
    if (options_.control_socket == "none") return {};
    admin::UnixServerSettings settings;
    if (!options_.control_socket.empty()) settings.path = options_.control_socket;
    auto control = admin::UnixServer::start(main_, configuration_->registry(), std::move(settings));
    if (!control) return fail(control.error());
    control_ = std::move(*control);
    return {};
}

Result<void> Daemon::start_legacy_commands()
{
    const auto& globals = configuration_->globals();
    admin::LegacyServerSettings settings;
    settings.path = globals.unix_sock.is_set() ? globals.unix_sock.value : options_.unix_socket;
    if (settings.path.empty()) return {};
    const auto access = admin::file_access(static_cast<mode_t>(globals.sock_mode.value),
                                           globals.sock_user.value, globals.sock_group.value);
    if (!access) return fail("unix_sock: " + access.error().text);
    settings.access = *access;
    settings.send_timeout = std::chrono::milliseconds(globals.unix_tx_timeout.value);
    auto legacy = admin::LegacyServer::start(main_, configuration_->registry(), std::move(settings));
    if (!legacy) return fail(legacy.error());
    legacy_ = std::move(*legacy);
    return {};
}

void Daemon::run_workers()
{
    threads_ = std::vector<Thread>(loops_.size());  // complete before the first of them looks into it
    for (unsigned index = 0; index < loops_.size(); ++index)
        threads_[index].thread = std::thread([this, index] { run_worker(index); });
}

void Daemon::run_worker(unsigned index)
{
    threads_[index].id = gettid();
    set_counter_slot(index + 1);
    EventLoop& loop = *loops_[index];
    loop.post([this, index] { engine_->start_worker(index); });
    loop.run();
}

}  // namespace junctor::server
