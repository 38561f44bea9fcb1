// What the script asks and tells about its transaction.
#include "core/base/log.h"
#include "modules/tm/tm_module.h"

namespace junctor::tm
{

constexpr Code yes{1}, no{-1};

// With a transaction its own, before it those that it will start with.
ArmedRoutes& Tm::armed(Message& message)
{
    if (ScriptUser* user = user_of(message)) return user->routes;
    return message.extra<ArmedRoutes>(this);
}

Code Tm::on_failure(Message& message, const RouteName& route)
{
    armed(message).failure = route.name;
    return yes;
}

Code Tm::on_reply(Message& message, const RouteName& route)
{
    armed(message).reply = route.name;
    return yes;
}

Code Tm::on_branch(Message& message, const RouteName& route)
{
    armed(message).branch = route.name;
    return yes;
}

void Tm::t_on_failure(Message& message, std::string_view route)
{
    armed(message).failure = route;
}

Code Tm::check_status(Message& message, const script::Regex& pattern)
{
    if (message.transaction == nullptr)
        return message.fail({500, "t_check_status: there is no transaction"}, no);
    if (message.route == Route::Branch)
        return message.fail({500, "t_check_status: in a branch_route there is no status yet"}, no);
    const bool at_reply = message.route == Route::OnReply || message.route == Route::Failure;
    const int status = at_reply ? message.reply_code : message.transaction->last_status();
    const std::string text = status == 0 ? "0" : std::to_string(status);
    return pattern.matches(text) ? yes : no;
}

Code Tm::local_replied(Message& message, const Which& which)
{
    if (message.transaction == nullptr) return no;
    const transaction::Transaction& transaction = *message.transaction;
    const ScriptUser* user = user_of(message);
    const transaction::Branch* picked = user != nullptr ? user->picked : nullptr;
    switch (which) {
        case Which::All:
            for (const auto& branch : transaction.branches())
                if (branch->fork() == transaction.fork() && branch->has_reply()) return no;
            return yes;
        case Which::Branch: return picked != nullptr && !picked->has_reply() ? yes : no;
        case Which::Last:
            if (message.route == Route::Failure) return picked != nullptr && picked->is_local() ? yes : no;
            return transaction.is_last_from_user() ? yes : no;
    }
    return no;
}

Code Tm::check_trans(Message& message)
{
    transaction::Layer& layer = *message.environment().transactions;
    const sip::Message& request = message.sip();
    switch (request.method_id()) {
        case sip::Method::Cancel:
            return layer.find_cancelled(request) != nullptr || layer.has_answered(request) ? yes : no;
        case sip::Method::Ack:
            return layer.find_acknowledged(request) != nullptr || layer.has_answered(request) ? yes : no;
        default: break;
    }
    if (message.transaction != nullptr) return yes;
    const auto found = layer.find(request);
    if (found == nullptr) return no;
    found->on_retransmission();
    return ends_script;
}

Code Tm::was_cancelled(Message& message)
{
    return message.transaction != nullptr && message.transaction->is_cancelled() ? yes : no;
}

Code Tm::flush_flags(Message& message)
{
    ScriptUser* user = user_of(message);
    if (user == nullptr) return no;
    user->request().flags = message.flags;
    return yes;
}

script::Value Tm::branch_index(Message& message) const
{
    const auto index = static_cast<std::int64_t>(message.route == Route::Branch ? message.branch_index : 0);
    return script::Value::both(std::to_string(index), index);
}

script::Value Tm::reply_code(Message& message) const
{
    int code = 0;
    switch (message.route) {
        case Route::Request:
        case Route::Error:
            if (message.transaction != nullptr)
                code = message.transaction->last_status();
            else if (const auto found = message.environment().transactions->find(message.sip()))
                code = found->last_status();
            break;
        case Route::OnReply: code = message.is_request() ? 0 : message.sip().status(); break;
        case Route::Failure: code = message.reply_code; break;
        case Route::Branch: log_error("tm", "$T_reply_code: in a branch_route there is no reply yet"); break;
    }
    return script::Value::both(std::to_string(code), code);
}

}  // namespace junctor::tm
