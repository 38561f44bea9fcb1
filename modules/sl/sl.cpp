// sl: replies without a transaction, and the end of the ACKs that they provoke.
#include "modules/sl/sl.h"

#include <mutex>

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/module/code_counters.h"
#include "core/module/module.h"
#include "core/script/reply.h"
#include "modules/sl/to_tags.h"

namespace junctor::sl
{
namespace
{

constexpr Code sent{1}, not_sent{-1};
constexpr std::uint64_t lowest_code = 100, highest_code = 699;

}  // namespace

class Sl final : public Module, public StatelessReplies
{
public:
    static void declare(Declaration<Sl>& d)
    {
        d.param("enable_stats", &Sl::enable_stats_, "count what is sent and absorbed");
        d.function("sl_send_reply", &Sl::send_reply, {Route::Request, Route::Error},
                   "the status, a number of 100 to 699; then the reason phrase");
        d.check(&Sl::refuse);
        d.function("sl_reply_error", &Sl::reply_error, {Route::Request},
                   "answers with the status that fits the failure of the action just before");
        d.statistic("1xx_replies", &Sl::replies_1xx_);
        d.statistic("2xx_replies", &Sl::replies_2xx_);
        d.statistic("3xx_replies", &Sl::replies_3xx_);
        d.statistic("4xx_replies", &Sl::replies_4xx_);
        d.statistic("5xx_replies", &Sl::replies_5xx_);
        d.statistic("6xx_replies", &Sl::replies_6xx_);
        d.statistic("sent_replies", &Sl::sent_replies_);
        d.statistic("sent_err_replies", &Sl::sent_err_replies_);
        d.statistic("received_ACKs", &Sl::received_acks_);
    }

    Result<void> start(StartContext& context) override;
    void start_worker(script::Environment&) override;
    bool reply(script::Message& message, int code, std::string_view reason, std::string_view to_tag) override;
    void add_listener(std::function<void(const Sent&)> listener) override
    {
        listeners_.insert(listeners_.begin(), std::move(listener));
    }

private:
    Code send_reply(Message& message, const script::Format& code, const script::Format& reason);
    Code reply_error(Message& message);
    Result<void> refuse(std::span<const script::Argument> arguments) const;
    bool absorb_ack(const Message& message);
    bool send(Message& message, std::string bytes);
    void count(int code);

    bool enable_stats_ = true;
    ToTags tags_;
    std::vector<std::function<void(const Sent&)>> listeners_;
    const Registry* registry_ = nullptr;
    std::once_flag counters_found_;
    CodeCounters code_counters_;
    Counter replies_1xx_, replies_2xx_, replies_3xx_, replies_4xx_, replies_5xx_, replies_6xx_;
    Counter sent_replies_, sent_err_replies_, received_acks_;
};

Result<void> Sl::start(StartContext& context)
{
    if (!context.sockets().empty()) tags_ = ToTags(context.sockets().front().address);
    registry_ = &context.registry();
    context.registry().add_before_script([this](script::Message& message) { return !absorb_ack(message); });
    return {};
}

void Sl::start_worker(script::Environment&)
{
    // Only now has every module registered its statistics.
    std::call_once(counters_found_, [this] { code_counters_.find(*registry_); });
}

bool Sl::absorb_ack(const Message& message)
{
    if (!message.is_request() || message.sip().method_id() != sip::Method::Ack) return false;
    if (!tags_.is_ours(message.sip())) return false;
    if (enable_stats_) received_acks_.add();
    return true;
}

Result<void> Sl::refuse(std::span<const script::Argument> arguments) const
{
    for (std::size_t i = 0; i < arguments.size(); ++i)
        if (arguments[i].text.empty()) return fail(500, "must not be empty", i);
    const std::string& code = arguments.front().text;
    if (code.find('$') != std::string::npos) return {};
    const auto number = parse_unsigned(code, highest_code);
    if (!number || *number < lowest_code)
        return fail(500, "a status is a number of 100 to 699, not \"" + code + "\"", 0);
    return {};
}

Code Sl::send_reply(Message& message, const script::Format& code, const script::Format& reason)
{
    const auto status = code.expand(message), phrase = reason.expand(message);
    if (!status || !phrase || phrase->empty())
        return message.fail({500, "sl_send_reply: no status or reason"}, not_sent);
    const auto number = parse_unsigned(*status, highest_code);
    if (!number || *number < lowest_code)
        return message.fail({500, "sl_send_reply: " + quoted_for_log(*status) + " is no status"}, not_sent);
    return reply(message, static_cast<int>(*number), *phrase, {}) ? sent : not_sent;
}

Code Sl::reply_error(Message& message)
{
    const auto error = script::error_reply(message.previous_failure, "SL");
    if (!reply(message, error.status, error.reason, {})) return not_sent;
    if (enable_stats_) sent_err_replies_.add();
    return sent;
}

bool Sl::reply(script::Message& message, int code, std::string_view reason, std::string_view to_tag)
{
    if (!message.is_request() || message.sip().method_id() == sip::Method::Ack) return false;
    transaction::LocalReply what = script::reply_to(message, code, reason);
    what.to_tag = to_tag.empty() ? tags_.tag_for(message.sip()) : std::string(to_tag);
    std::string bytes = script::write_reply(message, what);
    for (const auto& listener : listeners_) listener({message, code, reason, bytes});
    if (!send(message, std::move(bytes))) return false;
    if (enable_stats_) count(code);
    return true;
}

namespace
{

// reply_to_via with a host name: the reply leaves when its address is known.
Task<bool> send_when_resolved(script::Environment& environment, transport::NextHop hop,
                              const transport::ListenSocket* socket, std::string bytes)
{
    auto found = co_await environment.resolver.resolve(hop);
    if (!found) {
        log_warning("sl", "the Via host {} of a request cannot be resolved; no reply is sent", hop.host);
        co_return false;
    }
    found->front().socket = socket;
    const auto sent = environment.transport.send(found->front(), bytes);
    if (!sent) log_warning("sl", "a reply to {} was not sent: {}", hop.host, sent.error().text);
    co_return sent.has_value();
}

}  // namespace

bool Sl::send(Message& message, std::string bytes)
{
    script::Environment& environment = message.environment();
    transport::Destination to = script::way_back(message);
    if (const auto hop = script::reply_hop(message)) {
        const auto literal = environment.resolver.literal(*hop);
        if (!literal) {
            environment.tasks->start(
                send_when_resolved(environment, *hop, message.flow().socket, std::move(bytes)));
            return true;
        }
        to.remote = literal->remote;
    }
    const auto sent = environment.transport.send(to, bytes);
    if (!sent) log_warning("sl", "a reply to {} was not sent: {}", to.remote.text(), sent.error().text);
    return sent.has_value();
}

void Sl::count(int code)
{
    sent_replies_.add();
    code_counters_.count(code);
    if (code < 200)
        replies_1xx_.add();
    else if (code < 300)
        replies_2xx_.add();
    else if (code < 400)
        replies_3xx_.add();
    else if (code < 500)
        replies_4xx_.add();
    else if (code < 600)
        replies_5xx_.add();
    else
        replies_6xx_.add();
}

}  // namespace junctor::sl

JUNCTOR_MODULE(junctor::sl::Sl)
