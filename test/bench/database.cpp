// How fast a database driver is: filling and reading all of table location, look-ups, and writes that are
// answered after their commit, a number of them in flight on one worker. Beside each rate the CPU time of
// this process for each of them.
//
//     bench_database URL [rows] [in flight] [step...]   steps: fill scan read update; all by default
//
// `fill` makes table location anew; the others use it as it is.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include <fmt/core.h>
#include <sys/resource.h>

#include "core/db/admin.h"
#include "core/db/run_blocking.h"
#include "core/db/table.h"
#include "core/runtime/event_loop.h"
#include "modules/postgres/driver.h"
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

double cpu_seconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Stopwatch
{
public:
    explicit Stopwatch(std::string what) : what_(std::move(what)) {}
    void report(std::size_t count) const
    {
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
        const auto number = static_cast<double>(count);
        fmt::print("{:32} {:>9} in {:6.2f} s: {:>9.0f}/s, {:6.2f} us of CPU each\n", what_, count,
                   passed.count(), number / passed.count(), (cpu_seconds() - cpu_) * 1e6 / number);
    }

private:
    std::string what_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    double cpu_ = cpu_seconds();
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

// One of several that each await their own answers.
struct Crowd {
    std::size_t left;
    std::vector<std::chrono::duration<double, std::milli>> waited;
    OneShot<bool>::Resolver all;

    void leave()
    {
        if (--left == 0) all.resolve(true);
    }
    void report()
    {
        std::sort(waited.begin(), waited.end());
        const auto part = [this](double share) {
            return waited[static_cast<std::size_t>(static_cast<double>(waited.size() - 1) * share)].count();
        };
        fmt::print("  waited: p50 {:.2f} ms, p99 {:.2f} ms, at most {:.2f} ms\n", part(0.5), part(0.99),
                   part(1));
    }
};

using Step = Task<bool> (*)(const Table<Stored>& table, std::size_t user, std::size_t round);

Task<bool> update(const Table<Stored>& table, std::size_t user, std::size_t round)
{
    Stored row = contact(user);
    row.cseq = static_cast<std::int64_t>(round);
    const auto done =
        co_await table.upsert(std::move(row), &Stored::username, &Stored::domain, &Stored::contact);
    if (!done || *done != 1) fmt::print("an update failed: {}\n", done ? "" : done.error().text);
    co_return true;
}

Task<bool> look_up(const Table<Stored>& table, std::size_t user, std::size_t)
{
    auto where = db::where(&Stored::username, contact(user).username).also(&Stored::domain, "example.test");
    const auto found = co_await table.select(std::move(where));
    if (!found || found->size() != 1) fmt::print("a look-up failed: {}\n", found ? "" : found.error().text);
    co_return true;
}

Task<bool> repeat(Step step, const Table<Stored>& table, std::size_t member, std::size_t rows,
                  std::size_t times, Crowd& crowd)
{
    for (std::size_t i = 0; i < times; ++i) {
        const auto start = std::chrono::steady_clock::now();
        co_await step(table, (member * times + i) * 7919 % rows, i);
        crowd.waited.emplace_back(std::chrono::steady_clock::now() - start);
    }
    crowd.leave();
    co_return true;
}

Task<bool> run_crowd(Step step, const Table<Stored>& table, std::size_t in_flight, std::size_t rows,
                     std::size_t times, TaskGroup& group, EventLoop& loop)
{
    OneShot<bool> all;
    Crowd crowd{in_flight, {}, all.resolver()};
    crowd.waited.reserve(in_flight * times);
    for (std::size_t member = 0; member < in_flight; ++member)
        group.start(repeat(step, table, member, rows, times, crowd));
    co_await all;
    crowd.report();
    loop.stop();
    co_return true;
}

// Workers outlive what they ask.
EventLoop& worker()
{
    static EventLoop loop(0);
    return loop;
}

void measure(const char* what, Step step, const Table<Stored>& table, std::size_t in_flight, std::size_t rows)
{
    const std::size_t times = std::max<std::size_t>(20, 60000 / in_flight);
    const Stopwatch watch(fmt::format("{}, {} in flight", what, in_flight));
    TaskGroup group;
    auto all = run_crowd(step, table, in_flight, rows, times, group, worker());
    worker().post([&all] { all.start(); });
    worker().run();
    watch.report(in_flight * times);
}

int run(const std::string& url, std::size_t rows, std::size_t in_flight,
        const std::vector<std::string>& steps)
{
    worker();
    Databases databases;
    databases.add(std::make_shared<sqlite::Driver>());
    databases.add(std::make_shared<postgres::Driver>());
    const auto wanted = [&steps](const char* step) {
        return steps.empty() || std::find(steps.begin(), steps.end(), step) != steps.end();
    };
    const auto say = [](const Error& error) {
        fmt::print("{}\n", error.text);
        return 1;
    };
    const auto schema = Schema::find();
    if (!schema) return say(schema.error());
    const auto database = databases.open(url, true);
    if (!database) return say(database.error());
    if (wanted("fill")) {
        run_blocking((*database)->drop("location"));
        run_blocking((*database)->drop("version"));
        if (const auto made = create_tables(**database, *schema, {"location"}); !made)
            return say(made.error());
    }
    Table<Stored> stored;
    Table<Scanned> scanned;
    if (auto bound = stored.bind(databases, url); !bound) return say(bound.error());
    if (auto bound = scanned.bind(databases, url); !bound) return say(bound.error());
    if (wanted("fill")) {
        const Stopwatch watch("insert, 1000 to a commit");
        run_blocking(fill(stored, rows));
        watch.report(rows);
    }
    if (wanted("scan")) {
        const Stopwatch watch("read all");
        std::size_t bytes = 0;
        const auto count = run_blocking(scanned.scan([&bytes](Scanned& row) { bytes += row.contact.size(); },
                                                     {}, 2000, std::chrono::seconds(60)));
        watch.report(count ? *count : 0);
    }
    if (wanted("read")) {
        measure("look-up", look_up, stored, 1, rows);
        measure("look-up", look_up, stored, in_flight, rows);
    }
    if (wanted("update")) {
        const auto before = (*database)->writes().counters().commits.value();
        measure("update, each awaits its commit", update, stored, in_flight, rows);
        fmt::print("  {} commits\n", (*database)->writes().counters().commits.value() - before);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc < 2) {
        fmt::print("usage: bench_database URL [rows] [in flight] [fill|scan|read|update]...\n");
        return 2;
    }
    const std::size_t rows = argc > 2 ? std::stoul(argv[2]) : 1000000;
    const std::size_t in_flight = argc > 3 ? std::stoul(argv[3]) : 64;
    return run(argv[1], rows, in_flight, {argv + std::min(argc, 4), argv + argc});
}
