#include "modules/usrloc/aor_locks.h"

namespace junctor::usrloc
{

AorLocks::Stripe& AorLocks::stripe_of(std::string_view aor)
{
    return stripes_[std::hash<std::string_view>{}(aor) % stripes_.size()];
}

Task<AorLocks::Guard> AorLocks::acquire(std::string aor)
{
    OneShot<bool> turn;
    bool must_wait = false;
    {
        Stripe& stripe = stripe_of(aor);
        const std::lock_guard lock(stripe.mutex);
        const auto [held, is_free] = stripe.held.try_emplace(aor);
        must_wait = !is_free;
        if (must_wait) held->second.push_back({Worker::current(), turn.resolver()});
    }
    if (must_wait) co_await turn;
    co_return Guard(*this, std::move(aor));
}

void AorLocks::release(const std::string& aor)
{
    Waiter next;
    {
        Stripe& stripe = stripe_of(aor);
        const std::lock_guard lock(stripe.mutex);
        const auto held = stripe.held.find(aor);
        if (held->second.empty()) {
            stripe.held.erase(held);
            return;
        }
        next = std::move(held->second.front());
        held->second.pop_front();
    }
    // A OneShot is resolved on its waiter's own thread; there it shows whether the waiter is still alive.
    next.worker->post([this, aor, turn = next.turn]() mutable {
        if (turn.is_waited_for())
            turn.resolve(true);
        else
            release(aor);
    });
}

}  // namespace junctor::usrloc
