// The callee of all scenarios: OPTIONS, MESSAGE and BYE are answered with 200 at once, an INVITE with 180
// and, when it has rung, 200.
#include "tools/sipload/reading.h"
#include "tools/sipload/scenario.h"

namespace junctor::load
{

void Callee::on_request(unsigned channel, std::string_view request)
{
    const auto identity = Identity::find(request);
    Conversation* const conversation = identity ? stage_.find(*identity) : nullptr;
    const std::string_view method = method_of(request);
    if (method == "ACK") {
        if (conversation != nullptr) conversation->answer.resend.stop();
    } else if (method == "INVITE") {
        if (conversation != nullptr) on_invite(*conversation, channel, request);
    } else {
        if (conversation == nullptr) stage_.tally().late.add();
        answer(channel, request, "SIP/2.0 200 OK\r\n", "callee");
    }
}

void Callee::on_invite(Conversation& conversation, unsigned channel, std::string_view request)
{
    auto& answer_kept = conversation.answer;
    if (!answer_kept.bytes.empty()) {  // repeated: so is our answer
        if (!answer_kept.ringing) stage_.send(answer_kept.channel, answer_kept.bytes);
        return;
    }
    const std::string tag = conversation.identity.text();
    answer(channel, request, "SIP/2.0 180 Ringing\r\n", tag);

    answer_kept.channel = channel;
    const std::string contact =
        "Contact: <sip:callee@" + stage_.channels().address(channel) +
        (stage_.options().protocol == Protocol::Tcp ? ";transport=tcp>\r\n" : ">\r\n");
    append_answer(answer_kept.bytes, request, "SIP/2.0 200 OK\r\n", tag, contact);
    const Duration ring = stage_.options().ring;
    answer_kept.ringing = ring > Duration{};
    answer_kept.ringing ? conversation.pause.start(ring) : stage_.send_answer(conversation);
}

void Callee::on_pause_over(Conversation& conversation)
{
    conversation.answer.ringing = false;
    stage_.send_answer(conversation);
}

void Callee::answer(unsigned channel, std::string_view request, std::string_view status_line,
                    std::string_view tag)
{
    scratch_.clear();
    append_answer(scratch_, request, status_line, tag, {});
    stage_.send(channel, scratch_);
}

}  // namespace junctor::load
