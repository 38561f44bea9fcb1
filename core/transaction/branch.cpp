#include "core/transaction/branch.h"

#include "core/base/log.h"
#include "core/sip/write.h"
#include "core/transaction/layer.h"
#include "core/transaction/transaction.h"

namespace junctor::transaction
{

Branch::Branch(Layer& layer, Transaction& transaction, unsigned index, unsigned target, unsigned fork,
               BranchRequest request, std::size_t next_destination)
    : layer_(layer),
      transaction_(transaction),
      index_(index),
      target_(target),
      fork_(fork),
      request_(std::move(request)),
      next_destination_(next_destination),
      timers_(layer.worker().timers(), [this](Timer timer) { on_timer(timer); }),
      blind_(!request_.write)
{
}

bool Branch::has_further_destination() const
{
    return request_.failover && next_destination_ < request_.destinations.size();
}

Result<void> Branch::send_first()
{
    Result<void> result = fail(477, "no destination");
    do {
        if (next_destination_ >= request_.destinations.size()) return result;
        const transport::Destination& to = request_.destinations[next_destination_++];
        result = send_to(to);
        const bool blacklisted = !result && result.error().status == 473;
        if (!result && !blacklisted && has_further_destination() && request_.gave_way) request_.gave_way(to);
    } while (!result && request_.failover);
    return result;
}

Result<void> Branch::send_to(transport::Destination to)
{
    if (to.socket == nullptr) to.socket = request_.socket;
    to.received_on = transaction_.from().socket;
    const transport::ListenSocket* socket = layer_.transport().socket_for(to);
    if (socket == nullptr) return fail(477, "no listening socket can reach " + to.remote.text());
    to.socket = socket;

    sent_ = request_.write(*socket, transaction_.branch_id(index_).text());
    if (request_.allow && !request_.allow(to, sent_)) return fail(473, to.remote.text() + " is blacklisted");
    destination_ = to;
    socket_ = socket;

    // The error may come later (a refused connection), when this branch is long gone.
    const auto on_error = [owner = transaction_.weak_from_this(), index = index_](const Error& error) {
        const auto transaction = owner.lock();
        if (transaction == nullptr) return;
        if (Branch* branch = transaction->branch(index)) branch->on_send_error(error.text);
    };
    const auto sent = layer_.transport().send(destination_, sent_, on_error);
    if (!sent) return fail(477, sent.error().text);

    Timings timings = layer_.settings().timings;
    transaction_.adjust(timings);
    const auto reliability =
        is_stream(destination_.protocol) ? Reliability::Reliable : Reliability::Unreliable;
    Actions actions;
    if (transaction_.is_invite())
        actions = machine_.emplace<InviteClientTransaction>(reliability, timings).start();
    else
        actions = machine_.emplace<NonInviteClientTransaction>(reliability, timings).start();
    for (const Action& action : actions)  // but for the sending, which has just been done
        if (action.kind == Action::Kind::Start) timers_.start(action.timer, action.after);
    return {};
}

void Branch::start_blind(Duration wait)
{
    timers_.start(Timer::B, wait);
}

void Branch::on_response(Response response)
{
    has_reply_ = true;
    const int status = response.message->status();
    if (auto* invite = std::get_if<InviteClientTransaction>(&machine_)) {
        carry_out(invite->on_response(status), &response);
        if (status >= 200 && cancel_) cancel_->stop();
        if (status < 200 && cancel_wanted_ && !cancel_) send_cancel();
    } else if (auto* other = std::get_if<NonInviteClientTransaction>(&machine_)) {
        carry_out(other->on_response(status), &response);
    }
}

void Branch::on_cancel_response(int status)
{
    if (cancel_) cancel_->on_response(status);
}

void Branch::on_cancel_ended()
{
    transaction_.check_end();
}

void Branch::cancel(std::string headers)
{
    if (cancel_wanted_) return;
    if (blind_) {
        cancel_wanted_ = true;
        timers_.stop_all();
        transaction_.on_branch_failed(*this, 487);
        return;
    }
    const auto* invite = std::get_if<InviteClientTransaction>(&machine_);
    if (invite == nullptr) return;  // only INVITEs are cancelled (§9.1)
    using State = InviteClientTransaction::State;
    if (invite->state() != State::Calling && invite->state() != State::Proceeding) return;
    cancel_wanted_ = true;
    cancel_headers_ = std::move(headers);
    if (invite->state() == State::Proceeding) send_cancel();
}

void Branch::send_cancel()
{
    auto sent = sip::Message::parse(sent_);
    if (!sent) {
        log_error("tm", "no CANCEL can be made of the request that was sent: {}", sent.error().text);
        return;
    }
    cancel_ = std::make_unique<CancelClient>(layer_, *this, destination_,
                                             sip::write_cancel(**sent, cancel_headers_));
    carry_out(std::get<InviteClientTransaction>(machine_).on_cancel(), nullptr);
}

void Branch::on_send_error(std::string_view why)
{
    if (has_reply_ || !is_pending() || stopped_) return;
    log_info("tm", "sending to {} failed: {}", destination_.remote.text(), why);
    stop();
    transaction_.on_branch_failed(*this, 503);  // RFC 3261 §16.9: as if a 503 had come
}

void Branch::stop()
{
    stopped_ = true;
    timers_.stop_all();
    if (cancel_) cancel_->stop();
}

void Branch::shrink()
{
    if (is_pending()) return;
    request_.write = {};
    request_.allow = {};
    request_.destinations = {};
    final_edits_.clear();
    final_.reset();
    const auto* invite = std::get_if<InviteClientTransaction>(&machine_);
    if (invite == nullptr || invite->state() != InviteClientTransaction::State::Proceeding) {
        transaction_.account(-static_cast<std::ptrdiff_t>(sent_.size()));
        std::string().swap(sent_);
    }
}

bool Branch::is_terminated() const
{
    if (cancel_ && !cancel_->is_terminated()) return false;
    if (stopped_) return true;
    if (blind_) return is_final();
    if (const auto* invite = std::get_if<InviteClientTransaction>(&machine_))
        return invite->state() == InviteClientTransaction::State::Terminated;
    if (const auto* other = std::get_if<NonInviteClientTransaction>(&machine_))
        return other->state() == NonInviteClientTransaction::State::Terminated;
    return true;
}

void Branch::carry_out(const Actions& actions, Response* response)
{
    for (const Action& action : actions) {
        switch (action.kind) {
            case Action::Kind::Send: transmit(sent_); break;
            case Action::Kind::SendAck: acknowledge(response); break;
            case Action::Kind::Start: timers_.start(action.timer, action.after); break;
            case Action::Kind::Stop: timers_.stop(action.timer); break;
            case Action::Kind::Deliver:
                if (response != nullptr) transaction_.on_branch_response(*this, std::move(*response));
                break;
            case Action::Kind::TimedOut: transaction_.on_branch_failed(*this, 408); break;
            case Action::Kind::Terminated:
                timers_.stop_all();
                transaction_.check_end();
                break;
        }
    }
}

void Branch::on_timer(Timer timer)
{
    if (timer == Timer::A || timer == Timer::E) layer_.statistics().retransmissions.add();
    if (blind_) {
        transaction_.on_branch_failed(*this, 408);
    } else if (auto* invite = std::get_if<InviteClientTransaction>(&machine_)) {
        carry_out(invite->on_timer(timer), nullptr);
    } else if (auto* other = std::get_if<NonInviteClientTransaction>(&machine_)) {
        carry_out(other->on_timer(timer), nullptr);
    }
}

void Branch::transmit(const std::string& bytes)
{
    if (const auto sent = layer_.transport().send(destination_, bytes); !sent)
        log_debug("tm", "a retransmission to {} was not sent: {}", destination_.remote.text(),
                  sent.error().text);
}

void Branch::acknowledge(const Response* response)
{
    if (ack_.empty() && response != nullptr) {
        const auto sent = sip::Message::parse(sent_);
        if (!sent) return;
        ack_ = sip::write_ack(**sent, *response->message);
    }
    transmit(ack_);
}

}  // namespace junctor::transaction
