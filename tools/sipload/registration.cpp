#include "tools/sipload/registration.h"

#include "tools/sipload/challenge.h"

namespace junctor::load
{

void Registration::begin(Conversation& conversation)
{
    stage_.request(conversation, '1', stage_.templates().register_,
                   {.cseq = stage_.next_register_cseq(conversation.user)});
}

void Registration::on_response(Conversation& conversation, char step, int status, std::string_view bytes)
{
    if (!take_final(conversation, step, status)) return;
    const bool challenged = (status == 401 || status == 407) && step == '1';
    if (conversation.kind == ScenarioKind::RegisterAuth && challenged)
        return authenticate(conversation, status, bytes);
    status < 300 ? stage_.finish(conversation) : stage_.fail(conversation, status);
}

void Registration::authenticate(Conversation& conversation, int status, std::string_view challenged)
{
    const auto challenge = Challenge::find(challenged, status);
    if (!challenge) return stage_.fail(conversation, status);
    const Options& options = stage_.options();
    const std::string number = std::to_string(conversation.user);
    authorization_ =
        challenge->answer({options.user_prefix + number,
                           options.password.empty() ? options.password_prefix + number : options.password,
                           "REGISTER", "sip:" + options.domain, conversation.identity.text()});
    stage_.request(conversation, '2', stage_.templates().register_,
                   {.cseq = stage_.next_register_cseq(conversation.user), .headers = authorization_});
}

}  // namespace junctor::load
