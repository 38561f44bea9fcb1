// One PostgreSQL database: who asks on which connection.
//
//     worker 0's loop   Reader(s) ─┐
//     worker 1's loop   Reader(s) ─┤  readings, pipelined, answered on the asker's own loop
//     driver's thread   Reader    ─┘  readings of who has no loop that lasts: the start, tools
//                       JobQueue      committed batches, changes of tables, the catalogue
//                       Scans         a connection each
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

#include "core/db/driver.h"
#include "modules/postgres/job_queue.h"
#include "modules/postgres/reader.h"
#include "modules/postgres/scan.h"

namespace junctor::postgres
{

class Backend final : public db::Backend
{
public:
    explicit Backend(Settings settings);
    ~Backend() override;  // close()

    void read(Worker& asker, db::Statement select, db::Abandoned abandoned, OnRows done) override;
    void write(Worker& asker, std::vector<db::Unit> units, OnWritten done) override;
    unsigned write_lanes() const override { return server_->settings.writers; }
    std::uint64_t reconnects() const override { return server_->reconnects.value(); }
    void when_connected(std::function<void()> tell) override { server_->tell_connected = std::move(tell); }
    std::unique_ptr<db::Scan> scan(db::Statement select, std::size_t batch) override;
    void inspect(Worker& asker, std::string table, OnTable done) override;
    void tables(Worker& asker, OnNames done) override;
    void create(Worker& asker, db::TableSpec table, OnDone done) override;
    void drop(Worker& asker, std::string table, OnDone done) override;
    void rename(Worker& asker, std::string table, std::string to, OnDone done) override;
    void renumber(Worker& asker, db::TableSpec table, OnDone done) override;
    void run_sql(Worker& asker, std::string sql, OnTextRows done) override;
    void close() override;

private:
    struct Seat;  // the readers of one loop

    std::shared_ptr<Seat> seat_of(Worker& asker);  // null: closed
    template <class Answer, class MakeJob>
    void run(std::function<void(Answer)> done, Answer refusal, MakeJob make_job);
    void add(std::unique_ptr<Job> job);

    const ServerPtr server_;
    const std::shared_ptr<LoopThread> thread_;
    std::mutex mutex_;
    std::map<const Worker*, std::shared_ptr<Seat>> seats_;  // under mutex_; what is in one is its loop's
    std::condition_variable job_over_;
    std::size_t jobs_ = 0;                            // under mutex_: accepted and not over
    bool closed_ = false;                             // under mutex_
    std::vector<std::unique_ptr<JobQueue>> writers_;  // the driver's thread alone
};

}  // namespace junctor::postgres
