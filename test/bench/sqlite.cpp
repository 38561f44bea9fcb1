// How fast the sqlite driver is: reading all of table location, single look-ups, and writes that are answered
// after their commit, a number of them in flight.
//
//     bench_sqlite [rows] [in flight]        in a file under the working directory, removed afterwards
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

#include <fmt/core.h>

#include "core/db/admin.h"
#include "core/db/run_blocking.h"
#include "core/db/table.h"
#include "modules/sqlite/driver.h"

using namespace junctor;
using namespace junctor::db;

namespace
{

template <class Text>
struct Contact {
    Text username, domain, contact, callid, user_agent;
    DateTime expires, last_modified;
    double q = -1;
    std::int64_t cseq = 0, flags = 0, cflags = 0;
    std::optional<Text> received, path, socket;
    std::optional<std::int64_t> methods;

    static constexpr auto table =
        db::table("location", versions{1004}, column("username", &Contact::username),
                  column("domain", &Contact::domain), column("contact", &Contact::contact),
                  column("callid", &Contact::callid), column("user_agent", &Contact::user_agent),
                  column("expires", &Contact::expires), column("last_modified", &Contact::last_modified),
                  column("q", &Contact::q), column("cseq", &Contact::cseq), column("flags", &Contact::flags),
                  column("cflags", &Contact::cflags), column("received", &Contact::received),
                  column("path", &Contact::path), column("socket", &Contact::socket),
                  column("methods", &Contact::methods));
};
using Stored = Contact<std::string>;
using Scanned = Contact<std::string_view>;

Stored contact(std::size_t number)
{
    Stored row;
    row.username = fmt::format("user{}", number);
    row.domain = "example.test";
    row.contact = fmt::format("sip:user{}@192.0.2.{}:5060;transport=udp", number, number % 250);
    row.callid = fmt::format("{}-call-id@192.0.2.7", number);
    row.user_agent = "a phone of some make/1.2.3";
    row.expires = DateTime{1173657600 + static_cast<std::int64_t>(number % 3600)};
    row.socket = "udp:192.0.2.1:5060";
    return row;
}

class Stopwatch
{
public:
    explicit Stopwatch(const char* what) : what_(what) {}
    void report(std::size_t count) const
    {
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
        fmt::print("{:32} {:>9} in {:6.2f} s: {:>9.0f}/s\n", what_, count, passed.count(),
                   static_cast<double>(count) / passed.count());
    }

private:
    const char* what_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

Task<bool> fill(const Table<Stored>& table, std::size_t rows)
{
    constexpr std::size_t at_once = 1000;
    for (std::size_t i = 0; i < rows; i += at_once) {
        std::vector<Statement> batch;
        for (std::size_t n = i; n < std::min(rows, i + at_once); ++n)
            batch.push_back(table.insertion(contact(n)));
        const auto done = co_await table.write(std::move(batch), 0, std::chrono::seconds(60));
        if (!done) fmt::print("{}\n", done.error().text);
    }
    co_return true;
}

// One writer of several: an UPDATE of its own row, again and again, each awaited.
Task<bool> refresh(const Table<Stored>& table, std::size_t user, std::size_t times, std::size_t& left,
                   OneShot<bool>::Resolver all)
{
    for (std::size_t i = 0; i < times; ++i) {
        auto where = db::where(&Stored::username, contact(user).username);
        auto values = set(&Stored::expires, DateTime{static_cast<std::int64_t>(i)}).also(&Stored::cseq, 5);
        const auto done =
            co_await table.update(std::move(where), std::move(values), std::chrono::seconds(60));
        if (!done || *done != 1) fmt::print("refresh failed\n");
    }
    if (--left == 0) all.resolve(true);
    co_return true;
}

Task<bool> refresh_all(const Table<Stored>& table, std::size_t in_flight, std::size_t times, TaskGroup& group)
{
    OneShot<bool> all;
    std::size_t left = in_flight;
    for (std::size_t user = 0; user < in_flight; ++user)
        group.start(refresh(table, user, times, left, all.resolver()));
    co_return co_await all;
}

Task<bool> look_up(const Table<Stored>& table, std::size_t times, std::size_t rows)
{
    for (std::size_t i = 0; i < times; ++i) {
        auto where = db::where(&Stored::username, contact(i * 7919 % rows).username);
        const auto found = co_await table.select(std::move(where));
        if (!found || found->size() != 1) fmt::print("look-up failed\n");
    }
    co_return true;
}

int run(std::size_t rows, std::size_t in_flight)
{
    Databases databases;
    databases.add(std::make_shared<sqlite::Driver>());
    const std::string url = "sqlite://bench_sqlite.db?timezone=utc";
    const auto schema = Schema::find();
    const auto database = databases.open(url, true);
    if (!schema || !database) return 1;
    if (const auto made = create_tables(**database, *schema, {"location"}); !made) {
        fmt::print("{}\n", made.error().text);
        return 1;
    }
    Table<Stored> stored;
    Table<Scanned> scanned;
    if (!stored.bind(databases, url) || !scanned.bind(databases, url)) return 1;
    {
        const Stopwatch watch("insert, 1000 to a commit");
        run_blocking(fill(stored, rows));
        watch.report(rows);
    }
    {
        const Stopwatch watch("read all");
        std::size_t bytes = 0;
        const auto count = run_blocking(scanned.scan([&bytes](Scanned& row) { bytes += row.contact.size(); },
                                                     {}, 2000, std::chrono::seconds(60)));
        watch.report(count ? *count : 0);
    }
    {
        const Stopwatch watch("look-up, one after the other");
        run_blocking(look_up(stored, 20000, rows));
        watch.report(20000);
    }
    {
        const auto before = (*database)->writes().counters().commits.value();
        const Stopwatch watch("update, each awaits its commit");
        constexpr std::size_t times = 200;
        TaskGroup group;
        run_blocking(refresh_all(stored, in_flight, times, group));
        watch.report(in_flight * times);
        fmt::print("  {} in flight, {} commits\n", in_flight,
                   (*database)->writes().counters().commits.value() - before);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    const std::size_t rows = argc > 1 ? std::stoul(argv[1]) : 1000000;
    const std::size_t in_flight = argc > 2 ? std::stoul(argv[2]) : 64;
    const int status = run(rows, in_flight);
    for (const char* end : {"", "-wal", "-shm"})
        std::filesystem::remove(std::string("bench_sqlite.db") + end);
    return status;
}
