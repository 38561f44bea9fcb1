#include "core/admin/database_commands.h"

#include "core/admin/command_sets.h"

namespace junctor::admin
{
namespace
{

// mysql://openser@localhost/openser: as people know it, without password and parameters.
std::string shown_name(const db::Url& url)
{
    db::Url plain = url;
    plain.password.clear();
    plain.parameters.clear();
    return plain.text();
}

std::uint64_t number_of(db::Breaker::State state)
{
    switch (state) {
        case db::Breaker::State::Closed: return 0;
        case db::Breaker::State::HalfOpen: return 1;
        case db::Breaker::State::Open: return 2;
    }
    return 0;
}

void add_statistics(Registry& registry, const std::shared_ptr<db::Database>& database)
{
    const std::string name = shown_name(database->url()) + "-";
    const auto counted = [&](const char* what, const Counter& counter) {
        registry.add_statistic({"db", name + what, &counter, {}, nullptr});
    };
    const auto computed = [&](const char* what, std::function<std::uint64_t()> value) {
        registry.add_statistic({"db", name + what, nullptr, std::move(value), nullptr});
    };
    const auto& counters = database->counters();
    counted("reads", counters.reads);
    counted("read_rows", counters.read_rows);
    counted("writes", counters.writes);
    counted("commits", database->writes().counters().commits);
    counted("failed", counters.failed);
    counted("timed_out", counters.timed_out);
    counted("slow", counters.slow);
    counted("refused", counters.refused);
    computed("waiting", [database] { return database->waiting(); });
    computed("reconnects", [database] { return database->reconnects(); });
    computed("breaker", [database] { return number_of(database->breaker()); });
    if (database->spool() != nullptr)
        computed("spooled", [database] { return database->spool()->status().kept; });
}

void add_statistics(Registry& registry, const db::Postponed& postponed)
{
    const auto seconds = [&postponed]() -> std::uint64_t {
        return static_cast<std::uint64_t>(postponed.waited() / std::chrono::seconds(1));
    };
    registry.add_statistic({"db", "awaited", nullptr, [&postponed] { return postponed.left(); }, nullptr});
    registry.add_statistic({"db", "awaited_seconds", nullptr, seconds, nullptr});
}

mi::Reply spool_status(const db::Databases& databases)
{
    mi::Reply reply;
    for (const auto& database : databases.all()) {
        const db::Spool* const spool = database->spool();
        if (spool == nullptr) continue;
        const db::Spool::Status status = spool->status();
        const auto& counters = spool->counters();
        reply.add("Spool", shown_name(database->url()))
            .with("state", to_text(status.state))
            .with("rows", std::to_string(status.kept))
            .with("bytes", std::to_string(status.bytes))
            .with("waiting", std::to_string(status.waiting))
            .with("spooled", std::to_string(counters.spooled.value()))
            .with("replayed", std::to_string(counters.replayed.value()))
            .with("refused", std::to_string(counters.refused.value()))
            .with("full", std::to_string(counters.full.value()));
    }
    for (const auto& journal : databases.journals())
        reply.add("Journal", journal.name).with("bytes", std::to_string(journal.bytes()));
    return reply;
}

}  // namespace

void add_database_commands(Registry& registry, db::Databases& databases)
{
    for (const auto& database : databases.all()) add_statistics(registry, database);
    if (databases.postponed() != nullptr) add_statistics(registry, *databases.postponed());
    (void)registry.add_command(
        command("spool_status",
                "What waits on disk for a database: spools, and what has become of their rows; journals",
                false, [&databases](const mi::Request&) { return spool_status(databases); }));
}

}  // namespace junctor::admin
