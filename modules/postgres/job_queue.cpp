#include "modules/postgres/job_queue.h"

#include <utility>

namespace junctor::postgres
{

JobQueue::JobQueue(EventLoop& loop, ServerPtr server) : connection_(loop, std::move(server), *this) {}

JobQueue::~JobQueue()
{
    fail_all(Error{503, "the database is being closed"});
}

void JobQueue::add(std::unique_ptr<Job> job)
{
    if (connection_.state() == Connection::State::Away) return job->fail(connection_.away_error());
    jobs_.push_back(std::move(job));
    start_next();
}

void JobQueue::start_next()
{
    while (!running_ && !jobs_.empty() && connection_.state() == Connection::State::Ready) {
        running_ = true;
        over(jobs_.front()->start(connection_));
    }
}

// The job is destroyed after it has left the queue: its answer may bring the next one.
void JobQueue::over(bool is_over)
{
    if (!is_over) return;
    running_ = false;
    jobs_.pop_front();
}

void JobQueue::on_ready()
{
    start_next();
}

void JobQueue::on_away(const Error& error)
{
    fail_all(error);
}

void JobQueue::fail_all(const Error& error)
{
    running_ = false;
    for (auto& job : std::exchange(jobs_, {})) job->fail(error);
}

void JobQueue::on_prepared(const PreparedPtr& statement)
{
    over(jobs_.front()->on_prepared(connection_, statement));
    start_next();
}

void JobQueue::on_answer(const pg_result& result)
{
    over(jobs_.front()->on_answer(connection_, result));
    start_next();
}

void JobQueue::on_sync()
{
    over(jobs_.front()->on_sync(connection_));
    start_next();
}

}  // namespace junctor::postgres
