// The CANCEL that we send for one branch: a non-INVITE client transaction whose answers matter to no one (RFC
// 3261 §9.1).
#pragma once

#include <string>

#include "core/transaction/machine_timers.h"
#include "core/transaction/non_invite_client.h"
#include "core/transport/transport.h"

namespace junctor::transaction
{

class Branch;
class Layer;

class CancelClient
{
public:
    // Sends it. `bytes` stay for retransmission.
    CancelClient(Layer& layer, Branch& branch, transport::Destination to, std::string bytes);

    void on_response(int status);
    void stop();  // the INVITE has its final response: nothing is left to cancel
    bool is_terminated() const
    {
        return machine_.state() == NonInviteClientTransaction::State::Terminated || stopped_;
    }

private:
    void carry_out(const Actions& actions);

    Layer& layer_;
    Branch& branch_;
    transport::Destination to_;
    std::string bytes_;
    NonInviteClientTransaction machine_;
    MachineTimers timers_;
    bool stopped_ = false;
};

}  // namespace junctor::transaction
