// What other modules see of sl: replies without a transaction.
#pragma once

#include <functional>
#include <string_view>

#include "core/script/message.h"

namespace junctor::sl
{

class StatelessReplies
{
public:
    virtual ~StatelessReplies() = default;
    // Builds and sends a reply to the request (headers collected in message.reply_headers included).
    // `to_tag`: instead of our own. False: not sent (an ACK, or the network refused).
    virtual bool reply(script::Message& message, int code, std::string_view reason,
                       std::string_view to_tag = {}) = 0;

    // Told of each reply before it is sent, the listener that came last first. Call it in start() only.
    struct Sent {
        script::Message& message;
        int code;
        std::string_view reason;
        std::string_view bytes;
    };
    virtual void add_listener(std::function<void(const Sent&)> listener) = 0;
};

}  // namespace junctor::sl
