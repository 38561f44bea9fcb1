#include "core/server/dispatcher.h"

#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/script/execution.h"
#include "core/sip/check.h"
#include "core/sip/write.h"
#include "core/transaction/branch_id.h"
#include "core/transport/way_back.h"

namespace junctor::server
{
namespace
{

// Requests that belong to something under way are served to the end while we drain.
bool begins_something(const sip::Message& request)
{
    switch (request.method_id()) {
        case sip::Method::Ack:
        case sip::Method::Cancel:
        case sip::Method::Bye:
        case sip::Method::Prack:
        case sip::Method::Update: return false;
        default: return request.to() == nullptr || request.to()->tag().empty();
    }
}

}  // namespace

Dispatcher::Dispatcher(const Registry& registry, CoreStatistics& statistics)
    : registry_(registry), statistics_(statistics)
{
}

Dispatcher::~Dispatcher() = default;

void Dispatcher::connect(script::Environment& environment, transaction::Layer& layer,
                         const std::vector<Dispatcher*>& all)
{
    environment_ = &environment;
    layer_ = &layer;
    all_ = all;
    // A CANCEL that came while the script was still busy with its INVITE: now it is its turn.
    layer.on_waiting_cancel(
        [this](const sip::MessagePtr& cancel, const transport::Flow& from) { run_request(cancel, from); });
}

void Dispatcher::cancel_scripts()
{
    tasks_ = std::make_unique<TaskGroup>();
}

void Dispatcher::on_message(std::string bytes, const transport::Flow& from)
{
    auto parsed = sip::Message::take(bytes);
    if (!parsed) return refuse_unreadable(std::move(bytes), from, parsed.error());
    const sip::MessagePtr& message = *parsed;
    const auto workers = static_cast<unsigned>(all_.size());
    unsigned owner = environment_->worker.index();
    if (workers > 1) {
        if (message->is_request())
            owner = transaction::worker_of_request(*message, workers);
        else if (const sip::Via* via = message->top_via())
            owner = transaction::worker_of_response(via->branch).value_or(owner) % workers;
    }
    if (owner == environment_->worker.index()) return take(message, from);
    Dispatcher* const other = all_[owner];
    other->environment_->worker.post([other, message, from] { other->take(message, from); });
}

void Dispatcher::on_broken_stream(const Error& error, std::string_view bytes, const transport::Flow& from)
{
    statistics_.bad_msg_hdr.add();
    log_info(core_area, "the stream from {} is closed: {}", from.remote.text(), error.text);
    if (const auto request = sip::Message::salvage(std::string(bytes)))
        refuse(*request, from, error.status, error.text);
}

// No index could be made. Where the few headers of an answer can be found all the same, the peer hears what
// is wrong.
void Dispatcher::refuse_unreadable(std::string bytes, const transport::Flow& from, const Error& error)
{
    statistics_.bad_msg_hdr.add();
    log_info(core_area, "a message from {} cannot be read: {}", from.remote.text(), error.text);
    if (const auto request = sip::Message::salvage(std::move(bytes)))
        refuse(*request, from, error.status, error.text);
}

void Dispatcher::on_connection_closed(std::uint64_t) {}

void Dispatcher::take(const sip::MessagePtr& message, const transport::Flow& from)
{
    if (message->is_request())
        take_request(message, from);
    else
        take_response(message, from);
}

void Dispatcher::take_request(const sip::MessagePtr& request, const transport::Flow& from)
{
    statistics_.rcv_requests.add();
    if (const auto checked = sip::check_message(*request); !checked) {
        statistics_.bad_msg_hdr.add();
        log_info(core_area, "a {} from {} is refused with {}: {}", request->method(), from.remote.text(),
                 checked.error().status, checked.error().text);
        return refuse(*request, from, checked.error().status, checked.error().text);
    }
    if (layer_->absorb_request(request, from)) return;
    if (draining_ && begins_something(*request))
        return refuse(*request, from, 503, "Service Unavailable", "Retry-After: 5\r\n");
    run_request(request, from);
}

// A request and its script, for as long as that runs.
struct Dispatcher::RequestRun {
    RequestRun(script::Environment& environment, const sip::MessagePtr& request, const transport::Flow& from)
        : message(environment, request, from)
    {
    }
    script::Message message;
    transaction::Layer::InProgress progress;
    std::shared_ptr<const script::CompiledProgram> program;  // a reload meanwhile does not take it away
    std::optional<script::Execution> execution;
};

void Dispatcher::run_request(const sip::MessagePtr& request, const transport::Flow& from)
{
    auto run = std::make_unique<RequestRun>(*environment_, request, from);
    if (!pass_hooks(run->message)) {
        statistics_.drop_requests.add();
        return;
    }
    run->progress = layer_->in_progress(*request);
    run->program = std::static_pointer_cast<const script::CompiledProgram>(environment_->program);
    const script::CompiledRoute* block = script::find_block(*run->program, script::Route::Request, 0);
    if (block == nullptr) return;
    run->execution.emplace(*run->program, *block, script::Route::Request, run->message);
    // A script that never waits costs no coroutine: 1,500 instructions of an OPTIONS's 23,000.
    if (!run->execution->start()) tasks_->start(finish_request(std::move(run)));
}

Task<bool> Dispatcher::finish_request(std::unique_ptr<RequestRun> run)
{
    co_await run->execution->finish();
    co_return true;
}

bool Dispatcher::pass_hooks(script::Message& message) const
{
    for (const BeforeScript& hook : registry_.before_script())
        if (!hook(message)) return false;
    return true;
}

void Dispatcher::take_response(const sip::MessagePtr& response, const transport::Flow& from)
{
    statistics_.rcv_replies.add();
    const sip::Via* const via = response->top_via();
    if (const auto checked = sip::check_message(*response); !checked || via == nullptr) {
        statistics_.err_replies.add();
        log_info(core_area, "a reply {} from {} was dropped: {}", response->status(), from.remote.text(),
                 checked ? "it has no Via" : checked.error().text);
        return;
    }
    if (environment_->settings.check_via &&
        !environment_->local_names.is_myself(via->host, via->port_or_default(), Protocol::Any)) {
        statistics_.err_replies.add();
        return;
    }
    auto message = std::make_shared<script::Message>(*environment_, response, from);
    if (!pass_hooks(*message)) {
        statistics_.drop_replies.add();
        return;
    }
    if (environment_->program->has_route(script::Route::OnReply, 0))
        tasks_->start(route_response(std::move(message)));
    else
        finish_response(message);
}

Task<bool> Dispatcher::route_response(std::shared_ptr<script::Message> message)
{
    const auto program = environment_->program;
    co_await script::run_route(*program, *message, script::Route::OnReply, 0);
    if (message->drop && message->sip().status() < 200) {
        statistics_.drop_replies.add();
        co_return true;
    }
    finish_response(message);
    co_return true;
}

void Dispatcher::finish_response(const std::shared_ptr<script::Message>& message)
{
    transaction::Response response{message->sip_ptr(), message->flow(), message->edits, message};
    if (!layer_->match_response(std::move(response))) tasks_->start(forward_response(message));
}

// RFC 3261 §16.7 step 9 and §18.2.2: on by the Via below ours, without a transaction.
Task<bool> Dispatcher::forward_response(std::shared_ptr<script::Message> message)
{
    const auto vias = message->sip().vias();
    if (vias.size() < 2) {
        statistics_.err_replies.add();
        co_return false;
    }
    const sip::Via& next = vias[1];
    transport::Destination to;
    to.protocol = protocol_from(next.transport).value_or(Protocol::Udp);
    const std::string host(next.received.empty() ? next.host : next.received);
    const auto rport = parse_unsigned(next.rport, 65535);
    const auto port = static_cast<std::uint16_t>(rport.value_or(next.port_or_default()));
    if (const auto ip = IpAddress::parse(host)) {
        to.remote = {*ip, port};
    } else {
        const auto found = co_await environment_->resolver.resolve({host, next.port, to.protocol, false});
        if (!found) {
            statistics_.err_replies.add();
            co_return false;
        }
        to.remote = found->front().remote;
    }
    const std::string bytes = sip::write_forwarded_response(message->sip(), &message->edits);
    if (const auto sent = environment_->transport.send(to, bytes); !sent) {
        statistics_.drop_replies.add();
        log_info(core_area, "a reply could not be forwarded to {}: {}", to.remote.text(), sent.error().text);
        co_return false;
    }
    statistics_.fwd_replies.add();
    co_return true;
}

void Dispatcher::refuse(const sip::Message& request, const transport::Flow& from, int status,
                        std::string_view reason, std::string_view headers)
{
    const sip::Via* const via = request.top_via();
    if (via == nullptr) {
        statistics_.err_requests.add();
        return;
    }
    if (request.method_id() == sip::Method::Ack) return;  // §17.1.1.3: nobody answers an ACK
    sip::Reply reply;
    reply.status = status;
    reply.reason = reason;
    reply.headers = headers;
    reply.source = from.remote;
    if (environment_->settings.server_signature) reply.server_line = environment_->settings.server_header;
    const std::string bytes = sip::write_reply(request, reply);
    const transport::Destination to = transport::way_back(from, request);
    if (const auto sent = environment_->transport.send(to, bytes); !sent)
        log_info(core_area, "the refusal could not be sent to {}: {}", to.remote.text(), sent.error().text);
}

}  // namespace junctor::server
