// REGISTER, with a second one where the server wants to know who we are (RFC 3261 §10, §22).
#pragma once

#include "tools/sipload/scenario.h"

namespace junctor::load
{

class Registration final : public Scenario
{
public:
    using Scenario::Scenario;

    void begin(Conversation& conversation) override;
    void on_response(Conversation& conversation, char step, int status, std::string_view bytes) override;

private:
    void authenticate(Conversation& conversation, int status, std::string_view challenged);
    std::string authorization_;
};

}  // namespace junctor::load
