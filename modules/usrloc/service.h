// The module's object: parameters, tables in use, the timer, commands.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/module/module.h"
#include "modules/usrloc/binding_store.h"

namespace junctor::usrloc
{

class Usrloc final : public Module, public LocationService
{
public:
    static void declare(Declaration<Usrloc>& d);

    Result<void> start(StartContext& context) override;
    void start_worker(script::Environment&) override { serving_ = true; }
    Task<bool> stop() override;

    Result<Location*> use(std::string_view table) override;
    bool writes_wait() const override
    {
        return mode_ == DbMode::WriteThrough || mode_ == DbMode::DatabaseOnly ||
               settings_.journaling == Journaling::Awaited || !is_ready();
    }
    bool reads_wait() const override { return mode_ == DbMode::DatabaseOnly || !is_ready(); }
    bool is_database_only() const override { return mode_ == DbMode::DatabaseOnly; }
    bool use_domain() const override { return use_domain_; }
    std::uint32_t nat_flag() const override { return nat_flag_; }
    void on_change(OnChange callback) override { callbacks_.push_back(std::move(callback)); }

private:
    Task<mi::Reply> ul_rm(mi::Request request);
    Task<mi::Reply> ul_rm_contact(mi::Request request);
    Task<mi::Reply> ul_dump(mi::Request request);
    Task<mi::Reply> ul_flush(mi::Request request);
    Task<mi::Reply> ul_add(mi::Request request);
    Task<mi::Reply> ul_show_contact(mi::Request request);

    Result<StoreSettings> settings(StartContext& context) const;
    Result<Journaling> journaling(db::Databases& databases) const;
    void add_statistics(BindingStore& store);
    std::uint64_t registered_users() const;
    BindingStore* find(std::string_view table) const;
    bool is_ready() const;
    Result<std::string> aor_from(const std::string& argument) const;
    std::int64_t now() const { return main_loop_->clock().unix_seconds(); }
    Task<bool> run_upkeep();
    void on_timer();

    std::string db_url_ = "mysql://openser:openserrw@localhost/openser";
    int db_mode_ = 0;
    int timer_interval_ = 60;
    bool use_domain_ = false;
    bool newest_first_ = false;
    int matching_mode_ = 0;
    int cseq_delay_ = 20;
    int hash_size_ = 9;
    int fetch_rows_ = 2000;
    int nat_bflag_ = -1;
    int journal_ = 2;
    bool spool_ = false;
    int db_deadline_ = 0;
    LocationTable columns_;  // their names, as modparams leave them

    DbMode mode_ = DbMode::Memory;
    std::uint32_t nat_flag_ = 0;
    StoreSettings settings_;
    db::Databases* databases_ = nullptr;
    Registry* registry_ = nullptr;
    Worker* main_loop_ = nullptr;
    std::atomic<bool> serving_ = false;                  // too late for further tables
    std::vector<std::unique_ptr<BindingStore>> stores_;  // in order of their first use
    std::vector<OnChange> callbacks_;
    std::optional<Timer> timer_;
    TaskGroup tasks_;
};

}  // namespace junctor::usrloc
