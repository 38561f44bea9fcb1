// The module itself: parameters, functions, commands. What they do is in the files named beside them.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/module/module.h"
#include "core/script/regex.h"
#include "core/transaction/layer.h"
#include "modules/tm/append.h"
#include "modules/tm/arguments.h"
#include "modules/tm/forwarding.h"
#include "modules/tm/script_user.h"
#include "modules/tm/tm.h"

namespace junctor::tm
{

constexpr Code done{1}, failed{-1}, ends_script{0};  // what its functions tell the script

class Tm final : public Module, public Transactions, private transaction::Statistics
{
public:
    static void declare(Declaration<Tm>& d);
    Result<void> start(StartContext& context) override;
    void start_worker(script::Environment& environment) override;

    // Transactions
    void observe(Observer& observer) override
    {
        shared_.observers.insert(shared_.observers.begin(), &observer);
    }
    Task<Code> t_newtran(Message& message) override;
    Task<Code> t_relay(Message& message) override { return relay(message, {}); }
    Code t_reply(Message& message, int code, std::string_view reason) override;
    Message* request_of(transaction::Transaction& transaction) override;
    void keep(transaction::Transaction& transaction) override;
    void t_on_failure(Message& message, std::string_view route) override;

private:
    // relay.cpp
    Task<Code> relay(Message& message, RelayOptions options);
    Task<Code> relay_either(Message& message, FlagsOrDestination how);
    Task<Code> relay_to(Message& message, RelayDestination destination, RelayFlags flags);
    // Null: it was answered, and nothing but that is known of it.
    Task<Code> relay_cancel(Message& message, std::shared_ptr<transaction::Transaction> invite);
    Task<Code> replicate(Message& message, ReplicaUri uri)
    {
        return replicate_with(message, std::move(uri), {});
    }
    Task<Code> replicate_with(Message& message, ReplicaUri uri, RelayFlags flags);
    Task<Code> newtran(Message& message) { return t_newtran(message); }

    // reply.cpp
    Code reply(Message& message, const ReplyCode& code, const std::string& reason)
    {
        return t_reply(message, code.value, reason);
    }
    Code release(Message& message);

    // checks.cpp
    Code on_failure(Message& message, const RouteName& route);
    Code on_reply(Message& message, const RouteName& route);
    Code on_branch(Message& message, const RouteName& route);
    Code check_status(Message& message, const script::Regex& pattern);
    Code local_replied(Message& message, const Which& which);
    Code check_trans(Message& message);
    Code was_cancelled(Message& message);
    Code flush_flags(Message& message);
    script::Value branch_index(Message& message) const;
    script::Value reply_code(Message& message) const;
    ArmedRoutes& armed(Message& message);

    // write.cpp
    Code write_fifo(Message& message, const std::string& path, const std::string& action);
    Task<Code> write_unix(Message& message, std::string path, std::string action);
    Result<void> refuse_write(std::span<const script::Argument> arguments) const;
    Result<std::string> describe(Message& message, const std::string& action) const;
    Code await_reply(Message& message);

    // commands.cpp, uac_dlg.cpp
    Task<mi::Reply> mi_uac_dlg(mi::Request request);
    Task<mi::Reply> mi_uac_cancel(mi::Request request);
    Task<mi::Reply> mi_hash(mi::Request request);
    Task<mi::Reply> mi_reply(mi::Request request);

    // tm.cpp
    Result<void> set_fr_timer_avp(const script::Argument& value);
    Result<void> set_fr_inv_timer_avp(const script::Argument& value);
    Result<void> add_append(const script::Argument& value);
    Result<transaction::LayerSettings> layer_settings(StartContext& context) const;

    unsigned fr_timer_ = 30, fr_inv_timer_ = 120, wt_timer_ = 0, delete_timer_ = 2;
    unsigned t1_timer_ = 500, t2_timer_ = 4000, unix_tx_timeout_ = 2;
    bool noisy_ctimer_ = true, ruri_matching_ = true, via1_matching_ = true, restart_fr_on_each_reply_ = true;
    bool enable_stats_ = true, pass_provisional_replies_ = false, syn_branch_ = true,
         onreply_avp_mode_ = false;
    bool loop_detection_ = true;
    std::string fr_timer_avp_, fr_inv_timer_avp_;
    std::vector<std::string> append_texts_;
    AppendLists appends_;
    Shared shared_;
    std::vector<script::Environment*> environments_;
    Worker* main_loop_ = nullptr;
    const Registry* registry_ = nullptr;
    std::once_flag counters_found_;
    std::atomic<unsigned> next_worker_ = 0;  // for requests of MI: they have no owner yet
};

// The script's user of the message's transaction; null: there is none, or it is not the script's.
ScriptUser* user_of(const Message& message);

}  // namespace junctor::tm
