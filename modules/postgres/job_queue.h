// A connection that does one job after the other: writing batches, changing tables, asking the catalogue.
//
// Jobs that come while the database is away fail at once. One loop's thread.
#pragma once

#include <deque>
#include <memory>

#include "modules/postgres/connection.h"

namespace junctor::postgres
{

// What happens between a job and the server. It answers its asker exactly once, at last in its destructor's
// stead: fail() is called for a job that is not over when its connection is.
class Job
{
public:
    virtual ~Job() = default;
    // Each returns true when the job is over.
    virtual bool start(Connection& connection) = 0;
    virtual bool on_prepared(Connection& connection, const PreparedPtr& statement) = 0;
    virtual bool on_answer(Connection& connection, const pg_result& result) = 0;
    virtual bool on_sync(Connection& connection) = 0;
    virtual void fail(const Error& error) = 0;
};

class JobQueue final : private Connection::User
{
public:
    JobQueue(EventLoop& loop, ServerPtr server);
    ~JobQueue() override;

    void add(std::unique_ptr<Job> job);
    std::size_t unfinished() const { return jobs_.size(); }

private:
    void on_ready() override;
    void on_away(const Error& error) override;
    void on_prepared(const PreparedPtr& statement) override;
    void on_answer(const pg_result& result) override;
    void on_sync() override;

    void start_next();
    void over(bool is_over);
    void fail_all(const Error& error);

    std::deque<std::unique_ptr<Job>> jobs_;  // the first is under way if the connection is ready
    bool running_ = false;
    Connection connection_;  // last: it may call us while it is made
};

}  // namespace junctor::postgres
