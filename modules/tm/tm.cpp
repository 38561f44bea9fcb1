// tm: transactions for the routing script (RFC 3261 chapters 16 and 17 are in core/transaction).
#include <fmt/format.h>

#include "core/base/log.h"
#include "core/sip/digest.h"
#include "modules/tm/tm_module.h"

namespace junctor::tm
{
namespace
{

constexpr unsigned shortest_seconds = 2, longest_seconds = 86400;

}  // namespace

void Tm::declare(Declaration<Tm>& d)
{
    d.param("fr_timer", &Tm::fr_timer_, "seconds without any answer, or without an ACK");
    d.param("fr_inv_timer", &Tm::fr_inv_timer_, "seconds that an INVITE may ring");
    d.param("wt_timer", &Tm::wt_timer_, "seconds that a completed transaction is kept; 0: as RFC 3261 says");
    d.param("delete_timer", &Tm::delete_timer_, "without meaning here");
    d.param("T1_timer", &Tm::t1_timer_, "milliseconds until the first retransmission");
    d.param("T2_timer", &Tm::t2_timer_, "milliseconds between retransmissions at most");
    d.param("noisy_ctimer", &Tm::noisy_ctimer_, "0: a call that only rang may end without a reply");
    d.param("ruri_matching", &Tm::ruri_matching_, "compare Request-URIs where the branch is of RFC 2543");
    d.param("via1_matching", &Tm::via1_matching_, "compare top Vias where the branch is of RFC 2543");
    d.param("unix_tx_timeout", &Tm::unix_tx_timeout_,
            "seconds that t_write_unix waits for room in the socket");
    d.param("restart_fr_on_each_reply", &Tm::restart_fr_on_each_reply_,
            "each provisional response restarts fr_inv_timer; 0: a rising one of 180 and above does");
    d.param("fr_timer_avp", Parameter::Type::String, &Tm::set_fr_timer_avp,
            "AVP with a transaction's own fr_timer");
    d.param("fr_inv_timer_avp", Parameter::Type::String, &Tm::set_fr_inv_timer_avp,
            "AVP with a transaction's own fr_inv_timer");
    d.param("tw_append", Parameter::Type::String, &Tm::add_append,
            "name:element;... further lines for t_write_*");
    d.param("enable_stats", &Tm::enable_stats_, "keep the statistics");
    d.param("pass_provisional_replies", &Tm::pass_provisional_replies_,
            "t_uac_dlg reports provisional responses");
    d.param("syn_branch", &Tm::syn_branch_, "without meaning here");
    d.param("onreply_avp_mode", &Tm::onreply_avp_mode_, "1: onreply_route sees the transaction's AVPs");
    d.param("loop_detection", &Tm::loop_detection_, "answer 482 to a request that comes back unchanged");

    using enum Route;
    d.function("t_newtran", &Tm::newtran, {Request}, "makes a transaction of the request");
    d.function("t_relay", &Tm::t_relay, {Request, Failure}, "forwards the request with a transaction");
    d.function("t_relay", &Tm::relay_either, {Request, Failure},
               "flags, or the destination [proto:]host[:port]");
    d.function("t_relay", &Tm::relay_to, {Request, Failure},
               "the destination [proto:]host[:port]; then flags");
    d.function("t_replicate", &Tm::replicate, {Request},
               "a SIP URI that gets a copy, whose answers end here");
    d.function("t_replicate", &Tm::replicate_with, {Request}, "a SIP URI that gets a copy; then flags");
    d.function("t_reply", &Tm::reply, {Request, Failure}, "the status, then the reason phrase");
    d.function("t_release", &Tm::release, {Request}, "ends the transaction without a reply");
    const RouteMask all_but_error = Request | Failure | OnReply | Branch;
    d.function("t_on_failure", &Tm::on_failure, all_but_error, "the failure_route to run, 0: none");
    d.function("t_on_reply", &Tm::on_reply, all_but_error, "the onreply_route to run, 0: none");
    d.function("t_on_branch", &Tm::on_branch, all_but_error, "the branch_route to run, 0: none");
    d.function("t_check_status", &Tm::check_status, all_but_error, "a pattern for the status");
    d.function("t_local_replied", &Tm::local_replied, all_but_error,
               "whose reply was ours: all, branch or last");
    d.function("t_check_trans", &Tm::check_trans, {Request, Branch},
               "does the request belong to a transaction?");
    d.function("t_was_cancelled", &Tm::was_cancelled, {Failure, OnReply}, "has the caller given up?");
    d.function("t_flush_flags", &Tm::flush_flags, {Request, Branch}, "stores the flags in the transaction");
    d.function("t_write_req", &Tm::write_fifo, {Request, Failure, Branch},
               "the path of a FIFO; then action[/append_name]");
    d.check(&Tm::refuse_write);
    d.function("t_write_unix", &Tm::write_unix, {Request, Failure, Branch},
               "the path of a datagram socket; then action[/append_name]");
    d.check(&Tm::refuse_write);

    d.command("t_uac_dlg", &Tm::mi_uac_dlg, "method, URI, next hop, socket, headers, body: sends a request");
    d.command("t_uac_cancel", &Tm::mi_uac_cancel, "Call-ID, CSeq number: cancels an INVITE");
    d.command("t_hash", &Tm::mi_hash, "transactions by hash index", false);
    d.command("t_reply", &Tm::mi_reply,
              "code, reason, hash_index:label, To-tag, headers, body: answers a request");

    d.statistic("received_replies", &Tm::received_replies);
    d.statistic("relayed_replies", &Tm::relayed_replies);
    d.statistic("local_replies", &Tm::local_replies);
    d.statistic("UAS_transactions", &Tm::uas_transactions);
    d.statistic("UAC_transactions", &Tm::uac_transactions);
    d.statistic("2xx_transactions", &Tm::replies_2xx);
    d.statistic("3xx_transactions", &Tm::replies_3xx);
    d.statistic("4xx_transactions", &Tm::replies_4xx);
    d.statistic("5xx_transactions", &Tm::replies_5xx);
    d.statistic("6xx_transactions", &Tm::replies_6xx);
    d.statistic("inuse_transactions", &Tm::in_use, false);
    d.statistic("absorbed_requests", &Tm::absorbed_requests);
    d.statistic("looped_requests", &Tm::loops);
    d.statistic("refused", &Tm::refused);
    d.statistic("retransmissions", &Tm::retransmissions);

    d.variable("T_branch_idx", &Tm::branch_index);
    d.variable("T_reply_code", &Tm::reply_code);
}

Result<void> Tm::set_fr_timer_avp(const script::Argument& value)
{
    fr_timer_avp_ = value.text;
    return {};
}

Result<void> Tm::set_fr_inv_timer_avp(const script::Argument& value)
{
    fr_inv_timer_avp_ = value.text;
    return {};
}

Result<void> Tm::add_append(const script::Argument& value)
{
    append_texts_.push_back(value.text);  // its variables may be of modules that come later
    return {};
}

Result<transaction::LayerSettings> Tm::layer_settings(StartContext& context) const
{
    struct Named {
        const char* name;
        unsigned seconds;
    };
    for (const Named& timer : {Named{"fr_timer", fr_timer_}, Named{"fr_inv_timer", fr_inv_timer_},
                               Named{"wt_timer", wt_timer_ == 0 ? shortest_seconds : wt_timer_}})
        if (timer.seconds < shortest_seconds || timer.seconds > longest_seconds)
            return fail(fmt::format("tm: {} is {} to {} seconds, not {}", timer.name, shortest_seconds,
                                    longest_seconds, timer.seconds));
    if (t1_timer_ == 0 || t1_timer_ >= t2_timer_)
        return fail(
            fmt::format("tm: T1_timer ({} ms) must be less than T2_timer ({} ms)", t1_timer_, t2_timer_));

    transaction::LayerSettings settings;
    settings.timings.t1 = std::chrono::milliseconds(t1_timer_);
    settings.timings.t2 = std::chrono::milliseconds(t2_timer_);
    settings.timings.final_response = std::chrono::seconds(fr_timer_);
    settings.timings.invite_final = std::chrono::seconds(fr_inv_timer_);
    settings.timings.linger = 64 * settings.timings.t1;
    if (wt_timer_ != 0) settings.timings.t4 = settings.timings.linger = std::chrono::seconds(wt_timer_);
    settings.timings.restart_on_each_provisional = restart_fr_on_each_reply_;
    settings.match_uri = ruri_matching_;
    settings.match_via = via1_matching_;
    settings.detect_loops = loop_detection_;
    const Endpoint first = context.sockets().empty() ? Endpoint{} : context.sockets().front().address;
    settings.tag_prefix = sip::md5_hex("junctor transactions " + first.text());
    if (context.settings().server_signature) settings.user_agent_line = context.settings().user_agent_header;
    return settings;
}

Result<void> Tm::start(StartContext& context)
{
    const auto settings = layer_settings(context);
    if (!settings) return fail(settings.error());
    if (delete_timer_ != 2)
        log_notice("tm", "delete_timer has no meaning here: nothing has to be freed twice");
    if (!syn_branch_)
        log_notice("tm", "syn_branch has no meaning here: branches never repeat over a restart");

    const auto avp = [&](const std::string& text) -> Result<std::optional<script::AvpName>> {
        if (text.empty()) return std::nullopt;
        const auto name = context.registry().variables().parse_avp_name(text, true);
        if (!name) return fail(name.error());
        return *name;
    };
    const auto fr = avp(fr_timer_avp_), fr_inv = avp(fr_inv_timer_avp_);
    if (!fr) return fail("tm: fr_timer_avp: " + fr.error().text);
    if (!fr_inv) return fail("tm: fr_inv_timer_avp: " + fr_inv.error().text);
    shared_.fr_timer_avp = *fr;
    shared_.fr_inv_timer_avp = *fr_inv;
    shared_.onreply_sees_avps = onreply_avp_mode_;
    shared_.answers_timeouts = noisy_ctimer_;
    for (const std::string& text : append_texts_)
        if (const auto added = appends_.add(text, context.registry().variables()); !added)
            return fail("tm: tw_append: " + added.error().text);

    environments_ = context.environments();
    main_loop_ = &context.main_loop();
    registry_ = &context.registry();
    for (script::Environment* environment : environments_) {
        environment->transactions->configure(*settings);
        if (enable_stats_) environment->transactions->count_into(*this);
    }
    return {};
}

void Tm::start_worker(script::Environment&)
{
    // Only now has every module registered its statistics.
    std::call_once(counters_found_, [this] { shared_.code_counters.find(*registry_); });
}

ScriptUser* user_of(const Message& message)
{
    return message.transaction != nullptr ? dynamic_cast<ScriptUser*>(message.transaction->user()) : nullptr;
}

Message* Tm::request_of(transaction::Transaction& transaction)
{
    auto* user = dynamic_cast<ScriptUser*>(transaction.user());
    return user != nullptr ? &user->request() : nullptr;
}

void Tm::keep(transaction::Transaction& transaction)
{
    if (auto* user = dynamic_cast<ScriptUser*>(transaction.user())) user->kept = true;
}

}  // namespace junctor::tm

JUNCTOR_MODULE(junctor::tm::Tm)
