// t_newtran, t_relay, t_replicate: the request becomes a transaction and goes to its targets.
#include "core/base/log.h"
#include "core/script/forward.h"
#include "core/script/reply.h"
#include "modules/tm/tm_module.h"

namespace junctor::tm
{

using script::Failure;
using transaction::Transaction;

namespace
{

constexpr Code code_of(Failure failure)
{
    return Code{failure == Failure::None ? -1 : static_cast<int>(failure)};
}

// Lives as long as the script's run of the request: at its end, a transaction that nothing was done with is
// released.
struct ScriptRun {
    std::weak_ptr<Transaction> transaction;

    ScriptRun() = default;
    ScriptRun(const ScriptRun&) = delete;
    ScriptRun& operator=(const ScriptRun&) = delete;
    ~ScriptRun()
    {
        const auto made = transaction.lock();
        if (made == nullptr || made->has_ended() || made->is_released() || made->is_final_sent()) return;
        if (!made->branches().empty()) return;
        const auto* user = dynamic_cast<const ScriptUser*>(made->user());
        if (user == nullptr || user->kept) return;
        log_warning("tm",
                    "the script ended without forwarding, answering or releasing the transaction of a {}",
                    made->request()->method());
        made->release();
    }
};

bool is_complete(const sip::Message& request)
{
    return request.top_via() != nullptr && request.from() != nullptr && request.to() != nullptr &&
           request.cseq() != nullptr && !request.call_id().empty();
}

}  // namespace

Task<Code> Tm::t_newtran(Message& message)
{
    constexpr Code exists{-10}, incomplete{static_cast<int>(Failure::TupleIncomplete)},
        full{static_cast<int>(Failure::OutOfMemory)}, via_unresolvable{-8};
    if (message.transaction != nullptr)
        co_return message.fail({500, "there is a transaction already"}, exists);
    if (message.sip().method_id() == sip::Method::Ack) co_return done;
    transaction::Layer& layer = *message.environment().transactions;
    if (const auto same =
            layer.find(message.sip())) {  // came while no trace of the first one was left to absorb it
        same->on_retransmission();
        co_return ends_script;
    }
    if (!is_complete(message.sip()))
        co_return message.fail({400, "From, To, Call-ID, CSeq or Via is missing"}, incomplete,
                               Failure::TupleIncomplete);

    Transaction::Origin origin;
    origin.request = message.sip_ptr();
    origin.from = message.flow();
    origin.force_rport = message.force_rport;
    if (const auto hop = script::reply_hop(message)) {
        auto to = message.environment().resolver.literal(*hop);
        if (!to) {
            const auto found = co_await message.environment().resolver.resolve(*hop);
            if (!found) co_return message.fail(found.error(), via_unresolvable, Failure::Unresolvable);
            to = found->front();
        }
        to->socket = message.flow().socket;
        origin.reply_to = *to;
    }
    auto user = std::make_unique<ScriptUser>(shared_, message, message.extra<ArmedRoutes>(this));
    ScriptUser& made_user = *user;
    auto made = layer.create(std::move(origin), std::move(user));
    if (!made) co_return message.fail(made.error(), full, Failure::OutOfMemory);
    message.transaction = *made;
    message.extra<ScriptRun>(&shared_).transaction = *made;
    for (Observer* observer : shared_.observers) observer->on_request(made_user.request(), **made);
    co_return done;
}

Task<Code> Tm::relay_either(Message& message, FlagsOrDestination how)
{
    RelayOptions options{how.flags, {}};
    if (how.destination) options.destination = std::move(how.destination->hop);
    return relay(message, std::move(options));
}

Task<Code> Tm::relay_to(Message& message, RelayDestination destination, RelayFlags flags)
{
    return relay(message, {flags, std::move(destination.hop)});
}

Task<Code> Tm::relay(Message& message, RelayOptions options)
{
    const bool made_here = message.transaction == nullptr;
    if (made_here) {
        // An ACK that comes this far is end to end; a CANCEL without its INVITE may belong to one that we
        // forwarded statelessly (RFC 3261 §16.10): both go on without a transaction.
        const sip::Method method = message.sip().method_id();
        transaction::Layer& layer = *message.environment().transactions;
        if (method == sip::Method::Cancel) {
            auto invite = layer.find_cancelled(message.sip());
            if (invite != nullptr || layer.has_answered(message.sip()))
                co_return co_await relay_cancel(message, std::move(invite));
        }
        if (method == sip::Method::Ack || method == sip::Method::Cancel) {
            const Code forwarded = co_await script::forward_request(
                message, options.destination ? &*options.destination : nullptr);
            co_return forwarded.value > 0 ? done : forwarded;
        }
        const Code made = co_await t_newtran(message);
        if (made.value <= 0) co_return made.value == -8 ? ends_script : made;
        if (message.transaction->is_invite() && !options.flags.no_trying())
            message.transaction->reply({100, "Giving a try", {}, {}, {}, {}, {}});
    }
    const std::shared_ptr<Transaction> transaction = message.transaction;
    ScriptUser* user = user_of(message);
    if (user == nullptr) co_return message.fail({500, "the transaction has ended"}, failed);

    const RelayFlags flags = options.flags;
    options.as_stored = made_here;
    const ForwardOutcome outcome = co_await forward(message, *transaction, *user, std::move(options));
    if (outcome.sent > 0) co_return done;
    message.failure = outcome.failure;
    const Code code = code_of(outcome.failure);
    if (!made_here || flags.no_error_reply()) co_return code;
    if (transaction->is_final_sent()) co_return ends_script;  // the caller gave up meanwhile and was answered
    const auto error = script::error_reply(outcome.failure, "TM");
    co_return t_reply(message, error.status, error.reason) == done ? ends_script : code;
}

Task<Code> Tm::relay_cancel(Message& message, std::shared_ptr<Transaction> invite)
{
    const Code made = co_await t_newtran(message);
    if (made.value <= 0) co_return made;
    const std::shared_ptr<Transaction> transaction = message.transaction;
    bool anything = false;
    if (invite != nullptr) {
        std::map<unsigned, std::string> headers;
        const ArmedRoutes& routes = armed(message);
        if (auto* user = dynamic_cast<ScriptUser*>(invite->user()); user != nullptr && !routes.branch.empty())
            headers = co_await cancel_headers(message, *invite, *user, routes.branch);
        anything = invite->cancel(message.sip(), [&](transaction::Branch& branch) {
            const auto found = headers.find(branch.index());
            return found != headers.end() ? found->second : std::string();
        });
    }
    transaction->reply({200, anything ? "canceling" : "ok -- no more pending branches", {}, {}, {}, {}, {}});
    co_return done;
}

Task<Code> Tm::replicate_with(Message& message, ReplicaUri uri, RelayFlags flags)
{
    if (message.transaction == nullptr) {
        const Code made = co_await t_newtran(message);
        if (made.value <= 0 || message.transaction == nullptr) co_return made;
    }
    const std::shared_ptr<Transaction> transaction = message.transaction;
    ScriptUser* user = user_of(message);
    if (user == nullptr) co_return failed;
    transaction->make_silent();
    message.target().destination_uri = uri.uri;
    for (script::Target& branch : message.branches()) {
        branch.destination_uri = std::exchange(branch.uri, std::string(message.uri()));
        branch.path.clear();
    }
    const ForwardOutcome outcome = co_await forward(message, *transaction, *user, {flags, {}});
    message.target().destination_uri.clear();
    if (outcome.sent > 0) co_return done;
    message.failure = outcome.failure;
    co_return code_of(outcome.failure);
}

}  // namespace junctor::tm
