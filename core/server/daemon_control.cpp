// The daemon under administration: signals, commands, and the way to its end.
#include <csignal>

#include <fmt/format.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/server/daemon.h"

namespace junctor::server
{
namespace
{

constexpr Duration drain_time =
    std::chrono::seconds(10);  // what transactions in progress get before the stop
constexpr Duration drain_step = std::chrono::milliseconds(100);

}  // namespace

std::vector<admin::ServerControl::Process> Daemon::processes() const
{
    std::vector<Process> all{{main_id_, "main"}};
    for (std::size_t i = 0; i < threads_.size(); ++i)
        all.push_back({threads_[i].id, fmt::format("worker {}", i)});
    return all;
}

std::vector<std::string> Daemon::sockets() const
{
    std::vector<std::string> texts;
    for (const auto& socket : network_->sockets()) texts.push_back(socket.text());
    return texts;
}

std::vector<std::string> Daemon::modules() const
{
    std::vector<std::string> names;
    for (const auto& module : configuration_->loader().modules()) names.push_back(module->name);
    return names;
}

Task<Result<std::string>> Daemon::reload_script()
{
    auto reloaded = configuration_->reload();
    if (!reloaded) {
        log_error(core_area, "the script {} was not reloaded, the old one stays in force:\n{}", script_file(),
                  reloaded.error().text);
        co_return fail(reloaded.error());
    }
    engine_->use_program(reloaded->program);
    loaded_at_ = main_.clock().wall();
    log_notice(core_area, "the script {} was reloaded. {}", script_file(), reloaded->report);
    co_return reloaded->report;
}

Task<Result<std::string>> Daemon::check_script(std::string file)
{
    auto checked = configuration_->reload(file);
    if (!checked) co_return fail(checked.error());
    co_return checked->report;
}

void Daemon::on_signal(int number)
{
    switch (number) {
        case SIGHUP: {
            const auto reload = [](Daemon& self) -> Task<bool> {
                co_return (co_await self.reload_script()).has_value();
            };
            tasks_.start(reload(*this));
            break;
        }
        case SIGTERM:
        case SIGINT:
            if (drain_until_)
                drain_until_ = main_.clock().now();  // asked twice: at once
            else
                stop();
            break;
        default: log_notice(core_area, "signal {} is ignored", number);
    }
}

void Daemon::stop()
{
    if (drain_until_) return;
    log_notice(core_area, "stopping: calls that are being set up are finished, new ones refused");
    drain_until_ = main_.clock().now() + drain_time;
    engine_->drain();
    drain_timer_.start({});
}

void Daemon::wait_for_calls()
{
    engine_->count_unfinished([this](std::size_t unfinished) {
        if (unfinished > 0 && main_.clock().now() < *drain_until_) return drain_timer_.start(drain_step);
        if (unfinished > 0) log_warning(core_area, "{} transactions are cut off by the stop", unfinished);
        finish();
    });
}

// Modules write what they must while workers still run: write-back may take all the time it needs.
void Daemon::finish()
{
    const auto end = [](Daemon& self) -> Task<bool> {
        const bool well = co_await self.engine_->stop();
        self.status_ = well ? 0 : 1;
        for (unsigned index = 0; index < self.loops_.size(); ++index) {
            EventLoop& loop = *self.loops_[index];
            loop.post([&self, &loop, index] {
                self.engine_->cancel_scripts(index);
                loop.stop();
            });
        }
        for (auto& thread : self.threads_) thread.thread.join();
        self.databases_.close();
        // Whoever waits for us to be gone looks at these: last of all, so that the next server may start.
        self.pid_file_.remove();
        self.group_file_.remove();
        self.control_.reset();
        self.legacy_.reset();
        log_notice(core_area, "stopped");
        self.main_.stop();
        co_return well;
    };
    tasks_.start(end(*this));
}

}  // namespace junctor::server
