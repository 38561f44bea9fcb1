#include "modules/postgres/connection.h"

#include <algorithm>
#include <random>

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>

#include "core/base/ascii.h"
#include "core/base/log.h"

namespace junctor::postgres
{
namespace
{

constexpr std::string_view area = "postgres";
constexpr Duration patience = std::chrono::seconds(2);
constexpr Duration first_pause = std::chrono::milliseconds(100);
constexpr Duration longest_pause = std::chrono::seconds(2);  // the breaker's
constexpr std::size_t answers_of_a_turn = 32;
constexpr std::size_t most_values = 65535;    // of a statement: the protocol counts them with two bytes
constexpr std::size_t most_statements = 200;  // kept prepared on one connection

struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, Clear>;

// libpq's messages have several lines: what is the matter, and then guesses.
std::string one_line(std::string_view text)
{
    return std::string(trim(text.substr(0, text.find_first_of("\r\n"))));
}

// The pauses of many connections should not meet.
Duration varied(Duration pause)
{
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_int_distribution<Duration::rep>(pause.count() * 3 / 4,
                                                        pause.count() * 5 / 4)(random) *
           Duration(1);
}

int status_of(std::string_view state)
{
    if (state == "23505") return 409;  // unique_violation
    // Connection, resources, operator, system, deadlock and the like, a server that only reads.
    for (const std::string_view kind : {"08", "40", "53", "57", "58"})
        if (state.starts_with(kind)) return 503;
    return state == "25006" ? 503 : 500;
}

Error no_descriptor()
{
    return Error{503, "no file descriptor is left for a connection"};
}

void on_notice(void*, const PGresult* result)
{
    log_debug(area, "{}", one_line(PQresultErrorMessage(result)));
}

}  // namespace

Error error_of(const pg_result& result)
{
    const char* state = PQresultErrorField(&result, PG_DIAG_SQLSTATE);
    const char* text = PQresultErrorField(&result, PG_DIAG_MESSAGE_PRIMARY);
    return Error{state == nullptr ? 503 : status_of(state),
                 one_line(text != nullptr ? text : PQresultErrorMessage(&result))};
}

std::string error_text(const pg_conn* connection)
{
    return one_line(PQerrorMessage(connection));
}

void Connection::Close::operator()(pg_conn* connection) const
{
    PQfinish(connection);
}

Connection::Connection(EventLoop& loop, ServerPtr server, User& user, Again again)
    : loop_(loop),
      server_(std::move(server)),
      settings_(server_->settings),
      user_(user),
      again_(again),
      calendar_(settings_.zone),
      patience_(loop.timers(),
                [this] {
                    state_ = State::Away;
                    why_away_ = Error{503, "the database does not answer"};
                    user_.on_away(away_error());
                }),
      timeout_(loop.timers(),
               [this] {
                   lose(Error{503, "no connection within the time for it"});
               }),
      retry_(loop.timers(), [this] { connect(); })
{
    patience_.start(patience);
    connect();
}

Connection::~Connection()
{
    readiness_.reset();
}

Error Connection::away_error() const
{
    return Error{503, "the database is away: " + why_away_.text};
}

// --- connecting ---

void Connection::connect()
{
    timeout_.start(settings_.connect_timeout);
    if (settings_.host_to_look_up.empty()) return start({});
    server_->names.find(
        settings_.host_to_look_up, loop_,
        [this, alive = std::weak_ptr(alive_)](const Result<std::vector<std::string>>& addresses) {
            if (alive.expired() || pg_ || !timeout_.is_running()) return;
            if (!addresses) return lose(addresses.error());
            start(*addresses);
        });
}

void Connection::start(const std::vector<std::string>& addresses)
{
    // Each address with the host's name, which libpq pairs one by one.
    std::string hosts;
    for (std::size_t i = 0; i < addresses.size(); ++i)
        hosts += (i == 0 ? "" : ",") + settings_.host_to_look_up;
    const std::string list = fmt::format("{}", fmt::join(addresses, ","));

    std::vector<const char*> names, values;
    for (const auto& [name, value] : settings_.options) {
        names.push_back(name.c_str());
        values.push_back(name == "host" && !addresses.empty() ? hosts.c_str() : value.c_str());
    }
    if (!addresses.empty()) {
        names.push_back("hostaddr");
        values.push_back(list.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    pg_.reset(PQconnectStartParams(names.data(), values.data(), 0));
    if (!pg_ || PQstatus(pg_.get()) == CONNECTION_BAD)
        return lose(Error{503, pg_ ? error_text(pg_.get()) : "no memory for a connection"});
    PQsetNoticeReceiver(pg_.get(), on_notice, nullptr);
    wait_for(true);
}

// Each step of connecting may have opened another socket.
bool Connection::watch_socket()
{
    readiness_.reset();
    Descriptor copy(::fcntl(PQsocket(pg_.get()), F_DUPFD_CLOEXEC, 0));
    if (!copy) return false;
    readiness_ = std::make_unique<Readiness>(loop_, std::move(copy));
    return true;
}

void Connection::wait_for(bool to_write)
{
    if (!watch_socket()) return lose(no_descriptor());
    if (to_write)
        readiness_->when_writable([this] { poll(); });
    else
        readiness_->when_readable([this] { poll(); });
}

void Connection::poll()
{
    switch (PQconnectPoll(pg_.get())) {
        case PGRES_POLLING_READING: return wait_for(false);
        case PGRES_POLLING_WRITING: return wait_for(true);
        case PGRES_POLLING_OK: return settle();
        case PGRES_POLLING_FAILED:
        case PGRES_POLLING_ACTIVE: break;  // the latter is history
    }
    lose(Error{503, error_text(pg_.get())});
}

// The session reads and writes dates as we do.
void Connection::settle()
{
    if (PQsetnonblocking(pg_.get(), 1) != 0 || PQenterPipelineMode(pg_.get()) != 1)
        return lose(Error{503, error_text(pg_.get())});
    if (!watch_socket()) return lose(no_descriptor());
    readiness_->when_readable([this] { read(); });
    const std::string zone = server_name_of(settings_.zone);
    if (zone.empty()) return become_ready();
    const char* const value = zone.c_str();
    if (PQsendQueryParams(pg_.get(), "SELECT set_config('TimeZone', $1, false)", 1, nullptr, &value, nullptr,
                          nullptr, 0) != 1)
        return lose(Error{503, error_text(pg_.get())});
    expect(Expected::Internal);
    if (PQpipelineSync(pg_.get()) != 1) return lose(Error{503, error_text(pg_.get())});
    expect(Expected::InternalSync);
    flush();
}

void Connection::become_ready()
{
    timeout_.stop();
    patience_.stop();
    if (attempts_ > 0) log_notice(area, "{}: connected again", settings_.url);
    attempts_ = 0;
    if (ready_since_ != TimePoint{}) server_->reconnects.add();
    ready_since_ = loop_.clock().now();
    state_ = State::Ready;
    if (server_->tell_connected) server_->tell_connected();
    user_.on_ready();
}

void Connection::lose(Error error)
{
    timeout_.stop();
    const bool was_ready = state_ == State::Ready;
    const bool served = was_ready && loop_.clock().now() - ready_since_ > first_pause;
    readiness_.reset();
    pg_.reset();
    ++session_;
    expected_.clear();
    statements_.clear();
    writing_ = failed_ = false;
    why_away_ = std::move(error);
    if (again_ == Again::Always && attempts_ == 0)
        log_warning(area, "{}: {}; it is tried again until it succeeds", settings_.url, why_away_.text);
    ++attempts_;

    const bool was_hoped_for = state_ != State::Away;
    state_ = State::Away;
    patience_.stop();
    if (again_ == Again::Always) {
        if (served) {  // a restart, perhaps: those who ask meanwhile may wait
            state_ = State::Connecting;
            patience_.start(patience);
            retry_.start({});
        } else {
            const auto doublings = std::min(attempts_ - 1, 6U);
            retry_.start(varied(std::min<Duration>(first_pause * (1U << doublings), longest_pause)));
        }
    }
    if (was_hoped_for) user_.on_away(away_error());
}

// A function of libpq has refused to send: the caller is in the middle of something, so that it hears later.
void Connection::lose_later()
{
    if (std::exchange(failed_, true)) return;
    loop_.post([this, alive = std::weak_ptr(alive_)] {
        if (!alive.expired() && failed_) lose(Error{503, error_text(pg_.get())});
    });
}

// --- the stream ---

void Connection::expect(Expected what, PreparedPtr statement)
{
    expected_.push_back({what, std::move(statement)});
}

PreparedPtr Connection::statement(const db::Statement& statement, Form form)
{
    std::string key = key_of(statement, form);
    PreparedPtr& known = statements_[key];
    if (!known) {
        known = std::make_shared<Prepared>();
        known->key = std::move(key);
        known->text = dialect_.statement(statement, form);
        known->shape.kind = statement.kind;
        known->shape.layout = statement.layout;
        known->shape.columns = statement.columns;
        if (const std::size_t count = bound_values(statement).size(); count > most_values) {
            known->state = Prepared::State::Failed;
            known->error = Error{500, fmt::format("{} values are more than PostgreSQL takes at once", count)};
        }
    }
    known->used = ++used_;
    PreparedPtr found = known;  // in use: it is not the one that goes
    if (statements_.size() > most_statements) drop_oldest();
    return found;
}

void Connection::drop_oldest()
{
    const auto oldest =
        std::min_element(statements_.begin(), statements_.end(), [](const auto& a, const auto& b) {
            const auto age = [](const PreparedPtr& p) { return p.use_count() > 1 ? UINT64_MAX : p->used; };
            return age(a.second) < age(b.second);
        });
    if (oldest->second.use_count() > 1) return;  // all are in use
    const std::string name = oldest->second->name;
    statements_.erase(oldest);
    if (!name.empty()) deallocate(name);
}

void Connection::deallocate(const std::string& name)
{
    const std::string deallocate = "DEALLOCATE " + name;
    if (PQsendQueryParams(pg_.get(), deallocate.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) != 1)
        return lose_later();
    expect(Expected::Internal);
}

void Connection::forget(const PreparedPtr& statement)
{
    const auto known = statements_.find(statement->key);
    if (known != statements_.end() && known->second == statement) statements_.erase(known);
}

void Connection::prepare(const PreparedPtr& statement)
{
    statement->state = Prepared::State::Asked;
    send_preparation(statement);
}

void Connection::send_preparation(const PreparedPtr& statement)
{
    statement->name = fmt::format("s{}", ++numbered_);
    const char* const name = statement->name.c_str();
    if (PQsendPrepare(pg_.get(), name, statement->text.c_str(), 0, nullptr) != 1) return lose_later();
    expect(Expected::Parse, statement);
    if (PQsendDescribePrepared(pg_.get(), name) != 1) return lose_later();
    expect(Expected::Describe, statement);
    if (PQpipelineSync(pg_.get()) != 1) return lose_later();
    expect(Expected::InternalSync);
    flush();
}

void Connection::execute(const Prepared& statement, const Parameters& parameters)
{
    if (PQsendQueryPrepared(pg_.get(), statement.name.c_str(), parameters.count(), parameters.values(),
                            parameters.lengths(), parameters.formats(), 1) != 1)
        return lose_later();
    expect(Expected::Answer);
}

void Connection::run(const std::string& sql, const std::vector<const char*>& parameters)
{
    if (PQsendQueryParams(pg_.get(), sql.c_str(), static_cast<int>(parameters.size()), nullptr,
                          parameters.data(), nullptr, nullptr, 0) != 1)
        return lose_later();
    expect(Expected::Answer);
}

void Connection::run(const std::string& sql, const Prepared& types, const Parameters& parameters)
{
    if (PQsendQueryParams(pg_.get(), sql.c_str(), parameters.count(), types.parameters.data(),
                          parameters.values(), parameters.lengths(), parameters.formats(), 1) != 1)
        return lose_later();
    expect(Expected::Answer);
}

void Connection::sync()
{
    if (PQpipelineSync(pg_.get()) != 1) return lose_later();
    expect(Expected::Sync);
    flush();
}

void Connection::flush()
{
    if (writing_) return;
    const int left = PQflush(pg_.get());
    if (left < 0) return lose_later();
    if (left == 0) return;
    writing_ = true;
    readiness_->when_writable([this] { write(); });
}

void Connection::write()
{
    writing_ = false;
    flush();
}

void Connection::read()
{
    if (PQconsumeInput(pg_.get()) != 1) return lose(Error{503, error_text(pg_.get())});
    take_what_is_there();
}

// What one packet brings may be hundreds of answers, each with a request to be finished: whoever waits on
// other sockets has a turn in between.
void Connection::take_what_is_there()
{
    const std::weak_ptr alive(alive_);
    for (std::size_t taken = 0; !expected_.empty() && PQisBusy(pg_.get()) == 0;) {
        const ResultPtr result(PQgetResult(pg_.get()));
        if (!result) continue;  // the end of one command's results
        take(*result);
        if (alive.expired() || !pg_) return;
        if (++taken < answers_of_a_turn) continue;
        return loop_.post([this, alive, session = session_] {
            if (!alive.expired() && session == session_) take_what_is_there();
        });
    }
    if (PQstatus(pg_.get()) == CONNECTION_BAD) return lose(Error{503, error_text(pg_.get())});
    readiness_->when_readable([this] { read(); });
}

void Connection::take(const pg_result& result)
{
    const Awaited awaited = std::move(expected_.front());
    expected_.pop_front();
    switch (awaited.what) {
        case Expected::Parse:
            if (PQresultStatus(&result) != PGRES_COMMAND_OK) awaited.statement->error = error_of(result);
            break;
        case Expected::Describe: take_description(awaited.statement, result); break;
        case Expected::Internal:
            if (PQresultStatus(&result) == PGRES_FATAL_ERROR)
                log_warning(area, "{}: {}", settings_.url, error_of(result).text);
            break;
        case Expected::InternalSync:
            if (state_ != State::Ready && expected_.empty()) become_ready();
            break;
        case Expected::Answer: user_.on_answer(result); break;
        case Expected::Sync: user_.on_sync(); break;
    }
}

void Connection::take_description(const PreparedPtr& statement, const pg_result& result)
{
    if (PQresultStatus(&result) != PGRES_COMMAND_OK) {
        if (statement->error.text.empty()) statement->error = error_of(result);
        statement->state = Prepared::State::Failed;
        forget(statement);
        return user_.on_prepared(statement);
    }
    statement->parameters.clear();
    for (int i = 0; i < PQnparams(&result); ++i) statement->parameters.push_back(PQparamtype(&result, i));
    statement->columns.clear();
    for (int i = 0; i < PQnfields(&result); ++i) statement->columns.push_back(PQftype(&result, i));
    if (statement->shape.is_read() &&
        !std::all_of(statement->columns.begin(), statement->columns.end(), is_readable)) {
        deallocate(statement->name);
        statement->text = dialect_.readable(statement->text, statement->shape, statement->columns);
        return send_preparation(statement);  // the casts give it types that are
    }
    statement->state = Prepared::State::Ready;
    user_.on_prepared(statement);
}

}  // namespace junctor::postgres
