#include "core/runtime/timer.h"

#include <bit>

namespace junctor
{

namespace
{

constexpr Duration longest = std::chrono::hours(24 * 365 * 30);

constexpr unsigned byte_of(std::uint64_t tick, unsigned level)
{
    return static_cast<unsigned>(tick >> (8 * level)) & 0xff;
}

// The first set bit at `from` or after it.
std::optional<unsigned> first_set(const std::array<std::uint64_t, 4>& bits, unsigned from)
{
    if (from >= 256) return {};
    std::uint64_t word = bits[from / 64] & (~std::uint64_t{0} << (from % 64));
    for (unsigned i = from / 64;;) {
        if (word != 0) return i * 64 + static_cast<unsigned>(std::countr_zero(word));
        if (++i == bits.size()) return {};
        word = bits[i];
    }
}

}  // namespace

Timer::~Timer()
{
    stop();
    if (destroyed_ != nullptr) *destroyed_ = true;
}

void Timer::start(Duration after)
{
    stop();
    due_ = wheel_.clock_.now() + std::clamp(after, Duration::zero(), longest);
    wheel_.link(*this);
}

void Timer::stop()
{
    if (slot_ != nullptr) wheel_.unlink(*this);
}

TimerWheel::TimerWheel(const Clock& clock) : clock_(clock), start_(clock.now()) {}

// Timers that outlive the wheel only have to learn that they no longer run.
TimerWheel::~TimerWheel()
{
    const auto forget = [](Timer* head) {
        while (head != nullptr) {
            head->slot_ = nullptr;
            head = head->next_;
        }
    };
    forget(firing_);
    for (Timer* head : wheel_) forget(head);
}

std::uint64_t TimerWheel::tick_before(TimePoint time) const
{
    return time <= start_ ? 0 : static_cast<std::uint64_t>((time - start_) / tick_length);
}

void TimerWheel::link(Timer& timer)
{
    constexpr std::uint64_t last = (std::uint64_t{1} << (slot_bits * levels)) - 1;
    const std::uint64_t wanted =
        tick_before(timer.due_ + tick_length - Duration(1));  // rounded up: never early
    timer.tick_ = std::clamp(wanted, current_, last);
    const std::uint64_t difference = timer.tick_ ^ current_;
    const unsigned level =
        difference == 0 ? 0 : static_cast<unsigned>(std::bit_width(difference) - 1) / slot_bits;
    const unsigned slot = byte_of(timer.tick_, level);
    append(wheel_[level * slots + slot], timer);
    occupied_[level][slot / 64] |= std::uint64_t{1} << (slot % 64);
    ++running_;
}

void TimerWheel::unlink(Timer& timer)
{
    cut(timer);
    --running_;
}

void TimerWheel::append(Timer*& head, Timer& timer)
{
    timer.next_ = nullptr;
    timer.slot_ = &head;
    if (head == nullptr) {
        head = timer.previous_ = &timer;
        return;
    }
    timer.previous_ = head->previous_;
    head->previous_->next_ = &timer;
    head->previous_ = &timer;
}

void TimerWheel::cut(Timer& timer)
{
    Timer*& head = *timer.slot_;
    Timer* const after = timer.next_ != nullptr ? timer.next_ : head;
    after->previous_ = timer.previous_;
    if (head == &timer)
        head = timer.next_;
    else
        timer.previous_->next_ = timer.next_;

    if (head == nullptr && timer.slot_ != &firing_) {
        const auto index = static_cast<std::size_t>(timer.slot_ - wheel_.data());
        occupied_[index / slots][index % slots / 64] &= ~(std::uint64_t{1} << (index % 64));
    }
    timer.slot_ = nullptr;
}

// Equal ticks stay in the order of their starts: all timers of one tick are always in one slot, and come down
// together.
void TimerWheel::cascade(unsigned level, unsigned slot)
{
    while (Timer* const timer = wheel_[level * slots + slot]) {
        unlink(*timer);
        link(*timer);
    }
}

void TimerWheel::move_to(std::uint64_t tick)
{
    current_ = tick;
    for (unsigned level = levels - 1; level > 0; --level) cascade(level, byte_of(tick, level));
}

std::optional<std::uint64_t> TimerWheel::next_tick() const
{
    for (unsigned level = 0; level < levels; ++level) {
        const unsigned from = byte_of(current_, level) + (level == 0 ? 0 : 1);
        if (const auto slot = first_set(occupied_[level], from)) {
            const unsigned above = slot_bits * (level + 1);
            return (current_ >> above << above) | std::uint64_t{*slot} << (slot_bits * level);
        }
    }
    return {};
}

std::optional<TimePoint> TimerWheel::next_due() const
{
    const auto tick = next_tick();
    if (!tick) return {};
    return start_ + *tick * tick_length;
}

std::size_t TimerWheel::run_slot(unsigned slot)
{
    while (Timer* const timer = wheel_[slot]) {
        cut(*timer);
        append(firing_, *timer);
    }
    std::size_t fired = 0;
    while (Timer* const timer = firing_) {
        unlink(*timer);
        bool destroyed = false;
        timer->destroyed_ = &destroyed;
        auto callback = std::exchange(timer->on_fire_, {});
        callback();
        ++fired;
        if (destroyed) continue;
        timer->destroyed_ = nullptr;
        timer->on_fire_ = std::move(callback);
    }
    return fired;
}

std::size_t TimerWheel::run_due()
{
    if (in_run_due_) return 0;  // a callback that runs the loop: the outer call goes on where it is
    in_run_due_ = true;
    const std::uint64_t target = std::max(tick_before(clock_.now()), current_);
    std::size_t fired = 0;
    while (current_ <= target) {
        const auto tick = next_tick();
        if (!tick || *tick > target) break;
        move_to(*tick);
        fired += run_slot(byte_of(current_, 0));
        if (current_ == target) break;
    }
    if (current_ != target) move_to(target);
    in_run_due_ = false;
    return fired;
}

}  // namespace junctor
