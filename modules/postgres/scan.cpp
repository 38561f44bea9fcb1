#include "modules/postgres/scan.h"

#include <deque>
#include <optional>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "modules/postgres/bind.h"

namespace junctor::postgres
{
namespace
{

constexpr std::size_t most_ahead = 3;  // batches fetched or being fetched that nobody has asked for yet

// The reading itself, on the driver's thread.
class Cursor final : private Connection::User
{
public:
    using OnRows = db::Backend::OnRows;

    Cursor(EventLoop& loop, ServerPtr server, db::Statement select, std::size_t batch)
        : select_(std::move(select)),
          fetch_(fmt::format("FETCH FORWARD {} FROM scan", batch)),
          connection_(loop, std::move(server), *this, Connection::Again::Never)
    {
    }

    void next(OnRows asked)
    {
        asked_ = std::move(asked);
        give();
    }

private:
    void on_ready() override
    {
        prepared_ = connection_.statement(select_);
        if (prepared_->state == Prepared::State::Failed) return stop(prepared_->error);
        connection_.prepare(prepared_);
    }

    void on_away(const Error& error) override
    {
        if (!over_) error_ = error;
        give();
    }

    void on_prepared(const PreparedPtr&) override
    {
        if (prepared_->state == Prepared::State::Failed) return stop(prepared_->error);
        if (auto bound = bind(select_, *prepared_, parameters_, connection_.calendar()); !bound) {
            if (!finds_nothing(select_, *prepared_)) return stop(bound.error());
            over_ = true;
            return give();
        }
        connection_.run("BEGIN READ ONLY");
        connection_.run("DECLARE scan NO SCROLL CURSOR FOR " + prepared_->text, *prepared_, parameters_);
        frames_ = 2;
        fetch_ahead();
    }

    void on_answer(const pg_result& result) override
    {
        const auto status = PQresultStatus(&result);
        if (status == PGRES_PIPELINE_ABORTED) return;
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return stop(error_of(result));
        if (frames_ > 0) {
            --frames_;
            return;
        }
        --fetching_;
        if (PQntuples(&result) == 0)
            over_ = true;
        else if (!over_)
            batches_.push_back(rows_of(result, select_, *prepared_, connection_.calendar()));
        give();
    }

    void on_sync() override {}

    void stop(const Error& error)
    {
        if (!error_) error_ = error;
        give();
    }

    void give()
    {
        if (!asked_ || (batches_.empty() && !over_ && !error_)) return fetch_ahead();
        const OnRows asked = std::exchange(asked_, {});
        if (!batches_.empty()) {
            db::RowSet rows = std::move(batches_.front());
            batches_.pop_front();
            fetch_ahead();
            return asked(std::move(rows));
        }
        if (error_) return asked(fail(*error_));
        asked(db::RowSet());
    }

    void fetch_ahead()
    {
        if (!prepared_ || prepared_->state != Prepared::State::Ready || over_ || error_) return;
        while (batches_.size() + fetching_ < most_ahead) {
            connection_.run(fetch_, Prepared(), Parameters());
            connection_.sync();
            ++fetching_;
        }
    }

    const db::Statement select_;
    const std::string fetch_;
    PreparedPtr prepared_;
    Parameters parameters_;
    std::deque<db::RowSet> batches_;
    OnRows asked_;
    std::optional<Error> error_;
    bool over_ = false;
    int frames_ = 0;
    std::size_t fetching_ = 0;
    Connection connection_;  // last: it may call us while it is made
};

class PostgresScan final : public db::Scan
{
public:
    PostgresScan(std::shared_ptr<LoopThread> thread, ServerPtr server, db::Statement select,
                 std::size_t batch)
        : thread_(std::move(thread))
    {
        loop().post([&loop = loop(), server = std::move(server), cursor = cursor_, select = std::move(select),
                     batch] { cursor->emplace(loop, server, select, batch); });
    }
    ~PostgresScan() override
    {
        loop().post([cursor = cursor_] { cursor->reset(); });
    }

    void next(Worker&, db::Backend::OnRows done) override
    {
        loop().post(
            [cursor = cursor_, done = std::move(done)]() mutable { (*cursor)->next(std::move(done)); });
    }

private:
    EventLoop& loop() const { return thread_->loop(); }

    std::shared_ptr<LoopThread> thread_;
    std::shared_ptr<std::optional<Cursor>> cursor_ = std::make_shared<std::optional<Cursor>>();
};

}  // namespace

std::unique_ptr<db::Scan> make_scan(std::shared_ptr<LoopThread> thread, ServerPtr server,
                                    db::Statement select, std::size_t batch)
{
    return std::make_unique<PostgresScan>(std::move(thread), std::move(server), std::move(select), batch);
}

}  // namespace junctor::postgres
