// MI command t_uac_dlg: a request that an admin's program wants to have sent, and what became of it.
#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/script/reply.h"
#include "core/transport/find_socket.h"
#include "modules/tm/ask_worker.h"
#include "modules/tm/mi_text.h"
#include "modules/tm/tm_module.h"

namespace junctor::tm
{
namespace
{

// The headers are read as those of a message; what we make ourselves is taken out, all else is copied as it
// is.
Result<void> take_headers(const sip::Message& message, bool body, transaction::OriginatedRequest& request)
{
    const auto not_wanted = [&](std::string text) { return fail(400, std::move(text)); };
    if (body && message.first(sip::HeaderType::ContentType) == nullptr)
        return not_wanted("Content-Type missing");
    if (body && message.first(sip::HeaderType::ContentLength) != nullptr)
        return not_wanted("Content-Length disallowed");
    if (message.first(sip::HeaderType::To) == nullptr) return not_wanted("To missing");
    if (message.first(sip::HeaderType::From) == nullptr) return not_wanted("From missing");
    if (message.from() == nullptr) return not_wanted("Error in From");
    if (message.to() == nullptr) return not_wanted("Error in To");
    if (message.first(sip::HeaderType::CSeq) != nullptr) {
        const sip::CSeq* cseq = message.cseq();
        if (cseq == nullptr) return not_wanted("Bad CSeq number");
        if (cseq->method != request.method) return not_wanted("CSeq method mismatch");
        request.cseq = cseq->number;
    }
    request.from = message.from()->whole;
    request.to = message.to()->whole;
    request.call_id = message.call_id();
    for (const sip::Header& header : message.headers()) {
        switch (header.type) {
            case sip::HeaderType::From:
            case sip::HeaderType::To:
            case sip::HeaderType::CallId:
            case sip::HeaderType::CSeq:
            case sip::HeaderType::Via:
            case sip::HeaderType::MaxForwards:
            case sip::HeaderType::ContentLength: break;
            default: request.headers += header.line;
        }
    }
    return {};
}

Result<const transport::ListenSocket*> socket_named(std::string_view text,
                                                    std::span<const transport::ListenSocket> sockets)
{
    if (text == ".") return nullptr;
    const auto name = transport::SocketName::parse(text);
    if (!name) return fail(404, "Invalid local socket");
    const transport::ListenSocket* socket =
        transport::find_socket(sockets, name->protocol, name->host, name->port);
    if (socket == nullptr) return fail(404, "Local socket not found");
    return socket;
}

Result<transaction::OriginatedRequest> wanted_request(const std::vector<std::string>& arguments,
                                                      std::span<const transport::ListenSocket> sockets)
{
    transaction::OriginatedRequest request;
    request.method = arguments[0];
    request.uri = arguments[1];
    if (!sip::Uri::parse(request.uri)) return fail(400, "Invalid RURI");
    if (arguments[2] != ".") {
        request.next_hop = arguments[2];
        if (!sip::Uri::parse(request.next_hop)) return fail(400, "Invalid NEXTHOP");
    }
    const auto socket = socket_named(arguments[3], sockets);
    if (!socket) return fail(socket.error());
    request.socket = *socket;
    const bool body = arguments.size() == 6 && !arguments[5].empty();
    if (body) request.body = arguments[5];
    const std::string headers = arguments[4] == "." ? std::string() : header_lines(arguments[4]);
    const auto message = sip::Message::parse(fmt::format(
        "{} {} SIP/2.0\r\n{}\r\n", single_line(request.method), single_line(request.uri), headers));
    if (!message) return fail(400, "Bad headers");
    if (const auto taken = take_headers(**message, body, request); !taken) return fail(taken.error());
    request.address_mark = "!!";
    return request;
}

struct DialogState {
    std::string target = ".", next_hop = ".", routes = ".";
};

// What a program needs to go on in the dialog that the response confirms (RFC 3261 §12.1.2); dots otherwise.
DialogState dialog_of(const sip::Message& response)
{
    DialogState dialog;
    const sip::Header* contact = response.first(sip::HeaderType::Contact);
    if (response.status() < 200 || response.status() >= 300 || contact == nullptr) return dialog;
    if (response.to() == nullptr || response.to()->tag().empty()) return dialog;
    const auto target = sip::NameAddr::parse(sip::first_list_element(contact->value));
    if (!target) return dialog;
    dialog.target = dialog.next_hop = target->uri_text;
    std::vector<std::string> routes;
    for (const sip::Header& header : response.headers())
        if (header.type == sip::HeaderType::RecordRoute)
            if (const auto elements = sip::parse_name_addr_list(header.value))
                for (const sip::NameAddr& element : *elements) routes.emplace_back(element.uri_text);
    if (routes.empty()) return dialog;
    dialog.next_hop = routes.back();  // the nearest: the set is the Record-Route, reversed
    dialog.routes = "Route: ";
    for (auto route = routes.rbegin(); route != routes.rend(); ++route)
        dialog.routes += fmt::format("{}<{}>", route == routes.rbegin() ? "" : ", ", *route);
    return dialog;
}

mi::Reply report(const transaction::Outcome& outcome)
{
    mi::Reply reply;
    const bool unsent = outcome.response == nullptr && outcome.status != 408 && outcome.status != 487;
    if (unsent) {
        const auto failure =
            outcome.status == 478 ? script::Failure::Unresolvable : script::Failure::SendFailed;
        const auto error = script::error_reply(failure, "MI/UAC");
        reply.add({}, fmt::format("{} {}", error.status, error.reason));
        return reply;
    }
    reply.add({}, fmt::format("{} {}", outcome.status, outcome.reason));
    const DialogState dialog = outcome.response != nullptr ? dialog_of(*outcome.response) : DialogState{};
    reply.add({}, dialog.target);
    reply.add({}, dialog.next_hop);
    reply.add({}, dialog.routes);
    reply.add({}, outcome.response != nullptr
                      ? std::string(outcome.response->bytes().substr(outcome.response->headers_offset()))
                      : std::string("."));
    return reply;
}

}  // namespace

Task<mi::Reply> Tm::mi_uac_dlg(mi::Request request)
{
    const auto& arguments = request.arguments;
    if (arguments.size() != 5 && arguments.size() != 6) co_return mi::Reply::bad_count();
    script::Environment& environment = *environments_[next_worker_++ % environments_.size()];
    auto wanted = wanted_request(arguments, environment.transport.sockets());
    if (!wanted) co_return mi::Reply::error(wanted.error().status, wanted.error().text);

    OneShot<mi::Reply> answer;
    transaction::OriginateCallbacks callbacks;
    callbacks.on_final = [here = main_loop_,
                          resolver = answer.resolver()](const transaction::Outcome& outcome) {
        here->post([resolver, reply = report(outcome)]() mutable { resolver.resolve(std::move(reply)); });
    };
    if (pass_provisional_replies_ && request.progress)
        callbacks.on_provisional = [here = main_loop_,
                                    progress = request.progress](const transaction::Outcome& outcome) {
            here->post([progress, reply = report(outcome)] { progress(reply); });
        };
    environment.worker.post(
        [&environment, wanted = std::move(*wanted), callbacks = std::move(callbacks)]() mutable {
            const auto on_final = callbacks.on_final;
            const auto started = environment.transactions->originate(std::move(wanted), std::move(callbacks));
            if (!started)
                on_final(transaction::Outcome{started.error().status, started.error().text, nullptr, {}});
        });
    co_return co_await answer;
}

}  // namespace junctor::tm
