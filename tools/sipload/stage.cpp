#include "tools/sipload/stage.h"

#include <algorithm>

namespace junctor::load
{
namespace
{

constexpr Duration t1 = std::chrono::milliseconds(500);
constexpr Duration t2 = std::chrono::seconds(4);
constexpr Duration transaction_limit = 64 * t1;              // Timers B and F
constexpr Duration ringing_limit = std::chrono::minutes(3);  // Timer C of the proxy, at least (§16.6 step 11)

}  // namespace

Stage::Stage(const Options& options, unsigned first_user, unsigned users, unsigned places, unsigned channels,
             Tally& tally)
    : options_(options),
      first_user_(first_user),
      users_(users),
      tally_(tally),
      templates_(options),
      channels_(Channels::open(options, channels)),
      on_timers_{[this](Conversation& conversation) { on_resend_request(conversation); },
                 [this](Conversation& conversation) { on_resend_answer(conversation); },
                 {}},
      register_cseqs_(users, 0)
{
    for (unsigned slot = 0; slot < places; ++slot)
        conversations_.push_back(std::make_unique<Conversation>(wheel_, slot, on_timers_));
    for (const auto& conversation : conversations_) free_.push_back(conversation.get());
}

Conversation& Stage::open(ScenarioKind kind, TimePoint began)
{
    Conversation& conversation = *free_.back();
    free_.pop_back();
    const unsigned user = next_user_;
    next_user_ = (next_user_ + 1) % users_;
    conversation.open = true;
    conversation.kind = kind;
    ++conversation.identity.round;
    conversation.user = first_user_ + user;
    conversation.peer = first_user_ + (user + users_ / 2) % users_;
    conversation.channel = user % channels_->count();
    conversation.began = began;
    return conversation;
}

Conversation* Stage::find(const Identity& identity)
{
    if (identity.slot >= conversations_.size()) return nullptr;
    Conversation& conversation = *conversations_[identity.slot];
    return conversation.open && conversation.identity.round == identity.round ? &conversation : nullptr;
}

void Stage::finish(Conversation& conversation)
{
    if (conversation.counted) {
        tally_.done.add();
        if (tally_.measuring.load(std::memory_order_relaxed)) {
            const TimePoint end = now();
            tally_.latency.add(end - conversation.began);
            tally_.slices.add(end, end - conversation.began);
        }
    }
    close(conversation);
}

void Stage::fail(Conversation& conversation, int status)
{
    tally_.failed.add();
    ++tally_.failures[static_cast<std::size_t>(std::clamp(status, 0, 699))];
    close(conversation);
}

void Stage::close(Conversation& conversation)
{
    conversation.request.resend.stop();
    conversation.answer.resend.stop();
    conversation.pause.stop();
    conversation.open = false;
    free_.push_back(&conversation);
}

Values Stage::complete(const Conversation& conversation, Values values) const
{
    values.user = conversation.user;
    values.peer = conversation.peer;
    values.identity = conversation.identity;
    values.local = channels_->address(conversation.channel);
    return values;
}

void Stage::request(Conversation& conversation, char step, const Template& text, Values values, bool invite)
{
    conversation.identity.step = step;
    auto& request = conversation.request;
    request.bytes.clear();
    text.append(complete(conversation, values), request.bytes);
    request.sent = now();
    request.invite = invite;
    request.provisional = false;
    request.interval = options_.protocol == Protocol::Udp ? t1 : transaction_limit;
    request.resend.start(request.interval);
    send(conversation.channel, request.bytes);
}

void Stage::on_provisional(Conversation& conversation)
{
    auto& request = conversation.request;
    if (std::exchange(request.provisional, true)) return;
    if (request.invite)
        request.resend.start(ringing_limit);
    else if (options_.protocol == Protocol::Udp)
        request.resend.start(request.interval = t2);
}

void Stage::on_resend_request(Conversation& conversation)
{
    auto& request = conversation.request;
    const bool given_up =
        (request.invite && request.provisional) || now() - request.sent >= transaction_limit;
    if (given_up) return fail(conversation, 408);
    tally_.retransmitted.add();
    send(conversation.channel, request.bytes);
    request.interval *= 2;
    if (!request.invite) request.interval = std::min(request.interval, t2);
    request.resend.start(std::min(request.interval, request.sent + transaction_limit - now()));
}

void Stage::send(unsigned channel, std::string_view bytes)
{
    tally_.sent.add();
    channels_->send(channel, bytes);
}

void Stage::send_answer(Conversation& conversation)
{
    auto& answer = conversation.answer;
    answer.sent = now();
    answer.resend.start(answer.interval = t1);
    send(answer.channel, answer.bytes);
}

void Stage::on_resend_answer(Conversation& conversation)
{
    auto& answer = conversation.answer;
    if (now() - answer.sent >= transaction_limit) return fail(conversation, 408);
    tally_.retransmitted.add();
    send(answer.channel, answer.bytes);
    answer.interval = std::min(answer.interval * 2, t2);
    answer.resend.start(answer.interval);
}

}  // namespace junctor::load
