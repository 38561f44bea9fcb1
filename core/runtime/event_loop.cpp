#include "core/runtime/event_loop.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <iterator>
#include <mutex>
#include <thread>

#include "core/runtime/asio.h"

namespace junctor
{

namespace
{

constexpr std::size_t posted_of_a_turn = 32;

}  // namespace

struct EventLoop::Impl {
    explicit Impl(unsigned number) : index(number) {}

    const unsigned index;
    SystemClock clock;
    TimerWheel wheel{clock};
    std::mutex mutex;
    std::deque<std::function<void()>> posted;  // under mutex
    bool woken = false;                        // under mutex: run_posted() is on its way
    std::atomic<bool> stopping{false};
    std::atomic<std::thread::id> thread{std::this_thread::get_id()};
    std::vector<std::function<void()>> ending;  // of this turn
    std::uint64_t turns = 1;
    asio::io_context io{1};  // one thread runs it
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);

    // A commit may be told to a thousand at once: timers and sockets have a turn in between.
    void run_posted()
    {
        std::vector<std::function<void()>> batch;  // what these post is for a later turn
        bool more = false;
        {
            const std::lock_guard lock(mutex);
            const auto end =
                posted.begin() + static_cast<std::ptrdiff_t>(std::min(posted.size(), posted_of_a_turn));
            batch.assign(std::make_move_iterator(posted.begin()), std::make_move_iterator(end));
            posted.erase(posted.begin(), end);
            more = woken = !posted.empty();
        }
        if (more) asio::post(io, [this] { run_posted(); });
        for (auto& work_item : batch) work_item();
    }

    void end_turn()
    {
        for (std::size_t i = 0; i < ending.size(); ++i) std::exchange(ending[i], {})();  // may ask for more
        ending.clear();
        ++turns;
    }

    // One handler, or sleep until a timer is due. The wheel is looked at after each handler: a busy socket
    // delays no timer.
    void turn()
    {
        wheel.run_due();
        end_turn();
        const auto due = wheel.next_due();
        if (!due)
            io.run_one();
        else if (*due <= clock.now())
            io.poll_one();
        else
            io.run_one_until(*due);
        end_turn();
    }
};

EventLoop::EventLoop(unsigned index) : impl_(std::make_unique<Impl>(index)) {}

EventLoop::~EventLoop()
{
    // Work that never ran may own what posts again while it is destroyed.
    std::deque<std::function<void()>> left;
    const std::lock_guard lock(impl_->mutex);
    impl_->woken = true;
    left.swap(impl_->posted);
}

unsigned EventLoop::index() const
{
    return impl_->index;
}

const Clock& EventLoop::clock() const
{
    return impl_->clock;
}

TimerWheel& EventLoop::timers()
{
    return impl_->wheel;
}

void EventLoop::post(std::function<void()> work)
{
    const std::lock_guard lock(impl_->mutex);
    impl_->posted.push_back(std::move(work));
    if (std::exchange(impl_->woken, true)) return;
    asio::post(impl_->io, [this] { impl_->run_posted(); });
}

bool EventLoop::is_here() const
{
    return impl_->thread.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

void EventLoop::run()
{
    impl_->thread = std::this_thread::get_id();
    const Here here(*this);
    while (!impl_->stopping) impl_->turn();
    impl_->stopping = false;
}

void EventLoop::stop()
{
    impl_->stopping = true;
    asio::post(impl_->io, [] {});  // it may be asleep
}

void EventLoop::at_turn_end(std::function<void()> work)
{
    impl_->ending.push_back(std::move(work));
}

std::uint64_t EventLoop::turn() const
{
    return impl_->turns;
}

boost::asio::io_context& EventLoop::io()
{
    return impl_->io;
}

}  // namespace junctor
