// One conversation under way: what its scenario and its timers must remember. Its place is used again by the
// next one, so that nothing is allocated once the run has found its size.
#pragma once

#include <functional>
#include <string>

#include "core/runtime/timer.h"
#include "tools/sipload/identity.h"
#include "tools/sipload/options.h"

namespace junctor::load
{

struct Conversation {
    using OnTimer = std::function<void(Conversation&)>;
    struct OnTimers {  // the same for all conversations
        OnTimer resend_request, resend_answer, pause_over;
    };

    Conversation(TimerWheel& wheel, std::uint32_t slot, const OnTimers& on)
        : request{.resend = Timer(wheel, [this, &on] { on.resend_request(*this); })},
          answer{.resend = Timer(wheel, [this, &on] { on.resend_answer(*this); })},
          pause(wheel, [this, &on] { on.pause_over(*this); })
    {
        identity.slot = slot;
    }

    Identity identity;  // its step is that of the request under way
    ScenarioKind kind = ScenarioKind::Options;
    bool open = false;
    bool counted = true;  // not while the users are registered before the run
    unsigned user = 0, peer = 0;
    unsigned channel = 0;  // of the user
    TimePoint began{};     // when it should have begun: its latency counts from then

    struct Request {  // the client transaction under way (RFC 3261 §17.1)
        std::string bytes{};
        TimePoint sent{};     // for the first time
        Duration interval{};  // to the next retransmission
        bool invite = false, provisional = false;
        Timer resend;
    } request;

    struct Dialog {  // of the caller (RFC 3261 §12.1.2)
        std::string to, target, routes;
        std::string ack;  // kept for a repeated 200
    } dialog;

    struct Answer {  // of the callee to the INVITE, until the ACK comes (RFC 3261 §13.3.1.4)
        std::string bytes{};
        unsigned channel = 0;
        bool ringing = false;  // `bytes` is the 200 that waits for the pause to be over
        TimePoint sent{};
        Duration interval{};
        Timer resend;
    } answer;

    Timer pause;  // the callee's phone rings, or the caller holds the line
};

}  // namespace junctor::load
