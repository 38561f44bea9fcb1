#include "core/db/blocking_threads.h"

#include <algorithm>

#include "core/base/log.h"

namespace junctor::db
{

BlockingBackend::Threads::Threads(const Connect& connect, Use use, unsigned count, std::size_t most_waiting,
                                  const Limits& limits)
    : connect_(connect), use_(use), most_waiting_(most_waiting), limits_(limits)
{
    for (unsigned i = 0; i < count; ++i) threads_.emplace_back([this] { run(); });
}

BlockingBackend::Threads::~Threads()
{
    finish();
}

Result<void> BlockingBackend::Threads::submit(Job job)
{
    {
        const std::lock_guard lock(mutex_);
        if (away_) return fail(*away_);
        if (closing_ && !is_own_thread()) return fail(503, "the database is closed");
        if (jobs_.size() >= most_waiting_) return fail(503, "too many queries wait for the database");
        jobs_.push_back(std::move(job));
    }
    more_.notify_one();
    return {};
}

void BlockingBackend::Threads::when_connected(std::function<void()> tell)
{
    tell_connected_ = std::move(tell);
}

void BlockingBackend::Threads::finish()
{
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    more_.notify_all();
    end_.notify_all();
    for (std::thread& thread : threads_)
        if (thread.joinable()) thread.join();
}

bool BlockingBackend::Threads::is_closing()
{
    const std::lock_guard lock(mutex_);
    return closing_;
}

bool BlockingBackend::Threads::is_own_thread() const
{
    return std::any_of(threads_.begin(), threads_.end(), [](const std::thread& thread) {
        return thread.get_id() == std::this_thread::get_id();
    });
}

void BlockingBackend::Threads::run()
{
    Connection connection;
    while (auto job = take())
        if (!work(*job, connection)) connect_again(connection);
}

std::optional<BlockingBackend::Threads::Job> BlockingBackend::Threads::take()
{
    std::unique_lock lock(mutex_);
    more_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
    if (jobs_.empty()) return {};
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
}

bool BlockingBackend::Threads::work(Job& job, Connection& connection)
{
    for (bool may_repeat = true;; may_repeat = false) {
        if (connection == nullptr || connection->is_lost()) {
            if (const auto made = connect(connection); !made) {
                refuse(std::move(job), made.error());
                return false;
            }
        }
        if (job(connection.get(), may_repeat)) break;
    }
    if (!connection->is_lost() || is_closing()) return true;
    // Whoever was refused meanwhile waits for the word of a new one; who asks next need not wait for it.
    const auto made = connect(connection);
    if (!made) refuse({}, made.error());
    return made.has_value();
}

// This thread cannot connect: the others take the job over, or nobody can.
void BlockingBackend::Threads::refuse(std::optional<Job> job, const Error& why)
{
    std::deque<Job> refused;
    {
        const std::lock_guard lock(mutex_);
        if (job) jobs_.push_front(std::move(*job));
        if (connected_ == 0) {
            refused.swap(jobs_);
            if (!away_) {
                away_since_ = std::chrono::steady_clock::now();
                log_warning("db", "{}: away: {}; what needs it is refused until it is back", limits_.name,
                            why.text);
            }
            away_ = why;
        }
    }
    more_.notify_one();
    for (Job& one : refused) one(fail(why), false);
}

void BlockingBackend::Threads::connect_again(Connection& connection)
{
    for (auto wait = limits_.first_wait;; wait = std::min(2 * wait, limits_.longest_wait)) {
        {
            std::unique_lock lock(mutex_);
            if (end_.wait_for(lock, wait, [this] { return closing_; })) return;
        }
        if (connect(connection)) return;
    }
}

// In place of one that was lost, if there was one.
Result<void> BlockingBackend::Threads::connect(Connection& connection)
{
    if (connection != nullptr) drop(connection);
    auto made = connect_(use_);
    if (!made) return fail(std::move(made.error()));
    connection = std::move(*made);
    take_up();
    if (tell_connected_) tell_connected_();
    return {};
}

void BlockingBackend::Threads::take_up()
{
    const std::lock_guard lock(mutex_);
    ++connected_;
    if (std::exchange(away_, std::nullopt))
        log_notice("db", "{}: back after {:.1f} s", limits_.name,
                   std::chrono::duration<double>(std::chrono::steady_clock::now() - away_since_).count());
    if (lost_ == 0) return;
    --lost_;
    reconnects_.add();
}

void BlockingBackend::Threads::drop(Connection& connection)
{
    connection.reset();
    const std::lock_guard lock(mutex_);
    --connected_;
    ++lost_;
}

}  // namespace junctor::db
