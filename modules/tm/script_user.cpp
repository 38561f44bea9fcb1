#include "modules/tm/script_user.h"

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/script/reply.h"

namespace junctor::tm
{

using script::Message;
using script::Route;
using transaction::Branch;
using transaction::Transaction;
using transaction::Verdict;

namespace
{

// Seconds in an AVP, as a number or as digits.
std::optional<Duration> seconds_in(const script::AvpList& avps, const std::optional<script::AvpName>& name)
{
    if (!name) return {};
    const script::Avp* avp = avps.find(*name);
    if (avp == nullptr) return {};
    std::optional<std::uint64_t> seconds;
    if (const auto* number = std::get_if<std::int64_t>(&avp->value)) {
        if (*number > 0) seconds = static_cast<std::uint64_t>(*number);
    } else {
        seconds = parse_unsigned(std::get<std::string>(avp->value));
    }
    constexpr std::uint64_t longest = 86400;
    if (!seconds || *seconds == 0 || *seconds > longest) return {};
    return std::chrono::seconds(*seconds);
}

}  // namespace

std::optional<unsigned> route_number(const script::Program* program, Route kind, const std::string& name)
{
    if (name.empty() || program == nullptr) return {};
    const auto number = program->route_number(kind, name);
    if (!number) log_warning("tm", "there is no {}[{}]; nothing runs", to_text(kind), name);
    return number;
}

ScriptUser::ScriptUser(Shared& shared, const Message& request, ArmedRoutes armed)
    : routes(std::move(armed)),
      shared_(shared),
      program_(request.environment().program),
      request_(request.copy())
{
}

Task<Verdict> ScriptUser::on_response(Transaction& transaction, Branch& branch,
                                      transaction::Response& response)
{
    for (Observer* observer : shared_.observers)
        observer->on_response(*request_, transaction, branch, *response.message);
    if (routes.reply.empty()) return {};
    return run_reply_route(transaction, branch, response);
}

Task<Verdict> ScriptUser::run_reply_route(Transaction& transaction, Branch& branch,
                                          transaction::Response& response)
{
    const auto number = route_number(program_.get(), Route::OnReply, routes.reply);
    if (!number) co_return Verdict::Relay;
    // What onreply_route{} has done to it is still there.
    auto message = std::static_pointer_cast<Message>(response.attachment);
    if (message == nullptr) {
        message = std::make_shared<Message>(request_->environment(), response.message, response.from);
        message->edits = std::move(response.edits);
    }
    message->transaction = transaction.shared_from_this();
    message->reply_code = response.message->status();
    message->flags = request_->flags;
    message->target().flags = branch.flags();
    message->drop = false;
    message->use_avps(shared_.onreply_sees_avps ? request_->shared_avps()
                                                : std::make_shared<script::AvpList>());

    co_await script::run_route(*program_, *message, Route::OnReply, *number);

    request_->flags = message->flags;
    branch.flags() = message->target().flags;
    response.edits = std::move(message->edits);
    message->transaction.reset();
    co_return message->drop ? Verdict::Drop : Verdict::Relay;
}

Task<bool> ScriptUser::on_failure(Transaction& transaction, Branch& winner)
{
    for (Observer* observer : shared_.observers) observer->on_failure(*request_, transaction, winner);
    // It must be armed again, in the block, for the next failure.
    std::string name = std::exchange(routes.failure, {});
    if (name.empty() && drops_silently(transaction, winner)) {
        transaction.release();
        return {};
    }
    if (name.empty() || transaction.method() == sip::Method::Cancel) return {};
    return run_failure_route(transaction, winner, std::move(name));
}

Task<bool> ScriptUser::run_failure_route(Transaction& transaction, Branch& winner, std::string name)
{
    const auto number = route_number(program_.get(), Route::Failure, name);
    if (!number) co_return false;
    const std::unique_ptr<Message> message = request_->copy();
    message->transaction = transaction.shared_from_this();
    message->target() = {};
    message->target().flags = winner.flags();
    message->set_uri(winner.uri());
    message->branches().clear();
    message->reply_code = winner.status();
    picked = &winner;

    co_await script::run_route(*program_, *message, Route::Failure, *number);

    picked = nullptr;
    request_->flags = message->flags;
    co_return true;
}

// noisy_ctimer=0: a call that rang, had one branch and nobody interested in its failure just ends.
bool ScriptUser::drops_silently(const Transaction& transaction, const Branch& winner) const
{
    if (shared_.answers_timeouts || !shared_.observers.empty() || !transaction.is_invite()) return false;
    if (shared_.fr_timer_avp || shared_.fr_inv_timer_avp || transaction.is_cancelled()) return false;
    return transaction.branches().size() == 1 && winner.has_reply() && winner.is_local() &&
           winner.status() == 408;
}

void ScriptUser::on_cancelled(Transaction& transaction, const sip::Message&)
{
    for (Observer* observer : shared_.observers) observer->on_cancelled(*request_, transaction);
}

void ScriptUser::on_ack(Transaction& transaction, const sip::Message& ack)
{
    for (Observer* observer : shared_.observers) observer->on_ack(*request_, transaction, ack);
}

void ScriptUser::on_reply(Transaction& transaction, const transaction::SentReply& reply)
{
    shared_.code_counters.count(reply.status);
    for (Observer* observer : shared_.observers) observer->on_reply(*request_, transaction, reply);
}

void ScriptUser::on_ended(Transaction& transaction)
{
    for (Observer* observer : shared_.observers) observer->on_ended(*request_, transaction);
}

void ScriptUser::complete(Transaction&, transaction::LocalReply& reply)
{
    const script::Settings& settings = request_->environment().settings;
    if (settings.server_signature) reply.server_line = settings.server_header;
    if (settings.sip_warning)
        reply.warning_line = script::warning_line(request_->sip(), request_->flow(), request_->uri());
}

void ScriptUser::adjust(Transaction&, transaction::Timings& timings)
{
    if (const auto time = seconds_in(request_->avps(), shared_.fr_timer_avp)) timings.final_response = *time;
    if (const auto time = seconds_in(request_->avps(), shared_.fr_inv_timer_avp))
        timings.invite_final = *time;
}

}  // namespace junctor::tm
