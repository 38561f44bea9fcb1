#include "modules/sqlite/driver.h"

#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/base/ascii.h"
#include "core/db/blocking_backend.h"
#include "modules/sqlite/connection.h"

namespace junctor::sqlite
{
namespace
{

namespace fs = std::filesystem;

struct Options {
    Settings settings;
    db::BlockingBackend::Limits limits;
};

Result<std::uint64_t> number_of(const std::string& name, const std::string& value, std::uint64_t lowest,
                                std::uint64_t highest)
{
    const auto number = parse_unsigned(value, highest);
    if (!number || *number < lowest)
        return fail(fmt::format("{}={} is no number from {} to {}", name, value, lowest, highest));
    return *number;
}

Result<void> set_option(const std::string& name, const std::string& value, Options& options)
{
    if (name == "timezone") {
        const auto zone = db::Zone::parse(value);
        if (!zone) return fail(fmt::format("timezone={} is none of local, utc, +hh:mm, -hh:mm", value));
        options.settings.zone = *zone;
        return {};
    }
    if (name == "busy_timeout") {
        const auto milliseconds = number_of(name, value, 1, 600000);
        if (!milliseconds) return fail(milliseconds.error());
        options.settings.busy_timeout = std::chrono::milliseconds(*milliseconds);
        return {};
    }
    if (name == "readers") {
        const auto readers = number_of(name, value, 1, 64);
        if (!readers) return fail(readers.error());
        options.limits.readers = static_cast<unsigned>(*readers);
        return {};
    }
    return fail(
        fmt::format("there is no parameter {}; there are deadline, timezone, busy_timeout, readers", name));
}

}  // namespace

Result<std::shared_ptr<db::Backend>> Driver::open(const db::Url& url, bool may_create)
{
    Options options;
    for (const auto& [name, value] : url.parameters)
        if (auto set = set_option(name, value, options); !set)
            return fail(fmt::format("{}: {}", url.text(), set.error().text));

    std::error_code unknown;
    const fs::path path = fs::absolute(url.database, unknown);
    if (url.database == ":memory:" || path.string().find('"') != std::string::npos)
        return fail(fmt::format("{}: a file is needed, without quotes in its name", url.text()));
    if (!may_create && !fs::exists(path))
        return fail(503, fmt::format("{}: there is no file {}; make it with: junctorctl --db {} db create",
                                     url.text(), path.string(), url.text()));
    options.settings.path = path.string();
    // It will hold passwords: not for everybody's eyes. SQLite gives the files beside it the same rights.
    if (const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_CLOEXEC, 0640); file >= 0) ::close(file);

    if (auto trial = connect(options.settings, db::BlockingBackend::Use::Writing); !trial)
        return fail(fmt::format("{}: {}", url.text(), trial.error().text));
    return std::make_shared<db::BlockingBackend>(
        [settings = options.settings](db::BlockingBackend::Use use) { return connect(settings, use); },
        options.limits);
}

}  // namespace junctor::sqlite
