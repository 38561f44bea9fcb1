#include "modules/postgres/commands.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include "core/base/ascii.h"

namespace junctor::postgres
{
namespace
{

db::TextRows text_rows(const pg_result& result)
{
    db::TextRows answer;
    const int fields = PQnfields(&result);
    for (int field = 0; field < fields; ++field) answer.columns.emplace_back(PQfname(&result, field));
    for (int row = 0; row < PQntuples(&result); ++row) {
        auto& cells = answer.rows.emplace_back();
        for (int field = 0; field < fields; ++field)
            cells.push_back(PQgetisnull(&result, row, field) != 0
                                ? std::nullopt
                                : std::optional<std::string>(PQgetvalue(&result, row, field)));
    }
    // Its argument is not const for no reason.
    const std::string_view touched = PQcmdTuples(const_cast<pg_result*>(&result));
    if (fields == 0) answer.touched = parse_unsigned(touched, UINT64_MAX).value_or(0);
    return answer;
}

Commands::Done only_done(db::Backend::OnDone done)
{
    return [done = std::move(done)](const Result<db::TextRows>& rows) {
        done(rows ? Result<void>() : fail(rows.error()));
    };
}

}  // namespace

Commands::Commands(std::vector<std::string> commands, std::vector<std::string> parameters, Done done)
    : commands_(std::move(commands)), parameters_(std::move(parameters)), done_(std::move(done))
{
    if (commands_.size() == 1) return;
    commands_.insert(commands_.begin(), "BEGIN");
    commands_.push_back("COMMIT");
}

bool Commands::start(Connection& connection)
{
    std::vector<const char*> values;
    for (const std::string& value : parameters_) values.push_back(value.c_str());
    for (const std::string& command : commands_) connection.run(command, values);
    connection.sync();
    return false;
}

bool Commands::on_answer(Connection&, const pg_result& result)
{
    if (rolling_back_) return false;
    const auto status = PQresultStatus(&result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        if (!error_) error_ = error_of(result);
    } else if (!rows_ && (commands_.size() == 1 || answered_ == 1)) {
        rows_ = text_rows(result);
    }
    ++answered_;
    return false;
}

bool Commands::on_sync(Connection& connection)
{
    if (error_ && commands_.size() > 1 && !rolling_back_) {
        rolling_back_ = true;
        connection.run("ROLLBACK");
        connection.sync();
        return false;
    }
    if (error_)
        done_(junctor::fail(*error_));
    else
        done_(std::move(*rows_));
    return true;
}

void Commands::fail(const Error& error)
{
    done_(junctor::fail(error));
}

std::unique_ptr<Job> inspection(std::string table, db::Backend::OnTable done)
{
    // By the type below a domain; as the search path finds the table.
    static const char* const ask =
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
        "CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END "
        "FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
        "WHERE a.attrelid = to_regclass(quote_ident($1)) AND a.attnum > 0 AND NOT a.attisdropped "
        "ORDER BY a.attnum";
    std::vector<std::string> parameters{table};
    return std::make_unique<Commands>(
        std::vector<std::string>{ask}, std::move(parameters),
        [table = std::move(table), done = std::move(done)](const Result<db::TextRows>& rows) {
            if (!rows) return done(fail(rows.error()));
            db::FoundTable found{table, {}};
            for (const auto& row : rows->rows) {
                const auto id = static_cast<TypeId>(parse_unsigned(*row[3], UINT32_MAX).value_or(0));
                found.columns.push_back({*row[0], meaning_of(id), *row[1], *row[2] == "f"});
            }
            done(std::move(found));
        });
}

std::unique_ptr<Job> list_of_tables(db::Backend::OnNames done)
{
    static const char* const ask =
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_table_is_visible(c.oid) "
        "AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY c.relname";
    return std::make_unique<Commands>(std::vector<std::string>{ask}, std::vector<std::string>{},
                                      [done = std::move(done)](const Result<db::TextRows>& rows) {
                                          if (!rows) return done(fail(rows.error()));
                                          std::vector<std::string> names;
                                          for (const auto& row : rows->rows) names.push_back(*row[0]);
                                          done(std::move(names));
                                      });
}

std::unique_ptr<Job> creation(const db::TableSpec& table, db::Backend::OnDone done)
{
    return std::make_unique<Commands>(Dialect().creation(table), std::vector<std::string>{},
                                      only_done(std::move(done)));
}

std::unique_ptr<Job> removal(const std::string& table, db::Backend::OnDone done)
{
    return std::make_unique<Commands>(std::vector<std::string>{"DROP TABLE " + Dialect().quoted(table)},
                                      std::vector<std::string>{}, only_done(std::move(done)));
}

std::unique_ptr<Job> renaming(const std::string& table, const std::string& to, db::Backend::OnDone done)
{
    return std::make_unique<Commands>(std::vector<std::string>{Dialect().renaming(table, to)},
                                      std::vector<std::string>{}, only_done(std::move(done)));
}

std::unique_ptr<Job> renumbering(const db::TableSpec& table, db::Backend::OnDone done)
{
    const Dialect dialect;
    const std::string name = dialect.quoted(table.name);
    std::vector<std::string> commands;
    for (const db::ColumnSpec& column : table.columns) {
        if (!column.numbered) continue;
        const std::string highest = fmt::format("max({})", dialect.quoted(column.name));
        commands.push_back(
            fmt::format("SELECT setval(pg_get_serial_sequence({}, {}), coalesce({}, 1), {} IS NOT "
                        "NULL) FROM {}",
                        db::doubled(name, '\''), db::doubled(column.name, '\''), highest, highest, name));
    }
    if (commands.empty()) commands.emplace_back("SELECT 1");
    return std::make_unique<Commands>(std::move(commands), std::vector<std::string>{},
                                      only_done(std::move(done)));
}

std::unique_ptr<Job> statement_of_tool(std::string sql, db::Backend::OnTextRows done)
{
    return std::make_unique<Commands>(std::vector<std::string>{std::move(sql)}, std::vector<std::string>{},
                                      std::move(done));
}

}  // namespace junctor::postgres
