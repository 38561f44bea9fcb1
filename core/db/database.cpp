#include "core/db/database.h"

#include <fmt/format.h>

#include "core/base/log.h"
#include "core/db/run_blocking.h"
#include "core/runtime/worker.h"

namespace junctor::db
{
namespace
{

constexpr Duration deadline_at_start = std::chrono::minutes(1);

std::string seconds_text(Duration duration)
{
    return fmt::format("{:g} s", std::chrono::duration<double>(duration).count());
}

// Brings an answer to the worker that waits for it. A driver's thread posts; what is there already resolves.
template <class T>
void deliver(Worker& worker, const typename OneShot<Result<T>>::Resolver& resolver, Result<T> answer)
{
    if (Worker::current() == &worker) {
        resolver.resolve(std::move(answer));
        return;
    }
    auto carried = std::make_shared<Result<T>>(std::move(answer));
    worker.post([resolver, carried] { resolver.resolve(std::move(*carried)); });
}

}  // namespace

Database::Database(Url url, std::shared_ptr<Backend> backend, Settings settings)
    : url_(std::move(url)),
      backend_(std::move(backend)),
      settings_(settings),
      breaker_(std::make_shared<Breaker>(settings.breaker)),
      writes_(backend_, settings.writes)
{
    backend_->when_connected([breaker = breaker_] { breaker->probe_now(); });
}

Database::~Database() = default;

// Calls start(worker, abandoned, done) and waits for `done`, but no longer than the deadline.
template <class T, class Start>
Task<Result<T>> Database::ask(std::string what, Duration deadline, Start start)
{
    Worker* const worker = Worker::current();
    if (worker == nullptr) co_return fail(what + ": a database can be awaited on a worker's thread only");
    // Workers outlive databases, but for the loop of run_blocking(): a late answer keeps that one alive.
    const std::shared_ptr<Worker> blocking = detail::loop_run_to_end();
    if (deadline <= Duration::zero()) deadline = blocking ? deadline_at_start : settings_.deadline;
    const TimePoint asked = worker->clock().now();
    // A start has a clock of its own, and patience.
    if (!blocking && !breaker_->may_ask(asked)) {
        counters_.refused.add();
        co_return fail(503, what + ": the database is away; it is asked again in " +
                                seconds_text(breaker_->until_probe(asked)));
    }

    struct Leaving {  // also by cancellation
        explicit Leaving(Counter& all) : waiting(all) { waiting.add(); }
        ~Leaving()
        {
            gone->store(true, std::memory_order_relaxed);
            waiting.subtract();
        }
        Counter& waiting;
        std::shared_ptr<std::atomic<bool>> gone = std::make_shared<std::atomic<bool>>(false);
    };
    const Leaving leaving(waiting_);
    OneShot<Result<T>> answer;
    Timer timer(worker->timers(), [this, deadline, resolver = answer.resolver()] {
        counters_.timed_out.add();
        resolver.resolve(fail(504, "the database did not answer within " + seconds_text(deadline)));
    });
    timer.start(deadline);
    start(*worker, Abandoned(leaving.gone),
          [worker, blocking, resolver = answer.resolver()](Result<T> given) {
              deliver<T>(*worker, resolver, std::move(given));
          });
    Result<T> result = co_await answer;
    if (!blocking) {
        const TimePoint now = worker->clock().now();
        note(result ? nullptr : &result.error(), now);
        if (settings_.slow > Duration::zero() && now - asked >= settings_.slow)
            note_slow(what, now - asked, now);
    }
    if (!result) {
        counters_.failed.add();
        result.error().text = what + ": " + result.error().text;
    }
    co_return result;
}

// 503 and 504: it could not be asked, or did not answer; anything else is an answer.
void Database::note(const Error* error, TimePoint now)
{
    if (error == nullptr || (error->status != 503 && error->status != 504)) {
        if (breaker_->succeeded()) log_notice("db", "{}: answers again", url_.text());
    } else if (breaker_->failed(now)) {
        log_error("db", "{}: {} failures in a row, the last one: {}; it is not asked until it answers again",
                  url_.text(), settings_.breaker.failures, error->text);
    }
}

// One line a second at most: when one query is slow, thousands are.
void Database::note_slow(const std::string& what, Duration took, TimePoint now)
{
    counters_.slow.add();
    std::uint64_t more = 0;
    {
        const std::lock_guard lock(slow_mutex_);
        if (slow_logged_ != TimePoint{} && now - slow_logged_ < std::chrono::seconds(1)) {
            ++slow_unlogged_;
            return;
        }
        slow_logged_ = now;
        more = std::exchange(slow_unlogged_, 0);
    }
    log_warning(
        "db", "{}: slow: a query of {} took {:.0f} ms; {} more were slow since the last line, {} wait",
        url_.text(), what, std::chrono::duration<double, std::milli>(took).count(), more, waiting_.value());
}

// What starts a query is a named local below: g++ 12 destroys a lambda's captures twice that stands within a
// co_await.
Task<Result<RowSet>> Database::read(Statement select, Duration deadline)
{
    counters_.reads.add();
    std::string what = select.layout->table;
    auto start = [this, select = std::move(select)](Worker& worker, Abandoned abandoned,
                                                    Backend::OnRows done) mutable {
        backend_->read(worker, std::move(select), std::move(abandoned), std::move(done));
    };
    auto rows = co_await ask<RowSet>(std::move(what), deadline, std::move(start));
    if (rows) counters_.read_rows.add(rows->size());
    co_return rows;
}

Task<Result<std::uint64_t>> Database::write(std::vector<Statement> statements, std::uint64_t order_key,
                                            Duration deadline)
{
    if (statements.empty()) co_return std::uint64_t{0};
    counters_.writes.add();
    std::string what = statements.front().layout->table;
    auto start = [this, order_key, statements = std::move(statements)](Worker& worker, const Abandoned&,
                                                                       WriteQueue::OnWritten done) mutable {
        writes_.write(worker, Unit{std::move(statements)}, order_key, std::move(done));
    };
    auto written = co_await ask<std::uint64_t>(std::move(what), deadline, std::move(start));
    co_return written;
}

Task<Result<void>> Database::keep(std::vector<Statement> statements)
{
    if (statements.empty()) co_return Result<void>{};
    if (!spool_) {
        const auto written = co_await write(std::move(statements), 0);
        if (!written) co_return fail(written.error());
        co_return Result<void>{};
    }
    counters_.writes.add();
    Worker* const worker = Worker::current();
    OneShot<Result<void>> answer;
    // No deadline here: the spool has one for the database, and then only the local disk is waited for.
    spool_->write(Unit{std::move(statements)}, [worker, resolver = answer.resolver()](Result<void> kept) {
        deliver<void>(*worker, resolver, std::move(kept));
    });
    auto kept = co_await answer;
    if (!kept) counters_.failed.add();
    co_return kept;
}

Result<void> Database::start_spool(std::shared_ptr<LogFolder> folder, Worker& home)
{
    if (spool_) return {};
    auto spool =
        Spool::open(backend_, writes_, std::move(folder), "spool-" + url_.file_name(), home, settings_.spool);
    if (!spool) return fail(std::move(spool.error()));
    spool_ = std::move(*spool);
    if (const auto recovered = run_blocking(spool_->recover()); !recovered)
        log_warning("db", "{}: {} rows from the spool must wait: {}", url_.text(), spool_->status().kept,
                    recovered.error().text);
    return {};
}

std::unique_ptr<Scan> Database::scan(Statement select, std::size_t batch)
{
    counters_.reads.add();
    return backend_->scan(std::move(select), batch);
}

Task<Result<RowSet>> Database::next(Scan& scan, Duration deadline)
{
    auto start = [&scan](Worker& worker, const Abandoned&, Backend::OnRows done) {
        scan.next(worker, std::move(done));
    };
    auto rows = co_await ask<RowSet>(url_.text(), deadline, std::move(start));
    if (rows) counters_.read_rows.add(rows->size());
    co_return rows;
}

Task<Result<FoundTable>> Database::inspect(std::string table)
{
    std::string what = table;
    return ask<FoundTable>(
        std::move(what), {},
        [this, table = std::move(table)](Worker& worker, const Abandoned&, Backend::OnTable done) {
            backend_->inspect(worker, table, std::move(done));
        });
}

Task<Result<std::vector<std::string>>> Database::tables()
{
    return ask<std::vector<std::string>>(url_.text(), {},
                                         [this](Worker& worker, const Abandoned&, Backend::OnNames done) {
                                             backend_->tables(worker, std::move(done));
                                         });
}

Task<Result<void>> Database::create(TableSpec table)
{
    std::string what = table.name;
    return ask<void>(
        std::move(what), {},
        [this, table = std::move(table)](Worker& worker, const Abandoned&, Backend::OnDone done) {
            backend_->create(worker, table, std::move(done));
        });
}

Task<Result<void>> Database::drop(std::string table)
{
    std::string what = table;
    return ask<void>(
        std::move(what), {},
        [this, table = std::move(table)](Worker& worker, const Abandoned&, Backend::OnDone done) {
            backend_->drop(worker, table, std::move(done));
        });
}

Task<Result<void>> Database::rename(std::string table, std::string to)
{
    std::string what = table;
    return ask<void>(std::move(what), {},
                     [this, table = std::move(table), to = std::move(to)](Worker& worker, const Abandoned&,
                                                                          Backend::OnDone done) {
                         backend_->rename(worker, table, to, std::move(done));
                     });
}

Task<Result<void>> Database::renumber(TableSpec table)
{
    std::string what = table.name;
    return ask<void>(
        std::move(what), {},
        [this, table = std::move(table)](Worker& worker, const Abandoned&, Backend::OnDone done) {
            backend_->renumber(worker, table, std::move(done));
        });
}

Task<Result<TextRows>> Database::run_sql(std::string sql)
{
    return ask<TextRows>(
        url_.text(), {},
        [this, sql = std::move(sql)](Worker& worker, const Abandoned&, Backend::OnTextRows done) {
            backend_->run_sql(worker, sql, std::move(done));
        });
}

Task<Result<int>> Database::version_of(std::string table)
{
    const auto found = co_await inspect("version");
    if (!found) co_return fail(found.error());
    if (found->columns.empty()) co_return 0;

    static const LayoutPtr layout = std::make_shared<const Layout>(
        Layout{"version", {{"table_name", Type::Text}, {"table_version", Type::Integer}}});
    Statement select;
    select.layout = layout;
    select.columns.push_back(1);
    select.where.kind = Condition::Kind::Compare;
    select.where.values.push_back(Value(table));
    const auto rows = co_await read(std::move(select));
    if (!rows) co_return fail(rows.error());
    if (rows->empty()) co_return 0;
    if (rows->size() > 1)
        co_return fail(fmt::format("table version of {} has {} rows for {}; delete all but the right one",
                                   url_.text(), rows->size(), table));
    const Cell cell = rows->at(0, 0);
    if (cell.is_null || cell.type != Type::Integer)
        co_return fail(fmt::format("table version of {} has no number for {}", url_.text(), table));
    co_return static_cast<int>(cell.integer);
}

void Database::close()
{
    backend_->close();
}

}  // namespace junctor::db
