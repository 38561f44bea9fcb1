#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/db/database.h"
#include "core/db/run_blocking.h"

namespace junctor::db
{
namespace
{

// `?deadline=1500&slow=200`: milliseconds. Every database has them; drivers see the other parameters.
Result<void> take_milliseconds(Url& url, const char* name, std::uint64_t least, Duration& duration)
{
    const auto given = url.parameters.extract(name);
    if (given.empty()) return {};
    const auto milliseconds = parse_unsigned(given.mapped(), 3600000);
    if (!milliseconds || *milliseconds < least)
        return fail(fmt::format("{}: {}={} is no number of milliseconds", url.text(), name, given.mapped()));
    duration = std::chrono::milliseconds(*milliseconds);
    return {};
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
    Database::Settings settings = settings_;
    if (auto taken = take_milliseconds(*url, "deadline", 1, settings.deadline); !taken)
        return fail(taken.error());
    if (auto taken = take_milliseconds(*url, "slow", 0, settings.slow); !taken) return fail(taken.error());
    settings.spool.deadline = settings.deadline;
    auto backend = driver->second->open(*url, may_create ? Opening::OrMake : Opening::Existing);
    if (!backend && postponed_ && Postponed::is_away(backend.error()))
        backend = driver->second->open(*url, Opening::Unseen);
    if (!backend) return fail(std::move(backend.error()));
    auto database = std::make_shared<Database>(full, std::move(*backend), settings);
    open_.emplace(text, database);
    return database;
}

Result<std::shared_ptr<Database>> Databases::open_with_spool(std::string_view url)
{
    auto database = open(url);
    if (!database || home_ == nullptr) return database;
    auto folder = journal_folder();
    if (!folder) return fail(std::move(folder.error()));
    if (auto started = (*database)->start_spool(std::move(*folder), *home_); !started)
        return fail(std::move(started.error()));
    return database;
}

Task<void> Databases::drain_spools()
{
    for (const auto& database : all())
        if (Spool* const spool = database->spool()) co_await spool->drain();
}

Result<std::shared_ptr<LogFolder>> Databases::journal_folder(IfMissing what)
{
    const std::lock_guard lock(mutex_);
    if (folder_) return folder_;
    if (!open_folder_) return fail("no folder is set for journals");
    auto opened = open_folder_(what);
    if (opened) folder_ = *opened;
    return opened;
}

Result<void> Databases::now_or_later(std::string what, Postponed::Work work)
{
    auto done = run_blocking(work());
    if (done || !postponed_ || !Postponed::is_away(done.error())) return done;
    postponed_->add(std::move(what), std::move(done.error()), std::move(work));
    return {};
}

void Databases::end_waiting()
{
    if (postponed_) postponed_->end();
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
