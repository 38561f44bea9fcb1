#include "core/db/breaker.h"

#include <algorithm>

namespace junctor::db
{

const char* to_text(Breaker::State state)
{
    switch (state) {
        case Breaker::State::Closed: return "closed";
        case Breaker::State::Open: return "open";
        case Breaker::State::HalfOpen: return "half-open";
    }
    return "";
}

bool Breaker::may_ask(TimePoint now)
{
    if (state() == State::Closed) return true;
    const std::lock_guard lock(mutex_);
    if (state() == State::Closed) return true;
    if (now < probe_at_) return false;
    state_ = State::HalfOpen;
    probe_at_ = now + settings_.longest_pause;
    return true;
}

bool Breaker::succeeded()
{
    if (state() == State::Closed) {
        if (failures_.load(std::memory_order_relaxed) != 0) failures_ = 0;
        return false;
    }
    const std::lock_guard lock(mutex_);
    failures_ = 0;
    pause_ = settings_.first_pause;
    return state_.exchange(State::Closed) != State::Closed;
}

bool Breaker::failed(TimePoint now)
{
    if (settings_.failures == 0) return false;
    const std::lock_guard lock(mutex_);
    switch (state()) {
        case State::Closed:
            if (++failures_ < settings_.failures) return false;
            state_ = State::Open;
            probe_at_ = now + pause_;
            return true;
        case State::Open: return false;  // asked before it opened
        case State::HalfOpen:
            pause_ = std::min(2 * pause_, settings_.longest_pause);
            state_ = State::Open;
            probe_at_ = now + pause_;
            return false;
    }
    return false;
}

void Breaker::probe_now()
{
    if (state() == State::Closed) return;
    const std::lock_guard lock(mutex_);
    pause_ = settings_.first_pause;
    probe_at_ = {};
}

Duration Breaker::until_probe(TimePoint now) const
{
    const std::lock_guard lock(mutex_);
    return std::max(probe_at_ - now, Duration::zero());
}

}  // namespace junctor::db
