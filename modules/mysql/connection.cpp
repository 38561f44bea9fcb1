#include "modules/mysql/connection.h"

#include <mutex>

#include <fmt/format.h>
#include <soci/mysql/soci-mysql.h>
#include <soci/soci.h>

#include "core/base/log.h"
#include "core/db/statement_cache.h"
#include "modules/mysql/dialect.h"
#include "modules/mysql/errors.h"
#include "modules/mysql/prepared.h"

namespace junctor::mysql
{
namespace
{

// Values too long or of another kind are refused, not cut; no backslash is special in a text; zero dates,
// which OpenSER's tables have as defaults, are dates.
constexpr const char* session_mode =
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_BACKSLASH_ESCAPES'";

// As SOCI's connection strings want a value: between ' and ', with \ before ' and \.
std::string quoted(std::string_view value)
{
    std::string out = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

std::string connection_string(const Settings& settings)
{
    std::string text =
        fmt::format("charset={} connect_timeout={} read_timeout={} write_timeout={}", settings.charset,
                    settings.connect_timeout, settings.network_timeout, settings.network_timeout);
    const auto add = [&text](std::string_view name, std::string_view value) {
        if (!value.empty()) text += fmt::format(" {}={}", name, quoted(value));
    };
    add("host", settings.socket.empty() ? settings.host : "localhost");
    if (settings.port != 0) text += fmt::format(" port={}", settings.port);
    add("unix_socket", settings.socket);
    add("user", settings.user);
    add("password", settings.password);
    add("dbname", settings.database);
    return text;
}

// TIMESTAMP columns are converted by the server to this zone; DATETIME has none.
std::string session_zone(int seconds_east)
{
    const int minutes = std::abs(seconds_east) / 60;
    return fmt::format("SET SESSION time_zone = '{}{:02}:{:02}'", seconds_east < 0 ? '-' : '+', minutes / 60,
                       minutes % 60);
}

class Connection final : public db::BlockingConnection
{
public:
    explicit Connection(const Settings& settings) : calendar_(settings.zone) {}

    Result<void> open(const Settings& settings)
    {
        static std::once_flag library;  // it is not made ready by several threads at once
        std::call_once(library, [] { mysql_library_init(0, nullptr, nullptr); });
        auto opened = guarded([&] { session_.open(soci::mysql, connection_string(settings)); });
        if (!opened) return opened;
        handle_ = static_cast<soci::mysql_session_backend*>(session_.get_backend())->conn_;
        if (auto set = command(session_mode); !set) return set;
        if (settings.zone.is_local()) return {};
        return command(session_zone(settings.zone.seconds_east()));
    }

    Result<db::RowSet> read(const db::Statement& select) override
    {
        db::RowSet rows(select.columns.size());
        const auto done = each_row(select, [&](Prepared& prepared) {
            prepared.add_row(rows, calendar_);
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
        auto done = each_row(select, [&](Prepared& prepared) {
            prepared.add_row(rows, calendar_);
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
        return (*prepared)->execute(statement, calendar_);
    }

    Result<void> begin() override
    {
        auto begun = command("START TRANSACTION");
        health_.in_transaction = begun.has_value();
        return begun;
    }
    Result<void> commit() override
    {
        auto committed = command("COMMIT");
        health_.in_transaction = false;
        return committed;
    }
    void rollback() override
    {
        command_logged("ROLLBACK");
        health_.in_transaction = false;
    }
    bool in_transaction() override { return health_.in_transaction; }
    Result<void> set_savepoint() override { return command("SAVEPOINT unit"); }
    void drop_savepoint() override { command_logged("RELEASE SAVEPOINT unit"); }
    void back_to_savepoint() override
    {
        if (in_transaction()) command_logged("ROLLBACK TO SAVEPOINT unit");
    }
    bool is_lost() override { return health_.is_lost; }

    Result<db::FoundTable> inspect(const std::string& table) override
    {
        db::FoundTable found{table, {}};
        auto done =
            guarded([&] {
                const soci::rowset<soci::row> columns =
                    (session_.prepare
                         << "SELECT column_name, CAST(data_type AS CHAR), CAST(column_type AS CHAR), "
                            "is_nullable FROM information_schema.columns "
                            "WHERE table_schema = DATABASE() AND table_name = :name "
                            "ORDER BY ordinal_position",
                     soci::use(table));
                for (const soci::row& column : columns)
                    found.columns.push_back(
                        {column.get<std::string>(0), declared_type(column.get<std::string>(1)),
                         column.get<std::string>(2), column.get<std::string>(3) == "YES"});
            });
        if (!done) return fail(std::move(done.error()));
        return found;
    }

    Result<std::vector<std::string>> tables() override
    {
        std::vector<std::string> names;
        auto done = guarded([&] {
            const soci::rowset<std::string> found =
                (session_.prepare << "SELECT table_name FROM information_schema.tables "
                                     "WHERE table_schema = DATABASE() ORDER BY table_name");
            names.assign(found.begin(), found.end());
        });
        if (!done) return fail(std::move(done.error()));
        return names;
    }

    Result<void> create(const db::TableSpec& table) override
    {
        bool made = false;
        for (const std::string& text : dialect_.creation(table)) {
            if (auto done = command(text); !done) {
                // The server knows no transaction that makes tables.
                if (made) command_logged("DROP TABLE " + dialect_.quoted(table.name));
                return done;
            }
            made = true;
        }
        return {};
    }

    Result<void> drop(const std::string& table) override
    {
        return command("DROP TABLE " + dialect_.quoted(table));
    }

    Result<void> rename(const std::string& table, const std::string& to) override
    {
        return command(dialect_.renaming(table, to));
    }

    Result<db::TextRows> run_sql(const std::string& sql) override
    {
        if (auto done = command(sql); !done) return fail(std::move(done.error()));
        db::TextRows answer;
        const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> result(mysql_store_result(handle_),
                                                                              mysql_free_result);
        if (result == nullptr) {
            if (mysql_errno(handle_) != 0)
                return fail(health_.failed(mysql_errno(handle_), mysql_error(handle_)));
            answer.touched = mysql_affected_rows(handle_);
            return answer;
        }
        const unsigned columns = mysql_num_fields(result.get());
        for (unsigned i = 0; i < columns; ++i)
            answer.columns.emplace_back(mysql_fetch_field_direct(result.get(), i)->name);
        while (const MYSQL_ROW row = mysql_fetch_row(result.get())) {
            const unsigned long* lengths = mysql_fetch_lengths(result.get());
            auto& cells = answer.rows.emplace_back();
            for (unsigned i = 0; i < columns; ++i)
                cells.push_back(row[i] == nullptr ? std::nullopt
                                                  : std::optional(std::string(row[i], lengths[i])));
        }
        return answer;
    }

    Result<void> command(const std::string& text)
    {
        if (mysql_real_query(handle_, text.data(), static_cast<unsigned long>(text.size())) == 0) return {};
        return fail(health_.failed(mysql_errno(handle_), mysql_error(handle_)));
    }

private:
    // What SOCI throws becomes a value.
    template <class Work>
    Result<void> guarded(Work work)
    {
        try {
            work();
            return {};
        } catch (const soci::mysql_soci_error& error) {
            return fail(health_.failed(error.err_num_, error.get_error_message().c_str()));
        } catch (const soci::soci_error& error) {
            return fail(error.what());
        }
    }

    void command_logged(const std::string& text)
    {
        if (const auto done = command(text); !done) log_error("mysql", "{}: {}", text, done.error().text);
    }

    Result<Prepared*> prepare(const db::Statement& statement)
    {
        return statements_.get(statement,
                               [&] { return Prepared::make(handle_, health_, dialect_.text(statement)); });
    }

    // Until `each` says false.
    template <class Each>
    Result<void> each_row(const db::Statement& select, Each each)
    {
        const auto kept = prepare(select);
        if (!kept) return fail(kept.error());
        Prepared& prepared = **kept;
        auto done = prepared.start(select, calendar_);
        while (done) {
            const auto row = prepared.next();
            if (!row) done = fail(row.error());
            if (!row || !*row || !each(prepared)) break;
        }
        prepared.finish();
        return done;
    }

    Dialect dialect_;
    db::Calendar calendar_;
    Health health_;
    soci::session session_;
    st_mysql* handle_ = nullptr;               // the session's
    db::StatementCache<Prepared> statements_;  // after the session: closed before it
};

}  // namespace

Result<std::unique_ptr<db::BlockingConnection>> connect(const Settings& settings)
{
    auto connection = std::make_unique<Connection>(settings);
    if (auto opened = connection->open(settings); !opened) return fail(std::move(opened.error()));
    return connection;
}

Result<void> create_database(const Settings& settings)
{
    Settings of_server = settings;
    of_server.database.clear();
    Connection connection(of_server);
    if (auto opened = connection.open(of_server); !opened) return opened;
    return connection.command(
        fmt::format("CREATE DATABASE {} {}", Dialect().quoted(settings.database), character_set));
}

}  // namespace junctor::mysql
