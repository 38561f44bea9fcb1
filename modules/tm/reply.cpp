// t_reply and t_release: how a transaction ends without a callee.
#include "core/script/reply.h"

#include "modules/tm/tm_module.h"

namespace junctor::tm
{

Code Tm::t_reply(Message& message, int code, std::string_view reason)
{
    if (message.transaction == nullptr || message.sip().method_id() == sip::Method::Ack)
        return message.fail({500, "t_reply: there is no transaction"}, failed);
    const bool sent = message.transaction->reply(script::reply_to(message, code, reason));
    if (!sent) return message.fail({500, "t_reply: a final reply was sent already"}, failed);
    return done;
}

Code Tm::release(Message& message)
{
    if (message.transaction != nullptr) message.transaction->release();
    return done;
}

}  // namespace junctor::tm
