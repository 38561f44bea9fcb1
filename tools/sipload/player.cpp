#include "tools/sipload/player.h"

#include <algorithm>
#include <numeric>

#include "tools/sipload/reading.h"

namespace junctor::load
{
namespace
{

constexpr Duration longest_wait = std::chrono::milliseconds(20);  // an order is seen no later

// {call 1, message 3} becomes m c m m: the k-th of n of a kind stands at (k + 1/2) / n of the whole.
std::vector<ScenarioKind> spread(const std::vector<Share>& mix)
{
    unsigned divisor = 0;
    for (const Share& share : mix) divisor = std::gcd(divisor, share.weight);
    std::vector<std::pair<double, ScenarioKind>> places;
    for (const Share& share : mix) {
        const unsigned many = share.weight / divisor;
        for (unsigned k = 0; k < many; ++k) places.emplace_back((k + 0.5) / many, share.kind);
    }
    std::stable_sort(places.begin(), places.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<ScenarioKind> kinds;
    kinds.reserve(places.size());
    for (const auto& place : places) kinds.push_back(place.second);
    return kinds;
}

}  // namespace

Player::Player(const Options& options, const Part& part, Tally& tally)
    : options_(options),
      part_(part),
      tally_(tally),
      stage_(options, part.first_user, part.users, part.window, part.connections, tally),
      callee_(stage_),
      order_of_kinds_(spread(options.mix))
{
    for (const auto kind : {ScenarioKind::Options, ScenarioKind::Register, ScenarioKind::RegisterAuth,
                            ScenarioKind::Message, ScenarioKind::Call})
        scenarios_[static_cast<std::size_t>(kind)] = Scenario::make(kind, stage_);
    stage_.on_pause_over([this](Conversation& conversation) {
        conversation.answer.ringing ? callee_.on_pause_over(conversation)
                                    : scenario(conversation.kind).on_pause_over(conversation);
    });
}

void Player::prepare(const std::atomic<Order>& order)
{
    unsigned registered = 0;
    loop(order, [&] {
        while (registered < part_.users && stage_.has_place()) {
            begin(ScenarioKind::RegisterAuth, stage_.now(), false);  // with a password where one is wanted
            ++registered;
        }
        return registered < part_.users;
    });
    stage_.restart_users();
}

void Player::play(const std::atomic<Order>& order)
{
    next_begin_ = stage_.now();
    loop(order, [this] { return begin_next(); });
}

void Player::loop(const std::atomic<Order>& order, const std::function<bool()>& begin)
{
    const Channels::OnMessage on_message = [this](unsigned channel, std::string_view bytes) {
        this->on_message(channel, bytes);
    };
    while (order != Order::Leave) {
        const bool more = order == Order::Play && begin();
        if (!more && stage_.open_conversations() == 0) return;
        stage_.channels().flush();
        if (!stage_.channels().receive(on_message)) stage_.channels().wait(patience());
        stage_.timers().run_due();
    }
}

bool Player::begin_next()
{
    const TimePoint now = stage_.now();
    const Duration interval =
        part_.rate > 0 ? std::chrono::duration_cast<Duration>(std::chrono::duration<double>(1 / part_.rate))
                       : Duration{};
    while (stage_.has_place()) {
        if (part_.count > 0 && begun_ == part_.count) return false;
        if (part_.rate > 0 && next_begin_ > now) return true;
        // Open loop: one that has to wait for its place has begun when it should have, so that a server that
        // stalls is not spared the latency of what could not be sent meanwhile.
        begin(next_kind(), part_.rate > 0 ? next_begin_ : now, true);
        next_begin_ += interval;
    }
    return true;
}

void Player::begin(ScenarioKind kind, TimePoint when, bool counted)
{
    Conversation& conversation = stage_.open(kind, when);
    conversation.counted = counted;
    if (counted) {
        ++begun_;
        tally_.started.add();
    }
    scenario(kind).begin(conversation);
}

ScenarioKind Player::next_kind()
{
    const ScenarioKind kind = order_of_kinds_[next_kind_];
    next_kind_ = (next_kind_ + 1) % order_of_kinds_.size();
    return kind;
}

// How long to wait for messages: until the next timer or the next conversation.
Duration Player::patience() const
{
    Duration limit = longest_wait;
    const TimePoint now = stage_.now();
    if (const auto due = stage_.timers().next_due()) limit = std::min(limit, *due - now);
    if (part_.rate > 0 && stage_.has_place()) limit = std::min<Duration>(limit, next_begin_ - now);
    return std::max(limit, Duration{});
}

void Player::on_message(unsigned channel, std::string_view bytes)
{
    tally_.received.add();
    const bool request = is_request(bytes);
    if (request && !options_.echo) return callee_.on_request(channel, bytes);
    const auto identity = Identity::find(bytes);
    Conversation* const conversation = identity ? stage_.find(*identity) : nullptr;
    if (conversation == nullptr) return tally_.late.add();
    const int status = request ? 200 : status_of(bytes);  // what an echo sends back is its answer
    scenario(conversation->kind).on_response(*conversation, identity->step, status, bytes);
}

}  // namespace junctor::load
