#include "tools/sipload/call.h"

#include "tools/sipload/reading.h"

namespace junctor::load
{
namespace
{

// RFC 3261 §12.1.2: the route set is the Record-Routes in reverse order. Commas within <> separate nothing.
std::string route_set(std::string_view response)
{
    std::string routes;
    for_each_header(response, [&](std::string_view line) {
        if (!is_header(line, "Record-Route")) return true;
        std::string_view rest = value_of(line);
        while (!rest.empty()) {
            const std::size_t close = rest.find('>');
            const std::size_t comma = rest.find(',', close == std::string_view::npos ? 0 : close);
            routes.insert(0, "Route: " + std::string(rest.substr(0, comma)) + "\r\n");
            rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
        }
        return true;
    });
    return routes;
}

}  // namespace

void Call::begin(Conversation& conversation)
{
    conversation.answer.bytes.clear();
    conversation.dialog.ack.clear();
    stage_.request(conversation, invite, stage_.templates().invite, {}, true);
}

void Call::on_response(Conversation& conversation, char step, int status, std::string_view bytes)
{
    if (step == invite && conversation.identity.step != invite) {
        // The 200 once more: our ACK was lost (RFC 3261 §13.2.2.4).
        if (status >= 200 && status < 300) {
            stage_.tally().retransmitted.add();
            stage_.send(conversation.channel, conversation.dialog.ack);
        }
        return;
    }
    if (!take_final(conversation, step, status)) return;
    if (step == bye) return status < 300 ? stage_.finish(conversation) : stage_.fail(conversation, status);
    status < 300 ? on_invite_answered(conversation, bytes) : on_invite_failed(conversation, status, bytes);
}

void Call::on_invite_failed(Conversation& conversation, int status, std::string_view response)
{
    std::string bytes;
    stage_.templates().ack_to_failure.append(
        stage_.complete(conversation, {.to = header_value(response, "To", 't')}), bytes);
    stage_.send(conversation.channel, bytes);
    stage_.fail(conversation, status);
}

void Call::on_invite_answered(Conversation& conversation, std::string_view response)
{
    auto& dialog = conversation.dialog;
    dialog.to = header_value(response, "To", 't');
    dialog.target = uri_in(header_value(response, "Contact", 'm'));
    dialog.routes = route_set(response);

    conversation.identity.step = ack;
    dialog.ack.clear();
    stage_.templates().ack.append(
        stage_.complete(conversation, {.to = dialog.to, .target = dialog.target, .headers = dialog.routes}),
        dialog.ack);
    stage_.send(conversation.channel, dialog.ack);

    const Duration hold = stage_.options().hold;
    hold > Duration{} ? conversation.pause.start(hold) : hang_up(conversation);
}

void Call::hang_up(Conversation& conversation)
{
    const auto& dialog = conversation.dialog;
    stage_.request(conversation, bye, stage_.templates().bye,
                   {.to = dialog.to, .target = dialog.target, .headers = dialog.routes});
}

}  // namespace junctor::load
