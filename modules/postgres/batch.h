// Units that are committed together, in one round trip:
//
//     BEGIN  unit  unit  unit ...  COMMIT  sync
//
// If one of them fails the transaction is gone, and is done again with a savepoint for each unit, which costs
// more: then only what fails is undone.
//
//     BEGIN sync   SAVEPOINT unit RELEASE sync  SAVEPOINT unit RELEASE sync ...
//                  a failure: ROLLBACK TO, and on with the next unit              COMMIT sync
//
// An Upsert alone in its unit is sent as an UPDATE, for nearly always the row is there; those whose row was
// not follow whole, in a second transaction. That is not done if two units have one order key.
//
// A success is reported after the server has confirmed the commit. A connection that is lost once COMMIT was
// sent leaves the outcome unknown; the error says so.
#pragma once

#include "core/db/driver.h"
#include "modules/postgres/job_queue.h"

namespace junctor::postgres
{

class Batch final : public Job
{
public:
    Batch(std::vector<db::Unit> units, db::Backend::OnWritten done);

    bool start(Connection& connection) override;
    bool on_prepared(Connection& connection, const PreparedPtr& statement) override;
    bool on_answer(Connection& connection, const pg_result& result) override;
    bool on_sync(Connection& connection) override;
    void fail(const Error& error) override;

private:
    enum class Phase { Preparing, Together, Restarting, OneByOne, Committing };
    // What an answer belongs to.
    struct Sent {
        enum class What { Frame, Statement, Commit } what;
        std::size_t unit = 0, statement = 0;
    };
    struct Outcome {
        std::uint64_t touched = 0;
        std::optional<Error> error;
        Form form = Form::Whole;
        bool settled = false;  // committed, and nothing is left to do

        bool is_open() const { return !settled && !error; }
    };

    void choose_forms();
    void prepare(Connection& connection);
    bool proceed(Connection& connection);
    bool send_together(Connection& connection);
    bool send_one_by_one(Connection& connection);
    bool send_commit(Connection& connection);
    // Its statements, or its outcome if they cannot be bound.
    bool send_unit(Connection& connection, std::size_t unit, bool with_savepoint);
    void send_frame(Connection& connection, const char* sql);
    void take(Connection& connection, const Sent& sent, const pg_result& result);
    bool after_together(Connection& connection);
    bool after_some(Connection& connection);
    bool conclude(Connection& connection);  // after a commit, or where there was nothing to commit
    bool settle();                          // true: some rows were not there
    bool answer();

    std::vector<db::Unit> units_;
    std::vector<std::vector<PreparedPtr>> prepared_;  // of each unit's statements
    std::vector<Outcome> outcomes_;
    db::Backend::OnWritten done_;
    Phase phase_ = Phase::Preparing;
    std::size_t unprepared_ = 0;
    std::deque<Sent> sent_;
    std::size_t syncs_ = 0;              // not yet answered
    std::optional<Error> broken_;        // the transaction, for a reason that is no unit's
    std::optional<std::size_t> failed_;  // unit: those behind it were skipped
    std::size_t next_ = 0;               // OneByOne: the unit to be sent next
    bool commit_sent_ = false, committed_ = false;
    Parameters parameters_;
};

}  // namespace junctor::postgres
