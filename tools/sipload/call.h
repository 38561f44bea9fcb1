// The caller's side of a call: INVITE, 180, 200, ACK, BYE, 200 (RFC 3261 §13, §15), by the route that the
// server recorded.
#pragma once

#include "tools/sipload/scenario.h"

namespace junctor::load
{

class Call final : public Scenario
{
public:
    using Scenario::Scenario;

    void begin(Conversation& conversation) override;
    void on_response(Conversation& conversation, char step, int status, std::string_view bytes) override;
    void on_pause_over(Conversation& conversation) override { hang_up(conversation); }

private:
    static constexpr char invite = '1', ack = '2', bye = '3';

    void on_invite_failed(Conversation& conversation, int status, std::string_view response);
    void on_invite_answered(Conversation& conversation, std::string_view response);
    void hang_up(Conversation& conversation);
};

}  // namespace junctor::load
