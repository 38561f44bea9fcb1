#include "modules/sqlite/driver.h"

#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/db/blocking_backend.h"
#include "core/db/url_parameters.h"
#include "modules/sqlite/connection.h"

namespace junctor::sqlite
{
namespace fs = std::filesystem;

Result<std::shared_ptr<db::Backend>> Driver::open(const db::Url& url, db::Opening how)
{
    Settings settings;
    db::BlockingBackend::Limits limits;
    limits.name = url.text();
    db::UrlParameters parameters(url);
    parameters.zone("timezone", settings.zone);
    parameters.milliseconds("busy_timeout", 600000, settings.busy_timeout);
    parameters.number("readers", 1, 64, limits.readers);
    if (auto good = parameters.finish(); !good) return fail(std::move(good.error()));

    std::error_code unknown;
    const fs::path path = fs::absolute(url.database, unknown);
    if (url.database == ":memory:" || path.string().find('"') != std::string::npos)
        return fail(fmt::format("{}: a file is needed, without quotes in its name", url.text()));
    if (how != db::Opening::OrMake && !fs::exists(path))
        return fail(503, fmt::format("{}: there is no file {}; make it with: junctorctl --db {} db create",
                                     url.text(), path.string(), url.text()));
    settings.path = path.string();
    // It will hold passwords: not for everybody's eyes. SQLite gives the files beside it the same rights.
    if (const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0640); file >= 0) ::close(file);

    if (auto trial = connect(settings, db::BlockingBackend::Use::Writing); !trial)
        return fail(fmt::format("{}: {}", url.text(), trial.error().text));
    return std::make_shared<db::BlockingBackend>(
        [settings](db::BlockingBackend::Use use) { return connect(settings, use); }, limits);
}

}  // namespace junctor::sqlite
