#include "modules/postgres/batch.h"

#include <algorithm>
#include <string_view>

#include <libpq-fe.h>

#include "modules/postgres/bind.h"

namespace junctor::postgres
{
namespace
{

// Units that are sent with savepoints before the first of them is answered: an error wastes those behind it.
constexpr std::size_t window = 32;

bool succeeded(const pg_result& result)
{
    const auto status = PQresultStatus(&result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

}  // namespace

Batch::Batch(std::vector<db::Unit> units, db::Backend::OnWritten done)
    : units_(std::move(units)), outcomes_(units_.size()), done_(std::move(done))
{
}

bool Batch::start(Connection& connection)
{
    choose_forms();
    prepare(connection);
    return unprepared_ == 0 && proceed(connection);
}

// What has to wait for a second transaction must not be overtaken by a later unit of its key.
void Batch::choose_forms()
{
    std::vector<std::uint64_t> keys;
    keys.reserve(units_.size());
    for (const db::Unit& unit : units_) keys.push_back(unit.order_key);
    std::sort(keys.begin(), keys.end());
    if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) return;
    for (std::size_t i = 0; i < units_.size(); ++i) {
        const auto& statements = units_[i].statements;
        if (statements.size() == 1 && may_be_update_only(statements.front()))
            outcomes_[i].form = Form::UpdateOnly;
    }
}

void Batch::prepare(Connection& connection)
{
    phase_ = Phase::Preparing;
    prepared_.clear();
    prepared_.resize(units_.size());
    for (std::size_t i = 0; i < units_.size(); ++i) {
        if (!outcomes_[i].is_open()) continue;
        auto& prepared = prepared_[i];
        for (const db::Statement& statement : units_[i].statements) {
            prepared.push_back(connection.statement(statement, outcomes_[i].form));
            if (prepared.back()->state != Prepared::State::New) continue;
            ++unprepared_;
            connection.prepare(prepared.back());
        }
    }
}

bool Batch::on_prepared(Connection& connection, const PreparedPtr&)
{
    return --unprepared_ == 0 && proceed(connection);
}

bool Batch::proceed(Connection& connection)
{
    for (std::size_t i = 0; i < units_.size(); ++i)
        for (const PreparedPtr& prepared : prepared_[i])
            if (prepared->state == Prepared::State::Failed && !outcomes_[i].error)
                outcomes_[i].error = prepared->error;
    return send_together(connection);
}

void Batch::send_frame(Connection& connection, const char* sql)
{
    connection.run(sql);
    sent_.push_back({Sent::What::Frame});
}

bool Batch::send_unit(Connection& connection, std::size_t unit, bool with_savepoint)
{
    if (!outcomes_[unit].is_open()) return false;
    const auto& statements = units_[unit].statements;
    // First all of them without sending: what cannot be bound must not leave half a unit behind.
    for (std::size_t i = 0; i < statements.size(); ++i) {
        const Prepared& prepared = *prepared_[unit][i];
        const auto bound = bind(statements[i], prepared, parameters_, connection.calendar());
        if (bound || finds_nothing(statements[i], prepared)) continue;
        outcomes_[unit].error = bound.error();
        return false;
    }
    if (with_savepoint) send_frame(connection, "SAVEPOINT unit");
    for (std::size_t i = 0; i < statements.size(); ++i) {
        const Prepared& prepared = *prepared_[unit][i];
        // The parameters of a single statement are still those of above.
        if (statements.size() > 1 && !bind(statements[i], prepared, parameters_, connection.calendar()))
            continue;
        if (statements.size() == 1 && finds_nothing(statements[i], prepared)) continue;
        connection.execute(prepared, parameters_);
        sent_.push_back({Sent::What::Statement, unit, i});
    }
    if (with_savepoint) send_frame(connection, "RELEASE SAVEPOINT unit");
    return true;
}

bool Batch::send_together(Connection& connection)
{
    phase_ = Phase::Together;
    commit_sent_ = committed_ = false;
    send_frame(connection, "BEGIN");
    for (std::size_t i = 0; i < units_.size(); ++i) send_unit(connection, i, false);
    return send_commit(connection);
}

bool Batch::send_commit(Connection& connection)
{
    connection.run("COMMIT");
    sent_.push_back({Sent::What::Commit});
    commit_sent_ = true;
    connection.sync();
    ++syncs_;
    return false;
}

bool Batch::on_answer(Connection& connection, const pg_result& result)
{
    const Sent sent = sent_.front();
    sent_.pop_front();
    take(connection, sent, result);
    return false;
}

void Batch::take(Connection& connection, const Sent& sent, const pg_result& result)
{
    if (PQresultStatus(&result) == PGRES_PIPELINE_ABORTED || failed_ || broken_) return;
    switch (sent.what) {
        case Sent::What::Frame:
            if (!succeeded(result)) broken_ = error_of(result);
            break;
        case Sent::What::Statement:
            if (succeeded(result)) {
                outcomes_[sent.unit].touched +=
                    touched_by(result, units_[sent.unit].statements[sent.statement]);
                break;
            }
            failed_ = sent.unit;
            outcomes_[sent.unit].error = error_of(result);
            connection.forget(prepared_[sent.unit][sent.statement]);  // the table may be another one now
            break;
        case Sent::What::Commit:
            // The answer to a COMMIT that the server could not do is ROLLBACK.
            committed_ = succeeded(result) &&
                         std::string_view(PQcmdStatus(const_cast<pg_result*>(&result))) == "COMMIT";
            if (!committed_)
                broken_ =
                    succeeded(result) ? Error{503, "the database gave the transaction up"} : error_of(result);
    }
}

bool Batch::on_sync(Connection& connection)
{
    if (--syncs_ > 0) return false;
    switch (phase_) {
        case Phase::Preparing: break;
        case Phase::Together: return after_together(connection);
        case Phase::Restarting:
            if (broken_) return answer();
            phase_ = Phase::OneByOne;
            return send_one_by_one(connection);
        case Phase::OneByOne: return after_some(connection);
        case Phase::Committing: return conclude(connection);
    }
    return false;
}

bool Batch::after_together(Connection& connection)
{
    if (!failed_) return conclude(connection);
    // Alone, or the only one left: there is nothing to save.
    const bool others =
        std::any_of(outcomes_.begin(), outcomes_.end(), [](const Outcome& o) { return o.is_open(); });
    phase_ = others ? Phase::Restarting : Phase::Committing;
    commit_sent_ = false;
    for (Outcome& outcome : outcomes_)
        if (!outcome.settled) outcome.touched = 0;
    failed_.reset();
    send_frame(connection, "ROLLBACK");
    if (others) send_frame(connection, "BEGIN");
    connection.sync();
    ++syncs_;
    return false;
}

bool Batch::send_one_by_one(Connection& connection)
{
    if (failed_) {
        next_ = *failed_ + 1;
        failed_.reset();
        send_frame(connection, "ROLLBACK TO SAVEPOINT unit");
        send_frame(connection, "RELEASE SAVEPOINT unit");
    }
    std::size_t count = 0;
    for (; count < window && next_ < units_.size(); ++next_) {
        if (!send_unit(connection, next_, true)) continue;
        // A sync for each: what a failure leaves undone is then the failed unit alone.
        connection.sync();
        ++syncs_;
        ++count;
    }
    if (count > 0) return false;
    phase_ = Phase::Committing;
    return send_commit(connection);
}

bool Batch::after_some(Connection& connection)
{
    if (!broken_) return send_one_by_one(connection);
    // Not a unit's fault: nothing of it will stay.
    phase_ = Phase::Committing;
    connection.run("ROLLBACK");
    sent_.push_back({Sent::What::Frame});
    connection.sync();
    ++syncs_;
    return false;
}

bool Batch::conclude(Connection& connection)
{
    if (!committed_ || !settle()) return answer();
    next_ = 0;
    prepare(connection);
    return unprepared_ == 0 && proceed(connection);
}

bool Batch::settle()
{
    bool missed = false;
    for (Outcome& outcome : outcomes_) {
        if (!outcome.is_open()) continue;
        const bool here = outcome.form == Form::UpdateOnly && outcome.touched == 0;
        outcome.form = Form::Whole;
        outcome.settled = !here;
        missed = missed || here;
    }
    return missed;
}

bool Batch::answer()
{
    std::vector<Result<std::uint64_t>> results;
    results.reserve(outcomes_.size());
    for (Outcome& outcome : outcomes_) {
        if (outcome.error)
            results.push_back(junctor::fail(std::move(*outcome.error)));
        else if (broken_ && !outcome.settled)
            results.push_back(junctor::fail(*broken_));
        else
            results.push_back(outcome.touched);
    }
    done_(std::move(results));
    return true;
}

void Batch::fail(const Error& error)
{
    Error said = error;
    said.status = 503;
    said.text += commit_sent_ ? "; it was lost while it committed: whether this was written is unknown"
                              : "; nothing of this was written";
    // A unit's own error is perhaps the server's farewell.
    for (Outcome& outcome : outcomes_)
        if (!outcome.settled) outcome.error = said;
    answer();
}

}  // namespace junctor::postgres
