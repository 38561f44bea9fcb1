// Readings of one worker, on its own loop: hundreds under way on one connection.
//
// What comes within one turn of the loop goes out together and shares a sync, which saves both sides most of
// their system calls. A query that fails takes those behind it in its group along; they are asked again. One
// loop's thread.
#pragma once

#include <deque>

#include "core/db/driver.h"
#include "modules/postgres/connection.h"

namespace junctor::postgres
{

class Reader final : private Connection::User
{
public:
    static constexpr std::size_t most_waiting = 20000;  // more are refused (503)

    Reader(EventLoop& loop, ServerPtr server);
    ~Reader() override;  // what waits fails

    void read(db::Statement select, db::Abandoned abandoned, db::Backend::OnRows done);
    std::size_t unanswered() const { return waiting_.size() + unprepared_.size() + sent_.size(); }

private:
    struct Query {
        db::Statement select;
        db::Abandoned abandoned;
        db::Backend::OnRows done;
        PreparedPtr prepared;
        bool again = false;  // its plan was stale once
    };

    void on_ready() override;
    void on_away(const Error& error) override;
    void on_prepared(const PreparedPtr& statement) override;
    void on_answer(const pg_result& result) override;
    void on_sync() override {}

    void send_soon();
    void send();
    bool send(Query& query);
    void fail_all(const Error& error);

    EventLoop& loop_;
    Parameters parameters_;
    std::deque<Query> waiting_;      // to be sent
    std::vector<Query> unprepared_;  // until the server has told the types
    std::deque<Query> sent_;
    bool sending_soon_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    Connection connection_;  // last: it may call us while it is made
};

}  // namespace junctor::postgres
