#include "tools/sipload/run.h"

#include <cstdio>
#include <latch>
#include <thread>

#include <unistd.h>

#include "tools/sipload/player.h"
#include "tools/sipload/process_cpu.h"

namespace junctor::load
{
namespace
{

using Seconds = std::chrono::duration<double>;
using Clock = std::chrono::steady_clock;

constexpr auto look = std::chrono::milliseconds(5);    // how often the main thread looks on
constexpr auto drain_limit = std::chrono::seconds(2);  // for conversations that were begun before the end

// `whole` cut in `parts`; the first ones get what is left over.
template <class Number>
Number part_of(Number whole, unsigned parts, unsigned index)
{
    return whole / parts + (index < whole % parts ? 1 : 0);
}

struct Thread {
    Tally tally;
    std::atomic<bool> over{false};
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
            threads_[i]->thread = std::jthread([this, i] { work(*threads_[i], *players_[i]); });
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
    void work(Thread& thread, Player& player)
    {
        if (options_.prepare) player.prepare(order_);
        ready_.count_down();
        go_.wait();
        player.play(order_);
        thread.over = true;
    }

    Snapshot sum() const
    {
        Snapshot sum;
        for (const auto& thread : threads_) sum.add(thread->tally);
        return sum;
    }

    bool all_over() const
    {
        return std::all_of(threads_.begin(), threads_.end(),
                           [](const auto& thread) { return thread->over.load(); });
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
        const auto end = Clock::now() + time;
        auto next_line = Clock::now() + std::chrono::seconds(1);
        Snapshot before = sum();
        Duration cpu_before = shows_progress_ ? server_cpu() : Duration{};
        while (Clock::now() < end && !all_over()) {
            std::this_thread::sleep_for(std::min<Seconds>(look, end - Clock::now()));
            if (!shows_progress_ || Clock::now() < next_line) continue;
            next_line += std::chrono::seconds(1);
            const Snapshot now = sum();
            const Duration cpu = server_cpu();
            const std::string line =
                progress_line(now.since(before), now.started - now.done - now.failed, cpu - cpu_before);
            std::fprintf(stderr, "\r\x1b[K%s", line.c_str());
            before = now;
            cpu_before = cpu;
        }
        if (shows_progress_) std::fputs("\r\x1b[K", stderr);
    }

    void finish()
    {
        order_ = Player::Order::Finish;
        const auto end = Clock::now() + drain_limit;
        while (Clock::now() < end && !all_over()) std::this_thread::sleep_for(look);
        order_ = Player::Order::Leave;
        for (const auto& thread : threads_) thread->thread.join();
    }

    const Options& options_;
    const bool shows_progress_ = !options_.quiet && ::isatty(STDERR_FILENO) == 1;
    std::atomic<Player::Order> order_{Player::Order::Play};
    std::latch ready_, go_;
    std::vector<std::unique_ptr<Thread>> threads_;
    std::vector<std::unique_ptr<Player>> players_;
};

}  // namespace

Result run(const Options& options)
{
    return Run(options).measure();
}

}  // namespace junctor::load
