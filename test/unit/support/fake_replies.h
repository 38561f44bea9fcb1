// sl, as modules that answer see it: writes down what would be sent.
#pragma once

#include <string>
#include <vector>

#include "core/module/module.h"
#include "modules/sl/sl.h"

namespace junctor::test
{

class FakeReplies final : public Module, public sl::StatelessReplies
{
public:
    struct Reply {
        int code = 0;
        std::string reason, headers;
    };
    bool reply(script::Message& message, int code, std::string_view reason, std::string_view) override
    {
        if (broken) return false;
        sent.push_back({code, std::string(reason), message.reply_headers});
        return true;
    }

    void add_listener(std::function<void(const Sent&)>) override {}

    std::vector<Reply> sent;
    bool broken = false;
};

}  // namespace junctor::test
