#include "modules/sqlite/connection.h"

#include <fmt/format.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "core/base/log.h"
#include "core/db/statement_cache.h"
#include "modules/sqlite/dialect.h"

namespace junctor::sqlite
{
namespace
{

using namespace sqlite_api;  // SOCI wraps sqlite3.h in it

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalize>;

// Gives a statement back to the cache as it was, whatever happened.
struct Reset {
    sqlite3_stmt* statement;
    ~Reset()
    {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    }
};

int status_of(int code)
{
    switch (code & 0xff) {
        case SQLITE_CONSTRAINT: return 409;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN: return 503;
        default: return 500;  // a code of the library's, of which later versions have more
    }
}

// What SOCI throws becomes a value.
template <class Work>
Result<void> guarded(Work work)
{
    try {
        work();
        return {};
    } catch (const soci::soci_error& error) {
        return fail(503, error.what());
    }
}

class Connection final : public db::BlockingConnection
{
public:
    Connection(const Settings& settings) : calendar_(settings.zone) {}

    Result<void> open(const Settings& settings, db::BlockingBackend::Use use)
    {
        return guarded([&] {
            session_.open(soci::sqlite3, fmt::format("dbname=\"{}\"", settings.path));
            handle_ = static_cast<soci::sqlite3_session_backend*>(session_.get_backend())->conn_;
            sqlite3_busy_timeout(handle_, static_cast<int>(settings.busy_timeout.count()));
            sqlite3_extended_result_codes(handle_, 1);
            // "name" is a column or an error, never a text.
            sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
            std::string mode;
            session_ << "PRAGMA journal_mode=WAL", soci::into(mode);  // readers and the writer do not wait
            if (mode != "wal")
                log_warning("sqlite", "{}: journal mode is {}, not wal: readings wait for writes",
                            settings.path, mode);
            session_ << "PRAGMA synchronous=FULL";  // a commit is on disk: power may fail right after it
            if (use == db::BlockingBackend::Use::Reading) session_ << "PRAGMA query_only=1";
        });
    }

    Result<db::RowSet> read(const db::Statement& select) override
    {
        db::RowSet rows(select.columns.size());
        const auto done = each_row(select, [&](sqlite3_stmt* statement) {
            add_row(statement, select, rows);
            return true;
        });
        if (!done) return fail(done.error());
        return rows;
    }

    Result<void> scan(const db::Statement& select, std::size_t batch,
                      const std::function<bool(db::RowSet)>& each) override
    {
        db::RowSet rows(select.columns.size());
        rows.reserve(batch);
        auto done = each_row(select, [&](sqlite3_stmt* statement) {
            add_row(statement, select, rows);
            if (rows.size() < batch) return true;
            const bool more = each(std::exchange(rows, db::RowSet(select.columns.size())));
            rows.reserve(batch);
            return more;
        });
        if (done && !rows.empty()) each(std::move(rows));
        return done;
    }

    Result<std::uint64_t> execute(const db::Statement& statement) override
    {
        const auto prepared = prepare(statement);
        if (!prepared) return fail(prepared.error());
        const Reset reset{*prepared};
        if (auto bound = bind(*prepared, statement); !bound) return fail(std::move(bound.error()));
        if (const int code = sqlite3_step(*prepared); code != SQLITE_DONE) return fail(error(code));
        return static_cast<std::uint64_t>(sqlite3_changes(handle_));
    }

    Result<void> begin() override { return command("BEGIN IMMEDIATE"); }
    Result<void> commit() override { return command("COMMIT"); }
    void rollback() override
    {
        if (in_transaction()) command_logged("ROLLBACK");
    }
    bool in_transaction() override { return sqlite3_get_autocommit(handle_) == 0; }
    Result<void> set_savepoint() override { return command("SAVEPOINT unit"); }
    void drop_savepoint() override { command_logged("RELEASE unit"); }
    void back_to_savepoint() override
    {
        if (!in_transaction()) return;  // a full disk ended it all
        command_logged("ROLLBACK TO unit");
        command_logged("RELEASE unit");
    }

    Result<db::FoundTable> inspect(const std::string& table) override
    {
        db::FoundTable found{table, {}};
        const auto prepared = prepare_text("PRAGMA table_info(" + dialect_.quoted(table) + ")");
        if (!prepared) return fail(prepared.error());
        int code = 0;
        while ((code = sqlite3_step(prepared->get())) == SQLITE_ROW) {
            const std::string type(text_of(prepared->get(), 2));
            found.columns.push_back({std::string(text_of(prepared->get(), 1)), declared_type(type), type,
                                     sqlite3_column_int(prepared->get(), 3) == 0});
        }
        if (code != SQLITE_DONE) return fail(error(code));
        return found;
    }

    Result<std::vector<std::string>> tables() override
    {
        std::vector<std::string> names;
        auto done = guarded([&] {
            const soci::rowset<std::string> found =
                (session_.prepare << "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND "
                                     "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
            names.assign(found.begin(), found.end());
        });
        if (!done) return fail(std::move(done.error()));
        return names;
    }

    Result<void> create(const db::TableSpec& table) override
    {
        auto done = guarded([&] {
            soci::transaction all(session_);
            for (const std::string& text : dialect_.creation(table)) session_ << text;
            all.commit();
        });
        return done;
    }

    Result<void> drop(const std::string& table) override
    {
        statements_.clear();  // a prepared statement would hold on to it
        return guarded([&] { session_ << "DROP TABLE " + dialect_.quoted(table); });
    }

    Result<void> rename(const std::string& table, const std::string& to) override
    {
        statements_.clear();
        return guarded([&] { session_ << dialect_.renaming(table, to); });
    }

    Result<db::TextRows> run_sql(const std::string& sql) override
    {
        statements_.clear();  // it may change tables
        const char* rest = nullptr;
        sqlite3_stmt* raw = nullptr;
        const int prepared = sqlite3_prepare_v2(handle_, sql.c_str(), -1, &raw, &rest);
        if (prepared != SQLITE_OK) return fail(error(prepared));
        const StatementPtr statement(raw);
        if (statement == nullptr) return fail("this is no statement");
        if (std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos)
            return fail("one statement at a time");
        db::TextRows answer;
        const int columns = sqlite3_column_count(raw);
        for (int i = 0; i < columns; ++i) answer.columns.emplace_back(sqlite3_column_name(raw, i));
        int code = 0;
        while ((code = sqlite3_step(raw)) == SQLITE_ROW) {
            auto& row = answer.rows.emplace_back();
            for (int i = 0; i < columns; ++i)
                row.push_back(sqlite3_column_type(raw, i) == SQLITE_NULL
                                  ? std::nullopt
                                  : std::optional(std::string(text_of(raw, i))));
        }
        if (code != SQLITE_DONE) return fail(error(code));
        if (columns == 0) answer.touched = static_cast<std::uint64_t>(sqlite3_changes(handle_));
        return answer;
    }

private:
    Error error(int code) const { return Error{status_of(code), sqlite3_errmsg(handle_)}; }

    Result<StatementPtr> prepare_text(const std::string& text)
    {
        sqlite3_stmt* statement = nullptr;
        const int code = sqlite3_prepare_v3(handle_, text.data(), static_cast<int>(text.size()),
                                            SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code != SQLITE_OK) return fail(error(code));
        return StatementPtr(statement);
    }

    Result<sqlite3_stmt*> prepare(const db::Statement& statement)
    {
        return handle_of(statements_.get(statement, [&] { return prepare_text(dialect_.text(statement)); }));
    }
    static Result<sqlite3_stmt*> handle_of(Result<StatementPtr*> kept)
    {
        if (!kept) return fail(std::move(kept.error()));
        return (*kept)->get();
    }

    Result<void> command(const char* text)
    {
        const auto statement = handle_of(statements_.get(text, [&] { return prepare_text(text); }));
        if (!statement) return fail(statement.error());
        const Reset reset{*statement};
        const int code = sqlite3_step(*statement);
        if (code != SQLITE_DONE && code != SQLITE_ROW) return fail(error(code));
        return {};
    }
    void command_logged(const char* text)
    {
        if (const auto done = command(text); !done) log_error("sqlite", "{}: {}", text, done.error().text);
    }

    Result<void> bind(sqlite3_stmt* statement, const db::Statement& from)
    {
        int number = 0, code = SQLITE_OK;
        for (const db::Value* value : db::bound_values(from)) {
            code = bind(statement, ++number, *value);
            if (code != SQLITE_OK) return fail(error(code));
        }
        if (from.limit > 0) sqlite3_bind_int64(statement, ++number, static_cast<sqlite3_int64>(from.limit));
        return {};
    }

    // Texts are not copied: the statement outlives the step.
    int bind(sqlite3_stmt* statement, int number, const db::Value& value)
    {
        struct Bind {
            sqlite3_stmt* statement;
            int number;
            db::Calendar& calendar;
            int operator()(db::Null) const { return sqlite3_bind_null(statement, number); }
            int operator()(std::int64_t integer) const
            {
                return sqlite3_bind_int64(statement, number, integer);
            }
            int operator()(double real) const { return sqlite3_bind_double(statement, number, real); }
            int operator()(const std::string& text) const
            {
                return sqlite3_bind_text(statement, number, text.data(), static_cast<int>(text.size()),
                                         SQLITE_STATIC);
            }
            int operator()(const db::Blob& blob) const
            {
                return sqlite3_bind_blob(statement, number, blob.bytes.data(),
                                         static_cast<int>(blob.bytes.size()), SQLITE_STATIC);
            }
            int operator()(db::DateTime moment) const
            {
                const std::string text = calendar.text(moment);
                // NOLINTNEXTLINE(performance-no-int-to-ptr): what SQLite calls SQLITE_TRANSIENT
                const auto copied = reinterpret_cast<sqlite3_destructor_type>(-1);
                return sqlite3_bind_text(statement, number, text.data(), static_cast<int>(text.size()),
                                         copied);
            }
        };
        return std::visit(Bind{statement, number, calendar_}, value);
    }

    // Until `each` says false.
    template <class Each>
    Result<void> each_row(const db::Statement& select, Each each)
    {
        const auto prepared = prepare(select);
        if (!prepared) return fail(prepared.error());
        const Reset reset{*prepared};
        if (auto bound = bind(*prepared, select); !bound) return bound;
        int code = 0;
        while ((code = sqlite3_step(*prepared)) == SQLITE_ROW)
            if (!each(*prepared)) return {};
        if (code != SQLITE_DONE) return fail(error(code));
        return {};
    }

    static std::string_view text_of(sqlite3_stmt* statement, int column)
    {
        // The bytes first: it turns a number into text, whose length is asked then.
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        return bytes == nullptr ? std::string_view() : std::string_view(bytes, size);
    }

    void add_row(sqlite3_stmt* statement, const db::Statement& select, db::RowSet& rows)
    {
        for (std::size_t i = 0; i < select.columns.size(); ++i)
            add_cell(statement, static_cast<int>(i), select.layout->columns[select.columns[i]].type, rows);
    }

    void add_cell(sqlite3_stmt* statement, int column, db::Type type, db::RowSet& rows)
    {
        const int stored = sqlite3_column_type(statement, column);
        if (stored == SQLITE_NULL) return rows.add_null();
        switch (type) {
            case db::Type::Text: return rows.add_text(text_of(statement, column));
            case db::Type::Blob: return rows.add_blob(text_of(statement, column));
            case db::Type::Integer:
            case db::Type::Real:
                if (stored == SQLITE_INTEGER)
                    return rows.add_integer(sqlite3_column_int64(statement, column));
                if (stored == SQLITE_FLOAT) return rows.add_real(sqlite3_column_double(statement, column));
                return rows.add_text(text_of(statement, column));
            case db::Type::DateTime: return add_date_time(statement, column, stored, rows);
        }
    }

    void add_date_time(sqlite3_stmt* statement, int column, int stored, db::RowSet& rows)
    {
        if (stored == SQLITE_INTEGER) return rows.add_date_time({sqlite3_column_int64(statement, column)});
        const std::string_view text = text_of(statement, column);
        if (text.starts_with("0000-00-00")) return rows.add_null();  // never
        const auto moment = calendar_.parse(text);
        return moment ? rows.add_date_time(*moment) : rows.add_text(text);
    }

    Dialect dialect_;
    db::Calendar calendar_;
    soci::session session_;
    sqlite3* handle_ = nullptr;                    // the session's
    db::StatementCache<StatementPtr> statements_;  // after the session: finalized before it closes
};

}  // namespace

Result<std::unique_ptr<db::BlockingConnection>> connect(const Settings& settings,
                                                        db::BlockingBackend::Use use)
{
    auto connection = std::make_unique<Connection>(settings);
    if (auto opened = connection->open(settings, use); !opened) return fail(std::move(opened.error()));
    return connection;
}

}  // namespace junctor::sqlite
