// One change at a time for each AoR, where changes wait for the database: who reads bindings, decides and
// then writes must not meet another who does the same. Waiting suspends a coroutine, never a worker.
//
// Thread-safe. Served in order of arrival; a waiter that is cancelled gives its turn away.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/runtime/task.h"
#include "core/runtime/worker.h"

namespace junctor::usrloc
{

class AorLocks
{
public:
    // Holds an AoR until it goes; must not outlive the locks.
    class Guard
    {
    public:
        Guard() = default;
        Guard(AorLocks& locks, std::string aor) : locks_(&locks), aor_(std::move(aor)) {}
        Guard(Guard&& other) noexcept
            : locks_(std::exchange(other.locks_, nullptr)), aor_(std::move(other.aor_))
        {
        }
        Guard& operator=(Guard&&) = delete;
        ~Guard()
        {
            if (locks_ != nullptr) locks_->release(aor_);
        }

    private:
        AorLocks* locks_ = nullptr;
        std::string aor_;
    };

    Task<Guard> acquire(std::string aor);

private:
    struct Waiter {
        Worker* worker;
        OneShot<bool>::Resolver turn;
    };
    struct Stripe {
        std::mutex mutex;
        std::map<std::string, std::deque<Waiter>, std::less<>> held;
    };
    Stripe& stripe_of(std::string_view aor);
    void release(const std::string& aor);

    std::array<Stripe, 64> stripes_;
};

}  // namespace junctor::usrloc
