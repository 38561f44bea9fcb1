// One connection in libpq's pipeline mode on an event loop: nothing here waits.
//
//     statement() -> prepare() -> on_prepared() -> execute() ... execute() sync() -> on_answer() ...
//     on_sync()
//
// Commands go out in one stream and are answered in their order. An error makes the server skip what follows
// up to the next sync: those answers have the status PGRES_PIPELINE_ABORTED. Statements are prepared once for
// each SQL text and connection; the server's word on their types decides how values travel (types.h).
//
// A lost connection is made again, at once if it had served for 100 ms, else after 100 ms, 200 ms ... 2 s,
// each varied by a quarter. The user is told; what it had asked is never answered then. One loop's thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/counter.h"
#include "core/base/result.h"
#include "core/db/statement.h"
#include "core/runtime/readiness.h"
#include "core/runtime/timer.h"
#include "modules/postgres/dialect.h"
#include "modules/postgres/name_lookup.h"
#include "modules/postgres/settings.h"

struct pg_conn;
struct pg_result;

namespace junctor::postgres
{

// What all connections to one database share.
struct Server {
    Settings settings;
    NameLookup names;
    Counter reconnects;                    // connections made in place of lost ones
    std::function<void()> tell_connected;  // set before there is one
};
using ServerPtr = std::shared_ptr<Server>;

struct Prepared {
    enum class State { New, Asked, Ready, Failed };
    State state = State::New;
    std::string key, name, text;
    db::Statement shape;  // without values: what it was made of
    std::vector<TypeId> parameters, columns;
    Error error;             // Failed
    std::uint64_t used = 0;  // when, for the oldest to go first
};
using PreparedPtr = std::shared_ptr<Prepared>;

class Connection
{
public:
    class User
    {
    public:
        virtual ~User() = default;
        virtual void on_ready() = 0;
        // Lost, or not to be had within two seconds: nothing of what was asked will be answered.
        virtual void on_away(const Error& error) = 0;
        virtual void on_prepared(const PreparedPtr& statement) = 0;  // Ready or Failed
        virtual void on_answer(const pg_result& result) = 0;         // to execute() and run()
        virtual void on_sync() = 0;
    };
    enum class State { Connecting, Ready, Away };
    enum class Again { Always, Never };  // when it is lost

    Connection(EventLoop& loop, ServerPtr server, User& user, Again again = Again::Always);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    State state() const { return state_; }
    Error away_error() const;  // of who asks meanwhile
    db::Calendar& calendar() { return calendar_; }
    const Dialect& dialect() const { return dialect_; }

    // All only while Ready.
    // As it is known, New, or Failed at once.
    PreparedPtr statement(const db::Statement& statement, Form form = Form::Whole);
    void forget(const PreparedPtr& statement);   // it is made again when it is asked for
    void prepare(const PreparedPtr& statement);  // New, becomes Asked; with a sync of its own
    void execute(const Prepared& statement, const Parameters& parameters);
    // One statement of SQL; parameters and results are text, those that are null NULL.
    void run(const std::string& sql, const std::vector<const char*>& parameters = {});
    // With the values of a prepared statement; results are binary.
    void run(const std::string& sql, const Prepared& types, const Parameters& parameters);
    void sync();  // and sends

private:
    enum class Expected : std::uint8_t { Parse, Describe, Internal, InternalSync, Answer, Sync };
    struct Awaited {
        Expected what;
        PreparedPtr statement;
    };
    struct Close {
        void operator()(pg_conn* connection) const;
    };

    void connect();
    void start(const std::vector<std::string>& addresses);
    void poll();
    bool watch_socket();
    void wait_for(bool to_write);
    void settle();
    void become_ready();
    void lose(Error error);
    void lose_later();

    void read();
    void take_what_is_there();
    void write();
    void take(const pg_result& result);
    void take_description(const PreparedPtr& statement, const pg_result& result);
    void send_preparation(const PreparedPtr& statement);
    void expect(Expected what, PreparedPtr statement = nullptr);
    void flush();
    void drop_oldest();
    void deallocate(const std::string& name);

    EventLoop& loop_;
    const ServerPtr server_;
    const Settings& settings_;
    User& user_;
    const Again again_;
    const Dialect dialect_;
    db::Calendar calendar_;
    State state_ = State::Connecting;
    std::unique_ptr<pg_conn, Close> pg_;
    std::unique_ptr<Readiness> readiness_;  // before pg_ goes: it watches a copy of its socket
    Timer patience_, timeout_, retry_;
    TimePoint ready_since_{};
    unsigned attempts_ = 0;  // in vain
    bool writing_ = false;   // waits until it can
    bool failed_ = false;    // will be lost in the loop's next turn
    Error why_away_;
    std::deque<Awaited> expected_;
    std::unordered_map<std::string, PreparedPtr> statements_;
    std::uint64_t numbered_ = 0, used_ = 0;
    std::uint64_t session_ = 0;                                   // how many have been lost
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for what is posted
};

// 409 for a double key, 503 where the database could not do it now, else 500. Without line breaks.
Error error_of(const pg_result& result);
// What libpq says of a connection, in one line.
std::string error_text(const pg_conn* connection);

}  // namespace junctor::postgres
