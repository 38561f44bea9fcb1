#include "core/db/blocking_backend.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "core/db/blocking_threads.h"
#include "core/db/sql.h"

namespace junctor::db
{
namespace
{

Result<std::uint64_t> execute(BlockingConnection& connection, const Statement& statement)
{
    if (statement.kind != Statement::Kind::Upsert) return connection.execute(statement);
    const auto updated = connection.execute(update_of(statement));
    if (!updated || *updated > 0) return updated;
    return connection.execute(insertion_of(statement));
}

// All of it or nothing, inside of the batch's transaction.
Result<std::uint64_t> execute(BlockingConnection& connection, const Unit& unit)
{
    if (unit.statements.size() == 1) return execute(connection, unit.statements.front());
    if (auto set = connection.set_savepoint(); !set) return fail(std::move(set.error()));
    std::uint64_t touched = 0;
    for (const Statement& statement : unit.statements) {
        const auto done = execute(connection, statement);
        if (!done) {
            connection.back_to_savepoint();
            return done;
        }
        touched += *done;
    }
    connection.drop_savepoint();
    return touched;
}

std::vector<Result<std::uint64_t>> fail_all(std::size_t count, const Error& error)
{
    return std::vector<Result<std::uint64_t>>(count, Result<std::uint64_t>(fail(error)));
}

using Outcomes = std::vector<Result<std::uint64_t>>;

// Empty: the database gave the whole transaction up, for `why`.
std::optional<Outcomes> execute_all(BlockingConnection& connection, const std::vector<Unit>& units,
                                    Error& why)
{
    Outcomes outcomes;
    outcomes.reserve(units.size());
    for (const Unit& unit : units) {
        outcomes.push_back(execute(connection, unit));
        if (connection.in_transaction()) continue;
        why = outcomes.back() ? Error{503, "the database gave the transaction up"} : outcomes.back().error();
        return {};
    }
    return outcomes;
}

// An error: nothing was begun, so that it may be tried on another connection.
Result<Outcomes> commit_together(BlockingConnection& connection, const std::vector<Unit>& units)
{
    // A deadlock with another program's writes ends the transaction of one side; the next time it has passed.
    constexpr int attempts = 3;
    Error why;
    for (int attempt = 0; attempt < attempts && (attempt == 0 || !connection.is_lost()); ++attempt) {
        if (auto begun = connection.begin(); !begun) {
            if (attempt == 0) return fail(std::move(begun.error()));
            return fail_all(units.size(), begun.error());
        }
        auto outcomes = execute_all(connection, units, why);
        if (!outcomes) {
            // It may have undone one statement only, and a new transaction would commit the others.
            if (!connection.is_lost()) connection.rollback();
            continue;
        }
        if (auto committed = connection.commit(); !committed) {
            connection.rollback();
            return fail_all(units.size(), committed.error());
        }
        return std::move(*outcomes);
    }
    return fail_all(units.size(), why);
}

}  // namespace

// A thread that reads ahead, two batches at most.
class BlockingBackend::ThreadScan final : public Scan
{
public:
    ThreadScan(const Connect& connect, Statement select, std::size_t batch)
        : thread_([this, connect, statement = std::move(select), batch] { run(connect, statement, batch); })
    {
    }
    ~ThreadScan() override
    {
        {
            const std::lock_guard lock(mutex_);
            abandoned_ = true;
            asked_ = {};
        }
        room_.notify_one();
        thread_.join();
    }

    void next(Worker&, OnRows done) override
    {
        std::unique_lock lock(mutex_);
        if (batches_.empty() && !ended_) {
            asked_ = std::move(done);
            return;  // there was room all the time
        }
        Result<RowSet> ready = RowSet();
        if (!batches_.empty()) {
            ready = std::move(batches_.front());
            batches_.pop_front();
        }
        lock.unlock();
        room_.notify_one();
        done(std::move(ready));
    }

private:
    void run(const Connect& connect, const Statement& statement, std::size_t batch)
    {
        auto connection = connect(Use::Reading);
        if (!connection) {
            give(fail(std::move(connection.error())), true);
            return;
        }
        auto done = (*connection)->scan(statement, batch, [this](RowSet rows) {
            return rows.empty() || give(std::move(rows), false);
        });
        if (done)
            give(RowSet(), true);
        else
            give(fail(std::move(done.error())), true);
    }

    // False: nobody wants more.
    bool give(Result<RowSet> rows, bool last)
    {
        OnRows asked;
        {
            std::unique_lock lock(mutex_);
            room_.wait(lock, [this] { return abandoned_ || asked_ || batches_.size() < 2; });
            if (abandoned_) return false;
            ended_ = last;
            if (!asked_) {
                batches_.push_back(std::move(rows));
                return true;
            }
            asked = std::exchange(asked_, {});
        }
        asked(std::move(rows));
        return true;
    }

    std::mutex mutex_;
    std::condition_variable room_;
    std::deque<Result<RowSet>> batches_;
    OnRows asked_;
    bool ended_ = false, abandoned_ = false;
    std::thread thread_;  // last: it uses the others
};

BlockingBackend::BlockingBackend(Connect connect, Limits limits)
    : connect_(std::move(connect)),
      readers_(
          std::make_unique<Threads>(connect_, Use::Reading, limits.readers, limits.waiting_reads, limits)),
      // Unlimited: WriteQueue has the limit, and hands over one batch at a time.
      writer_(std::make_unique<Threads>(connect_, Use::Writing, 1, SIZE_MAX, limits))
{
}

BlockingBackend::~BlockingBackend()
{
    close();
}

// Runs `work` with a connection of `threads` and answers with what it returns, or with why there is none.
template <class Done, class Work>
void BlockingBackend::submit(Threads& threads, Repeat repeat, const Done& done, Work work)
{
    const auto accepted = threads.submit(
        [repeat, done, work = std::move(work)](Result<BlockingConnection*> connection, bool may_repeat) {
            if (!connection) {
                done(fail(std::move(connection.error())));
                return true;
            }
            auto answer = work(**connection);
            if (!answer && may_repeat && repeat == Repeat::OnNewConnection && (*connection)->is_lost())
                return false;
            done(std::move(answer));
            return true;
        });
    if (!accepted) done(fail(accepted.error()));
}

void BlockingBackend::read(Worker&, Statement select, Abandoned abandoned, OnRows done)
{
    submit(*readers_, Repeat::OnNewConnection, done,
           [select = std::move(select),
            abandoned = std::move(abandoned)](BlockingConnection& c) -> Result<RowSet> {
               if (abandoned && abandoned->load(std::memory_order_relaxed))
                   return fail(504, "nobody waits for it");
               return c.read(select);
           });
}

void BlockingBackend::write(Worker&, std::vector<Unit> units, OnWritten done)
{
    const std::size_t count = units.size();
    const auto answer = [done, count](Result<Outcomes> outcomes) {
        done(outcomes ? std::move(*outcomes) : fail_all(count, outcomes.error()));
    };
    submit(*writer_, Repeat::OnNewConnection, answer,
           [units = std::move(units)](BlockingConnection& c) { return commit_together(c, units); });
}

std::unique_ptr<Scan> BlockingBackend::scan(Statement select, std::size_t batch)
{
    return std::make_unique<ThreadScan>(connect_, std::move(select), batch);
}

void BlockingBackend::inspect(Worker&, std::string table, OnTable done)
{
    submit(*readers_, Repeat::OnNewConnection, done,
           [table = std::move(table)](BlockingConnection& c) { return c.inspect(table); });
}

void BlockingBackend::tables(Worker&, OnNames done)
{
    submit(*readers_, Repeat::OnNewConnection, done, [](BlockingConnection& c) { return c.tables(); });
}

void BlockingBackend::create(Worker&, TableSpec table, OnDone done)
{
    submit(*writer_, Repeat::Never, done,
           [table = std::move(table)](BlockingConnection& c) { return c.create(table); });
}

void BlockingBackend::drop(Worker&, std::string table, OnDone done)
{
    submit(*writer_, Repeat::Never, done,
           [table = std::move(table)](BlockingConnection& c) { return c.drop(table); });
}

void BlockingBackend::rename(Worker&, std::string table, std::string to, OnDone done)
{
    submit(*writer_, Repeat::Never, done,
           [table = std::move(table), to = std::move(to)](BlockingConnection& c) {
               return c.rename(table, to);
           });
}

void BlockingBackend::renumber(Worker&, TableSpec table, OnDone done)
{
    submit(*writer_, Repeat::Never, done,
           [table = std::move(table)](BlockingConnection& c) { return c.renumber(table); });
}

void BlockingBackend::run_sql(Worker&, std::string sql, OnTextRows done)
{
    submit(*writer_, Repeat::Never, done,
           [sql = std::move(sql)](BlockingConnection& c) { return c.run_sql(sql); });
}

std::uint64_t BlockingBackend::reconnects() const
{
    return readers_->reconnects() + writer_->reconnects();
}

void BlockingBackend::when_connected(std::function<void()> tell)
{
    readers_->when_connected(tell);
    writer_->when_connected(std::move(tell));
}

void BlockingBackend::close()
{
    readers_->finish();
    writer_->finish();
}

}  // namespace junctor::db
