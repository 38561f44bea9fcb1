#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/db/database.h"

namespace junctor::db
{
namespace
{

// `?deadline=1500`: milliseconds. Every database has it; drivers see the other parameters.
Result<Duration> take_deadline(Url& url)
{
    const auto given = url.parameters.extract("deadline");
    if (given.empty()) return Database::default_deadline;
    const auto milliseconds = parse_unsigned(given.mapped(), 3600000);
    if (!milliseconds || *milliseconds == 0)
        return fail(fmt::format("{}: deadline={} is no number of milliseconds", url.text(), given.mapped()));
    return Duration(std::chrono::milliseconds(*milliseconds));
}

}  // namespace

Databases::~Databases()
{
    close();
}

void Databases::add(std::shared_ptr<Driver> driver)
{
    const std::lock_guard lock(mutex_);
    for (const std::string& scheme : driver->schemes()) drivers_[scheme] = driver;
}

bool Databases::has_driver(std::string_view scheme) const
{
    const std::lock_guard lock(mutex_);
    return drivers_.contains(scheme);
}

Result<std::shared_ptr<Database>> Databases::open(std::string_view text, bool may_create)
{
    const std::lock_guard lock(mutex_);
    if (const auto known = open_.find(text); known != open_.end()) return known->second;

    auto url = Url::parse(text);
    if (!url) return fail(std::move(url.error()));
    const auto driver = drivers_.find(url->scheme);
    if (driver == drivers_.end())
        return fail(fmt::format("{}: no driver is loaded for it; add loadmodule \"{}.so\"", url->text(),
                                url->scheme));
    const Url full = *url;
    const auto deadline = take_deadline(*url);
    if (!deadline) return fail(deadline.error());
    auto backend = driver->second->open(*url, may_create);
    if (!backend) return fail(std::move(backend.error()));
    auto database = std::make_shared<Database>(full, std::move(*backend), *deadline);
    open_.emplace(text, database);
    return database;
}

std::vector<std::shared_ptr<Database>> Databases::all() const
{
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Database>> databases;
    for (const auto& [url, database] : open_) databases.push_back(database);
    return databases;
}

void Databases::close()
{
    for (const auto& database : all()) database->close();
    const std::lock_guard lock(mutex_);
    open_.clear();
}

}  // namespace junctor::db
