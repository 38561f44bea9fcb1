#include "core/transaction/cancel_client.h"

#include "core/transaction/branch.h"
#include "core/transaction/layer.h"

namespace junctor::transaction
{

CancelClient::CancelClient(Layer& layer, Branch& branch, transport::Destination to, std::string bytes)
    : layer_(layer),
      branch_(branch),
      to_(to),
      bytes_(std::move(bytes)),
      machine_(is_stream(to_.protocol) ? Reliability::Reliable : Reliability::Unreliable,
               layer.settings().timings),
      timers_(layer.worker().timers(), [this](Timer timer) {
          if (timer == Timer::E) layer_.statistics().retransmissions.add();
          carry_out(machine_.on_timer(timer));
      })
{
    carry_out(machine_.start());
}

void CancelClient::on_response(int status)
{
    if (!stopped_) carry_out(machine_.on_response(status));
}

void CancelClient::stop()
{
    stopped_ = true;
    timers_.stop_all();
}

void CancelClient::carry_out(const Actions& actions)
{
    for (const Action& action : actions) {
        switch (action.kind) {
            // A send error is left to the retransmission; the INVITE's own timer bounds the wait (§9.1).
            case Action::Kind::Send: static_cast<void>(layer_.transport().send(to_, bytes_)); break;
            case Action::Kind::Start: timers_.start(action.timer, action.after); break;
            case Action::Kind::Stop: timers_.stop(action.timer); break;
            case Action::Kind::Terminated:
                timers_.stop_all();
                branch_.on_cancel_ended();
                break;
            case Action::Kind::SendAck:
            case Action::Kind::Deliver:
            case Action::Kind::TimedOut: break;
        }
    }
}

}  // namespace junctor::transaction
