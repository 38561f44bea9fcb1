// junctord: one process, a main loop for administration and N workers (design.md, section 3).
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/admin/legacy_server.h"
#include "core/admin/server_control.h"
#include "core/admin/unix_server.h"
#include "core/base/core_statistics.h"
#include "core/db/database.h"
#include "core/runtime/event_loop.h"
#include "core/runtime/signals.h"
#include "core/server/configuration.h"
#include "core/server/engine.h"
#include "core/server/options.h"
#include "core/server/process.h"
#include "core/transport/network.h"

namespace junctor::server
{

class Daemon final : public admin::ServerControl
{
public:
    explicit Daemon(Options options);
    ~Daemon() override;

    int run();  // the exit status: 0, or 255 with a sentence on standard error

    const Clock& clock() const override { return main_.clock(); }
    WallTime started() const override { return started_at_; }
    std::vector<std::string> arguments() const override { return options_.arguments; }
    std::string script_file() const override { return configuration_->path(); }
    WallTime script_loaded() const override { return loaded_at_; }
    std::vector<Process> processes() const override;
    unsigned workers() const override { return static_cast<unsigned>(loops_.size()); }
    std::vector<std::string> sockets() const override;
    std::vector<std::string> modules() const override;
    Task<Result<std::string>> reload_script() override;
    Task<Result<std::string>> check_script(std::string file) override;
    void stop() override;

private:
    struct Thread {
        std::thread thread;
        std::atomic<int> id{0};  // the kernel's
    };

    Result<void> load();
    Result<void> prepare_process();
    Result<void> open_network();
    Result<void> start();
    Result<void> start_administration();
    Result<void> start_legacy_commands();
    void say_what_has_no_effect() const;
    void print_sockets() const;
    void run_workers();
    void run_worker(unsigned index);
    void on_signal(int number);
    void wait_for_calls();
    void finish();
    unsigned worker_count() const;

    Options options_;
    std::string script_path_;  // absolute: the working directory changes
    EventLoop main_;
    CoreStatistics statistics_;
    db::Databases databases_;
    std::unique_ptr<Configuration> configuration_;
    std::unique_ptr<transport::Network> network_;
    std::vector<std::unique_ptr<EventLoop>> loops_;
    std::vector<std::unique_ptr<transport::DnsClient>> dns_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<Signals> signals_;
    std::unique_ptr<admin::UnixServer> control_;
    std::unique_ptr<admin::LegacyServer> legacy_;
    std::vector<Thread> threads_;
    PidFile pid_file_, group_file_;
    ProcessSettings process_;
    TaskGroup tasks_;
    Timer drain_timer_;
    std::optional<TimePoint> drain_until_;
    WallTime started_at_{}, loaded_at_{};
    int main_id_ = 0;
    int status_ = 0;
};

}  // namespace junctor::server
