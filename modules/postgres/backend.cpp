#include "modules/postgres/backend.h"

#include <algorithm>
#include <future>

#include "core/db/run_blocking.h"
#include "modules/postgres/batch.h"
#include "modules/postgres/commands.h"

namespace junctor::postgres
{
namespace
{

Error closed()
{
    return Error{503, "the database is closed"};
}

}  // namespace

// Made on any thread, used on its loop's only; the first reading makes the connections.
struct Backend::Seat {
    EventLoop& loop;
    const ServerPtr server;
    std::vector<std::unique_ptr<Reader>> readers;

    Seat(EventLoop& on, ServerPtr of) : loop(on), server(std::move(of)) {}

    void read(db::Statement select, db::Abandoned abandoned, OnRows done)
    {
        while (readers.size() < server->settings.readers)
            readers.push_back(std::make_unique<Reader>(loop, server));
        const auto idlest =
            std::min_element(readers.begin(), readers.end(),
                             [](const auto& a, const auto& b) { return a->unanswered() < b->unanswered(); });
        (*idlest)->read(std::move(select), std::move(abandoned), std::move(done));
    }
};

Backend::Backend(Settings settings)
    : server_(std::make_shared<Server>()), thread_(std::make_shared<LoopThread>())
{
    server_->settings = std::move(settings);
}

Backend::~Backend()
{
    close();
}

std::shared_ptr<Backend::Seat> Backend::seat_of(Worker& asker)
{
    const std::lock_guard lock(mutex_);
    if (closed_) return nullptr;
    if (const auto known = seats_.find(&asker); known != seats_.end()) return known->second;
    auto* loop = dynamic_cast<EventLoop*>(&asker);
    // A simulated worker has no descriptors; the loop of run_blocking() is gone in a moment.
    if (loop == nullptr || db::is_run_blocking(asker)) loop = &thread_->loop();
    auto& seat = seats_[loop];
    if (!seat) seat = std::make_shared<Seat>(*loop, server_);
    return seat;
}

void Backend::read(Worker& asker, db::Statement select, db::Abandoned abandoned, OnRows done)
{
    const auto seat = seat_of(asker);
    if (!seat) return done(fail(closed()));
    if (seat->loop.is_here()) return seat->read(std::move(select), std::move(abandoned), std::move(done));
    seat->loop.post([seat, select = std::move(select), abandoned = std::move(abandoned),
                     done = std::move(done)]() mutable {
        seat->read(std::move(select), std::move(abandoned), std::move(done));
    });
}

// make_job(done): with a `done` that counts.
template <class Answer, class MakeJob>
void Backend::run(std::function<void(Answer)> done, Answer refusal, MakeJob make_job)
{
    bool accepted = false;
    {
        const std::lock_guard lock(mutex_);
        // While it closes, those who are told that a write is done may still bring the next one.
        accepted = !closed_ || (jobs_ > 0 && thread_->loop().is_here());
        if (accepted) ++jobs_;
    }
    if (!accepted) return done(std::move(refusal));
    auto counting = [this, done = std::move(done)](Answer answer) {
        done(std::move(answer));
        const std::lock_guard lock(mutex_);
        if (--jobs_ == 0) job_over_.notify_all();
    };
    auto job = std::make_shared<std::unique_ptr<Job>>(make_job(std::move(counting)));
    thread_->loop().post([this, job] { add(std::move(*job)); });
}

void Backend::add(std::unique_ptr<Job> job)
{
    while (writers_.size() < server_->settings.writers)
        writers_.push_back(std::make_unique<JobQueue>(thread_->loop(), server_));
    const auto idlest = std::min_element(writers_.begin(), writers_.end(), [](const auto& a, const auto& b) {
        return a->unfinished() < b->unfinished();
    });
    (*idlest)->add(std::move(job));
}

void Backend::write(Worker&, std::vector<db::Unit> units, OnWritten done)
{
    using Outcomes = std::vector<Result<std::uint64_t>>;
    run<Outcomes>(std::move(done), Outcomes(units.size(), fail(closed())), [&units](auto counting) {
        return std::make_unique<Batch>(std::move(units), std::move(counting));
    });
}

std::unique_ptr<db::Scan> Backend::scan(db::Statement select, std::size_t batch)
{
    return make_scan(thread_, server_, std::move(select), batch);
}

void Backend::inspect(Worker&, std::string table, OnTable done)
{
    run<Result<db::FoundTable>>(std::move(done), fail(closed()), [&table](auto counting) {
        return inspection(std::move(table), std::move(counting));
    });
}

void Backend::tables(Worker&, OnNames done)
{
    run<Result<std::vector<std::string>>>(std::move(done), fail(closed()),
                                          [](auto counting) { return list_of_tables(std::move(counting)); });
}

void Backend::create(Worker&, db::TableSpec table, OnDone done)
{
    run<Result<void>>(std::move(done), fail(closed()),
                      [&table](auto counting) { return creation(table, std::move(counting)); });
}

void Backend::drop(Worker&, std::string table, OnDone done)
{
    run<Result<void>>(std::move(done), fail(closed()),
                      [&table](auto counting) { return removal(table, std::move(counting)); });
}

void Backend::rename(Worker&, std::string table, std::string to, OnDone done)
{
    run<Result<void>>(std::move(done), fail(closed()),
                      [&](auto counting) { return renaming(table, to, std::move(counting)); });
}

void Backend::renumber(Worker&, db::TableSpec table, OnDone done)
{
    run<Result<void>>(std::move(done), fail(closed()),
                      [&table](auto counting) { return renumbering(table, std::move(counting)); });
}

void Backend::run_sql(Worker&, std::string sql, OnTextRows done)
{
    run<Result<db::TextRows>>(std::move(done), fail(closed()), [&sql](auto counting) {
        return statement_of_tool(std::move(sql), std::move(counting));
    });
}

void Backend::close()
{
    std::map<const Worker*, std::shared_ptr<Seat>> seats;
    {
        std::unique_lock lock(mutex_);
        if (closed_) return;
        closed_ = true;
        job_over_.wait(lock, [this] { return jobs_ == 0; });
        seats.swap(seats_);
    }
    // Each on its own loop, or with it if that one runs no more.
    for (auto& [worker, seat] : seats) {
        EventLoop& loop = seat->loop;
        loop.post([seat = std::exchange(seat, nullptr)] { seat->readers.clear(); });
    }
    std::promise<void> gone;
    thread_->loop().post([this, &gone] {
        writers_.clear();
        gone.set_value();
    });
    gone.get_future().wait();
}

}  // namespace junctor::postgres
