#include "tools/sipload/run.h"

#include <condition_variable>
#include <cstdio>
#include <latch>
#include <mutex>
#include <thread>

#include <sys/prctl.h>
#include <unistd.h>

#include "tools/sipload/player.h"
#include "tools/sipload/process_cpu.h"

namespace junctor::load
{
namespace
{

using Seconds = std::chrono::duration<double>;
using Clock = std::chrono::steady_clock;

constexpr auto drain_limit = std::chrono::seconds(2);  // for conversations that were begun before the end

// `whole` cut in `parts`; the first ones get what is left over.
template <class Number>
Number part_of(Number whole, unsigned parts, unsigned index)
{
    return whole / parts + (index < whole % parts ? 1 : 0);
}

struct Thread {
    Tally tally;
    std::jthread thread;
};

class Run
{
public:
    explicit Run(const Options& options) : options_(options), ready_(options.threads), go_(1)
    {
        unsigned first_user = options.first_user;
        for (unsigned i = 0; i < options.threads; ++i) {
            Part part;
            part.first_user = first_user;
            part.users = part_of(options.users, options.threads, i);
            part.window = part_of(options.window, options.threads, i);
            part.connections = part_of(options.connections, options.threads, i);
            part.rate = options.rate / options.threads;
            part.count = part_of(options.count, options.threads, i);
            first_user += part.users;
            threads_.push_back(std::make_unique<Thread>());
            players_.push_back(std::make_unique<Player>(options, part, threads_.back()->tally));
        }
        for (unsigned i = 0; i < options.threads; ++i)
            threads_[i]->thread = std::jthread([this, i] { work(*players_[i]); });
    }

    Result measure()
    {
        ready_.wait();
        Result result;
        result.prepared = sum().failed == 0;
        go_.count_down();
        if (options_.warmup > Seconds{}) watch(options_.warmup);

        set_measuring(true);
        const Snapshot before = sum();
        const Duration server_before = server_cpu(), own_before = cpu_time_of_tree(::getpid());
        const auto begin = Clock::now();
        watch(options_.count > 0 ? Seconds(1e9) : options_.duration);
        result.time = Clock::now() - begin;
        result.server_cpu = server_cpu() - server_before;
        result.generator_cpu = cpu_time_of_tree(::getpid()) - own_before;
        result.counts = sum().since(before);
        set_measuring(false);

        finish();
        for (const auto& thread : threads_) {
            result.latency.add(thread->tally.latency);
            result.slices.add(thread->tally.slices);
            for (std::size_t status = 0; status < result.failures.size(); ++status)
                result.failures[status] += thread->tally.failures[status];
        }
        return result;
    }

private:
    void work(Player& player)
    {
        // Conversations begin on time: the system's default lets a wait end 50 us late, and bunches them.
        ::prctl(PR_SET_TIMERSLACK, 1UL);
        if (options_.prepare) player.prepare(order_);
        ready_.count_down();
        go_.wait();
        player.play(order_);
        const std::lock_guard lock(mutex_);
        --playing_;
        one_is_over_.notify_one();
    }

    // Sleeps meanwhile: each look of this thread would hold up one that measures. True: all threads have
    // played to their end.
    bool all_over_by(Clock::time_point end)
    {
        std::unique_lock lock(mutex_);
        return one_is_over_.wait_until(lock, end, [this] { return playing_ == 0; });
    }

    Snapshot sum() const
    {
        Snapshot sum;
        for (const auto& thread : threads_) sum.add(thread->tally);
        return sum;
    }

    Duration server_cpu() const
    {
        return options_.server_pid > 0 ? cpu_time_of_tree(options_.server_pid) : Duration{};
    }

    void set_measuring(bool on)
    {
        for (const auto& thread : threads_) thread->tally.measuring = on;
    }

    // For so long, or until all threads have done their count.
    void watch(Seconds time)
    {
        const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
        if (!shows_progress_) {
            all_over_by(end);
            return;
        }
        Snapshot before = sum();
        Duration cpu_before = server_cpu();
        for (auto next_line = Clock::now(); next_line < end;) {
            next_line += std::chrono::seconds(1);
            if (all_over_by(std::min(next_line, end))) break;
            const Snapshot now = sum();
            const Duration cpu = server_cpu();
            const std::string line =
                progress_line(now.since(before), now.started - now.done - now.failed, cpu - cpu_before);
            std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
            before = now;
            cpu_before = cpu;
        }
        std::fputs("\r\x1b[K", stderr);
    }

    void finish()
    {
        order_ = Player::Order::Finish;
        all_over_by(Clock::now() + drain_limit);
        order_ = Player::Order::Leave;
        for (const auto& thread : threads_) thread->thread.join();
    }

    const Options& options_;
    const bool shows_progress_ = !options_.quiet && ::isatty(STDERR_FILENO) == 1;
    std::atomic<Player::Order> order_{Player::Order::Play};
    std::latch ready_, go_;
    std::mutex mutex_;
    unsigned playing_ = options_.threads;  // under mutex_
    std::condition_variable one_is_over_;
    std::vector<std::unique_ptr<Thread>> threads_;
    std::vector<std::unique_ptr<Player>> players_;
};

}  // namespace

Result run(const Options& options)
{
    return Run(options).measure();
}

}  // namespace junctor::load
