#include "core/transaction/server_side.h"

#include "core/base/log.h"
#include "core/transaction/layer.h"
#include "core/transaction/transaction.h"

namespace junctor::transaction
{
namespace
{

Reliability reliability_of(Protocol protocol)
{
    return is_stream(protocol) ? Reliability::Reliable : Reliability::Unreliable;
}

std::variant<InviteServerTransaction, NonInviteServerTransaction> make_machine(bool invite, Protocol protocol,
                                                                               const Timings& timings)
{
    if (invite) return InviteServerTransaction(reliability_of(protocol), timings);
    return NonInviteServerTransaction(reliability_of(protocol), timings);
}

}  // namespace

ServerSide::ServerSide(Layer& layer, Transaction& transaction, transport::Destination to, bool invite)
    : layer_(layer),
      transaction_(transaction),
      to_(to),
      machine_(make_machine(invite, to_.protocol, layer.settings().timings)),
      timers_(layer.worker().timers(), [this](Timer timer) { on_timer(timer); })
{
}

void ServerSide::on_request()
{
    if (released_ != Released::No) return;
    const Actions actions = std::visit([](auto& machine) { return machine.on_request(); }, machine_);
    if (!actions.empty()) layer_.statistics().retransmissions.add();
    carry_out(actions);
}

void ServerSide::on_ack()
{
    if (auto* invite = std::get_if<InviteServerTransaction>(&machine_)) carry_out(invite->on_ack());
}

void ServerSide::send(int status, std::string bytes, ReplyOrigin origin)
{
    if (released_ != Released::No) return;
    reply_ = std::move(bytes);
    if (auto* invite = std::get_if<InviteServerTransaction>(&machine_))
        carry_out(invite->on_response(status, origin));
    else
        carry_out(std::get<NonInviteServerTransaction>(machine_).on_response(status));
}

void ServerSide::send_past_the_end(const std::string& bytes)
{
    transmit(bytes);
}

void ServerSide::release()
{
    if (released_ != Released::No) return;
    released_ = Released::Lingering;
    timers_.stop_all();
    timers_.start(Timer::J, layer_.settings().timings.linger);
}

bool ServerSide::is_terminated() const
{
    if (released_ != Released::No) return released_ == Released::Over;
    return std::visit(
        [](const auto& machine) {
            return machine.state() == std::decay_t<decltype(machine)>::State::Terminated;
        },
        machine_);
}

std::size_t ServerSide::shrink()
{
    return sends_again() ? 0 : std::exchange(reply_, {}).size();
}

bool ServerSide::sends_again() const
{
    // RFC 6026 §7.1: after a relayed 2xx, which is the UAS's to repeat, we absorb the INVITE for half a
    // minute.
    const auto* invite = std::get_if<InviteServerTransaction>(&machine_);
    return invite == nullptr || invite->sends_again();
}

bool ServerSide::absorbs_ack() const
{
    using State = InviteServerTransaction::State;
    const auto* invite = std::get_if<InviteServerTransaction>(&machine_);
    if (invite == nullptr || released_ != Released::No) return false;
    return invite->state() == State::Completed || invite->state() == State::Confirmed;
}

void ServerSide::carry_out(const Actions& actions)
{
    for (const Action& action : actions) {
        switch (action.kind) {
            case Action::Kind::Send: transmit(reply_); break;
            case Action::Kind::Start: timers_.start(action.timer, action.after); break;
            case Action::Kind::Stop: timers_.stop(action.timer); break;
            case Action::Kind::TimedOut:
                log_debug("tm", "no ACK came for the final reply to an INVITE");
                break;
            case Action::Kind::Terminated:
                timers_.stop_all();
                transaction_.check_end();
                break;
            case Action::Kind::SendAck:  // of client transactions
            case Action::Kind::Deliver: break;
        }
    }
}

void ServerSide::transmit(const std::string& bytes)
{
    layer_.send_back(to_, bytes);
}

void ServerSide::on_timer(Timer timer)
{
    if (released_ == Released::Lingering) {
        released_ = Released::Over;
        transaction_.check_end();
        return;
    }
    const Actions actions = std::visit([timer](auto& machine) { return machine.on_timer(timer); }, machine_);
    if (timer == Timer::G && !actions.empty()) layer_.statistics().retransmissions.add();
    carry_out(actions);
}

}  // namespace junctor::transaction
