// The threads of a BlockingBackend: a connection each, one queue of jobs for all.
//
// A connection is made for the first job, and at once anew when a job has lost it. While none can be made and
// no thread has one, the database is away: what waits and what comes is refused at once, and the threads that
// failed try again, after a wait that doubles. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/base/counter.h"
#include "core/db/blocking_backend.h"

namespace junctor::db
{

class BlockingBackend::Threads
{
public:
    // Gets a connection or why there is none, and answers its asker. False: the connection broke before
    // anything was done, and the job `may_repeat`: it is called again with a new one.
    using Job = std::function<bool(Result<BlockingConnection*> connection, bool may_repeat)>;

    Threads(const Connect& connect, Use use, unsigned count, std::size_t most_waiting, const Limits& limits);
    ~Threads();  // finish()

    // Refused: the database is away, or the queue is full, or closed to all but its own jobs. Then the job is
    // not kept.
    Result<void> submit(Job job);
    // Runs what is queued, and what those jobs submit, and ends the threads.
    void finish();
    std::uint64_t reconnects() const { return reconnects_.value(); }
    void when_connected(std::function<void()> tell);  // before the first job

private:
    using Connection = std::unique_ptr<BlockingConnection>;

    bool is_closing();
    bool is_own_thread() const;
    void run();
    std::optional<Job> take();
    // False: there is no connection (any more).
    bool work(Job& job, Connection& connection);
    Result<void> connect(Connection& connection);
    void refuse(std::optional<Job> job, const Error& why);
    void connect_again(Connection& connection);
    void take_up();
    void drop(Connection& connection);

    const Connect& connect_;
    const Use use_;
    const std::size_t most_waiting_;
    const Limits limits_;
    std::mutex mutex_;
    std::condition_variable more_;  // jobs, or the end
    std::condition_variable end_;   // for those who wait to connect again
    std::deque<Job> jobs_;
    unsigned connected_ = 0, lost_ = 0;  // connections; lost ones that have no successor yet
    Counter reconnects_;
    std::function<void()> tell_connected_;  // set before there is a job
    std::optional<Error> away_;             // why
    std::chrono::steady_clock::time_point away_since_;
    bool closing_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace junctor::db
