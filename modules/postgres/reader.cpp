#include "modules/postgres/reader.h"

#include <iterator>
#include <utility>

#include <libpq-fe.h>

#include "modules/postgres/bind.h"

namespace junctor::postgres
{
namespace
{

constexpr std::size_t most_sent = 4096;  // unanswered at a time
constexpr std::size_t group = 64;        // share a sync: what an error makes us ask again

bool is_abandoned(const db::Abandoned& abandoned)
{
    return abandoned && abandoned->load(std::memory_order_relaxed);
}

// The table has changed since the statement was prepared, or the server has forgotten it.
bool is_stale(const pg_result& result)
{
    const char* state = PQresultErrorField(&result, PG_DIAG_SQLSTATE);
    return state != nullptr && (std::string_view(state) == "0A000" || std::string_view(state) == "26000");
}

}  // namespace

Reader::Reader(EventLoop& loop, ServerPtr server) : loop_(loop), connection_(loop, std::move(server), *this)
{
}

Reader::~Reader()
{
    fail_all(Error{503, "the database is being closed"});
}

void Reader::read(db::Statement select, db::Abandoned abandoned, db::Backend::OnRows done)
{
    if (connection_.state() == Connection::State::Away) return done(fail(connection_.away_error()));
    if (unanswered() >= most_waiting) return done(fail(503, "too many queries wait for the database"));
    waiting_.push_back({std::move(select), std::move(abandoned), std::move(done), nullptr, false});
    send_soon();
}

void Reader::send_soon()
{
    if (connection_.state() != Connection::State::Ready || std::exchange(sending_soon_, true)) return;
    loop_.post([this, alive = std::weak_ptr(alive_)] {
        if (alive.expired()) return;
        sending_soon_ = false;
        send();
    });
}

void Reader::send()
{
    std::size_t unsynced = 0;
    while (!waiting_.empty() && sent_.size() < most_sent && connection_.state() == Connection::State::Ready) {
        Query query = std::move(waiting_.front());
        waiting_.pop_front();
        if (!send(query)) continue;
        sent_.push_back(std::move(query));
        if (++unsynced < group) continue;
        connection_.sync();
        unsynced = 0;
    }
    if (unsynced > 0) connection_.sync();
}

// False: it is not under way (now).
bool Reader::send(Query& query)
{
    if (is_abandoned(query.abandoned)) {
        query.done(fail(504, "nobody waits for it"));
        return false;
    }
    if (!query.prepared) query.prepared = connection_.statement(query.select);
    if (query.prepared->state == Prepared::State::Failed) {
        query.done(fail(query.prepared->error));
        return false;
    }
    if (query.prepared->state != Prepared::State::Ready) {
        const PreparedPtr prepared = query.prepared;
        unprepared_.push_back(std::move(query));
        if (prepared->state == Prepared::State::New) connection_.prepare(prepared);
        return false;
    }
    if (auto bound = bind(query.select, *query.prepared, parameters_, connection_.calendar()); !bound) {
        if (finds_nothing(query.select, *query.prepared))
            query.done(db::RowSet(query.select.columns.size()));
        else
            query.done(fail(std::move(bound.error())));
        return false;
    }
    connection_.execute(*query.prepared, parameters_);
    return true;
}

void Reader::on_ready()
{
    send();
}

void Reader::on_away(const Error& error)
{
    fail_all(error);
}

void Reader::fail_all(const Error& error)
{
    std::vector<Query> all = std::move(unprepared_);
    unprepared_.clear();
    for (auto* queue : {&sent_, &waiting_}) {
        std::move(queue->begin(), queue->end(), std::back_inserter(all));
        queue->clear();
    }
    for (Query& query : all) query.done(fail(error));
}

void Reader::on_prepared(const PreparedPtr& statement)
{
    std::vector<Query> others, ready;
    for (Query& query : unprepared_)
        (query.prepared == statement ? ready : others).push_back(std::move(query));
    unprepared_ = std::move(others);
    for (Query& query : ready) {
        if (statement->state == Prepared::State::Ready)
            waiting_.push_back(std::move(query));
        else
            query.done(fail(statement->error));
    }
    send_soon();
}

void Reader::on_answer(const pg_result& result)
{
    Query query = std::move(sent_.front());
    sent_.pop_front();
    if (!waiting_.empty()) send_soon();
    switch (PQresultStatus(&result)) {
        case PGRES_TUPLES_OK:
            return query.done(rows_of(result, query.select, *query.prepared, connection_.calendar()));
        case PGRES_PIPELINE_ABORTED: break;
        default:
            if (query.again || !is_stale(result)) return query.done(fail(error_of(result)));
            query.again = true;
            connection_.forget(query.prepared);
            query.prepared.reset();
    }
    waiting_.push_back(std::move(query));
    send_soon();
}

}  // namespace junctor::postgres
