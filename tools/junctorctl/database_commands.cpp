// db create, drop, reinit, check, migrate, show, exec: the tables themselves.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/db/admin.h"
#include "core/db/calendar.h"
#include "core/db/dynamic_table.h"
#include "core/db/migration.h"
#include "core/db/run_blocking.h"
#include "core/db/schema.h"
#include "tools/junctorctl/commands.h"

namespace junctor::ctl
{
namespace
{

std::string joined(const std::vector<std::string>& words, const char* separator)
{
    return fmt::format("{}", fmt::join(words, separator));
}

const char* word_for(db::TableCheck::State state)
{
    switch (state) {
        case db::TableCheck::State::Good: return "good";
        case db::TableCheck::State::Accepted: return "accepted";
        case db::TableCheck::State::Missing: return "missing";
        case db::TableCheck::State::Wrong: return "WRONG";
    }
    return "?";
}

std::string text_of(const db::Cell& cell, db::Calendar& calendar)
{
    if (!cell.is_null && cell.type == db::Type::DateTime) return calendar.text({cell.integer});
    return db::to_text(cell.value());
}

bool agrees_to_drop(Session& session, db::Database& database, const std::vector<std::string>& tables)
{
    const std::string what = tables.empty() ? "every table of the schema" : joined(tables, ", ");
    session.console.line(
        fmt::format("This drops {} in {}, with all rows. Type yes to go on:", what, database.url().text()));
    return session.console.read_line() == "yes";
}

}  // namespace

int create_database(Session& session, const std::vector<std::string>& tables)
{
    const auto schema = db::Schema::find();
    if (!schema) return session.give_up(schema.error());
    const auto database = session.open_database(true);
    if (!database) return session.give_up(database.error());
    const auto made = db::create_tables(**database, *schema, tables);
    if (!made) return session.give_up({refused, made.error().text});
    session.console.info(fmt::format("{}: {} tables created", (*database)->url().text(), made->size()));
    session.console.line(joined(*made, " "));
    return done;
}

int drop_database(Session& session, const std::vector<std::string>& tables, bool without_asking)
{
    const auto schema = db::Schema::find();
    if (!schema) return session.give_up(schema.error());
    const auto database = session.open_database(false);
    if (!database) return session.give_up(database.error());
    if (!without_asking && !agrees_to_drop(session, **database, tables))
        return session.give_up({refused, "nothing was dropped"});
    const auto dropped = db::drop_tables(**database, *schema, tables);
    if (!dropped) return session.give_up({refused, dropped.error().text});
    session.console.info(fmt::format("{} tables dropped", dropped->size()));
    session.console.line(joined(*dropped, " "));
    return done;
}

int reinit_database(Session& session, const std::vector<std::string>& tables, bool without_asking)
{
    const int dropped = drop_database(session, tables, without_asking);
    return dropped == done ? create_database(session, tables) : dropped;
}

int migrate_database(Session& session, const std::vector<std::string>& tables, const BranchFlags& flags)
{
    const auto schema = db::Schema::find();
    if (!schema) return session.give_up(schema.error());
    const auto database = session.open_database(false);
    if (!database) return session.give_up(database.error());
    db::MigrationOptions options;
    options.nat_bflag = flags.nat;
    options.sipping_bflag = flags.sipping;
    options.report = [&session](const std::string& table, std::uint64_t rows, const std::string& remark) {
        session.console.line(
            fmt::format("{}: {}", table, remark.empty() ? fmt::format("{} rows", rows) : remark));
    };
    const auto migrated = db::migrate_tables(**database, *schema, tables, options);
    if (!migrated) return session.give_up({refused, migrated.error().text});
    session.console.info(migrated->empty() ? std::string("every table has our layout already")
                                           : fmt::format("{} tables migrated", migrated->size()));
    return done;
}

int execute_sql(Session& session, const std::string& sql)
{
    const auto database = session.open_database(false);
    if (!database) return session.give_up(database.error());
    const auto answer = db::run_blocking((*database)->run_sql(sql));
    if (!answer) return session.give_up({refused, answer.error().text});
    if (answer->columns.empty()) {
        session.console.info(fmt::format("{} rows changed", answer->touched));
        return done;
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& row : answer->rows) {
        auto& cells = rows.emplace_back();
        for (const auto& cell : row) cells.push_back(cell.value_or("NULL"));
    }
    session.console.table(answer->columns, rows);
    return done;
}

int check_database(Session& session)
{
    const auto schema = db::Schema::find();
    if (!schema) return session.give_up(schema.error());
    const auto database = session.open_database(false);
    if (!database) return session.give_up(database.error());
    const auto checks = db::check_tables(**database, *schema);
    if (!checks) return session.give_up({refused, checks.error().text});
    bool good = true;
    std::vector<std::vector<std::string>> rows;
    for (const auto& check : *checks) {
        good = good && check.state != db::TableCheck::State::Wrong;
        std::string remarks = joined(check.remarks, "; ");
        if (!check.layout.empty())
            remarks = fmt::format("layout {}{}{}", check.layout, remarks.empty() ? "" : "; ", remarks);
        rows.push_back({check.table, word_for(check.state), std::to_string(check.version),
                        joined(check.used_by, " "), std::move(remarks)});
    }
    session.console.table({"table", "state", "version", "used by", "remarks"}, rows);
    return good ? done : refused;
}

int show_table(Session& session, const std::string& name)
{
    const auto database = session.open_database(false);
    if (!database) return session.give_up(database.error());
    const auto found = db::run_blocking((*database)->inspect(name));
    if (!found) return session.give_up({refused, found.error().text});
    if (found->columns.empty()) return session.give_up({refused, "there is no table " + name});

    db::DynamicTable table(name, db::versions{});
    std::vector<db::ColumnId> columns;
    std::vector<std::string> names;
    for (const auto& column : found->columns) {
        columns.push_back(table.add_of_any_type(column.name));
        names.push_back(column.name);
    }
    if (auto bound = table.bind(*database); !bound) return session.give_up({refused, bound.error().text});
    const auto rows = db::run_blocking(table.select(columns, {}));
    if (!rows) return session.give_up({refused, rows.error().text});
    db::Calendar calendar(db::Zone::local());
    std::vector<std::vector<std::string>> texts;
    for (std::size_t row = 0; row < rows->size(); ++row) {
        auto& cells = texts.emplace_back();
        for (std::size_t column = 0; column < names.size(); ++column)
            cells.push_back(text_of(rows->at(row, column), calendar));
    }
    session.console.table(names, texts);
    return done;
}

}  // namespace junctor::ctl
