// db copy, backup, restore: everything that is in a database, on its way.
#include <filesystem>
#include <fstream>
#include <iostream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/db/backup.h"
#include "core/db/url.h"
#include "tools/junctorctl/commands.h"

namespace junctor::ctl
{
namespace
{

namespace fs = std::filesystem;

db::CopyOptions options_for(Session& session, bool replace)
{
    db::CopyOptions options;
    options.replace = replace;
    options.report = [&session](const std::string& table, std::uint64_t rows) {
        session.console.line(fmt::format("{}: {} rows", table, rows));
    };
    return options;
}

// Writes beside FILE and takes its place when it is whole: an interrupted backup does not cost the last one.
Result<std::uint64_t> backup_into(Session& session, db::Database& database, const db::Schema& schema,
                                  const std::string& file)
{
    const std::string unfinished = file + ".part";
    // It holds passwords: not for everybody's eyes.
    const int descriptor =
        ::open(unfinished.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) return fail(fmt::format("{} cannot be written", unfinished));
    std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
    auto rows = db::write_backup(database, schema, out, options_for(session, false).report);
    out.close();
    const bool is_safe = ::fsync(descriptor) == 0 && out.good();
    ::close(descriptor);
    std::error_code failed;
    if (rows && is_safe) fs::rename(unfinished, file, failed);
    if (rows && is_safe && !failed) return rows;
    fs::remove(unfinished, failed);
    if (!rows) return rows;
    return fail(fmt::format("{} cannot be written", file));
}

}  // namespace

int copy_database(Session& session, const std::string& from_url, const std::string& to_url, bool replace)
{
    const auto schema = db::Schema::find();
    if (!schema) return session.give_up(schema.error());
    const auto from = session.open_url(from_url, false);
    if (!from) return session.give_up(from.error());
    const auto to = session.open_url(to_url, true);
    if (!to) return session.give_up(to.error());
    const auto rows = db::copy_database(**from, **to, *schema, options_for(session, replace));
    if (!rows) return session.give_up({refused, rows.error().text});
    session.console.info(
        fmt::format("{} rows copied from {} to {}", *rows, (*from)->url().text(), (*to)->url().text()));
    return done;
}

int backup_database(Session& session, const std::string& file)
{
    const auto schema = db::Schema::find();
    if (!schema) return session.give_up(schema.error());
    const auto database = session.open_database(false);
    if (!database) return session.give_up(database.error());
    if (file == "-") {
        const auto rows = db::write_backup(**database, *schema, session.console.output(), {});
        return rows ? static_cast<int>(done) : session.give_up({refused, rows.error().text});
    }
    const auto rows = backup_into(session, **database, *schema, file);
    if (!rows) return session.give_up({refused, rows.error().text});
    session.console.info(fmt::format("{} rows of {} in {}", *rows, (*database)->url().text(), file));
    return done;
}

int restore_database(Session& session, const std::string& file, bool replace)
{
    const auto schema = db::Schema::find();
    if (!schema) return session.give_up(schema.error());
    std::ifstream in(file, std::ios::binary);
    if (!in) return session.give_up({refused, fmt::format("{} cannot be read", file)});
    const auto database = session.open_database(true);
    if (!database) return session.give_up(database.error());
    const auto rows = db::read_backup(in, **database, *schema, options_for(session, replace));
    if (!rows) return session.give_up({refused, fmt::format("{}: {}", file, rows.error().text)});
    session.console.info(fmt::format("{} rows of {} in {}", *rows, file, (*database)->url().text()));
    return done;
}

}  // namespace junctor::ctl
