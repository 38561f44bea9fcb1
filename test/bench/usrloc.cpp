// What a million contacts cost: memory for each, a run of expiry that finds nothing, the load at the start,
// and how long anybody waits while all of them are written back. CPU times are of all threads of this
// process.
//
//     bench_usrloc [contacts] [db_url]       default: a SQLite file in the working directory, removed
//     afterwards. Of another database table location is made anew.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>

#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/db/admin.h"
#include "core/db/run_blocking.h"
#include "core/runtime/event_loop.h"
#include "modules/postgres/driver.h"
#include "modules/sqlite/driver.h"
#include "modules/usrloc/binding_store.h"

using namespace junctor;
using namespace junctor::usrloc;
using Seconds = std::chrono::duration<double>;
using Milliseconds = std::chrono::duration<double, std::milli>;
using SteadyClock = std::chrono::steady_clock;

namespace
{

std::size_t resident_bytes()
{
    std::size_t all = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// A phone as they are: 45 bytes of contact, a Call-ID with a host, a product name.
struct Phone {
    std::string aor, uri, call_id;

    explicit Phone(std::size_t number)
        : aor(fmt::format("user{}", number)),
          uri(fmt::format("sip:user{}@192.0.2.{}:5060;transport=udp", number, number % 250)),
          call_id(fmt::format("{:08x}-call-id@192.0.2.7", number))
    {
    }
    Registration registration(std::uint32_t cseq, std::int64_t now) const
    {
        Registration r;
        r.aor = aor;
        r.call_id = call_id;
        r.cseq = cseq;
        r.now = now;
        BindingFields fields;
        fields.uri = uri;
        fields.user_agent = "a phone of some make/1.2.3";
        fields.expires = now + 7200;
        r.contacts.push_back({fields});
        return r;
    }
};

StoreSettings settings(DbMode mode)
{
    StoreSettings s;
    s.mode = mode;
    return s;
}

void nobody(const Location&, std::string_view, const Change&) {}

std::int64_t now()
{
    return SystemClock().unix_seconds();
}

void apply_all(BindingStore& store, std::size_t count, std::uint32_t cseq)
{
    for (std::size_t i = 0; i < count; ++i) {
        const Phone phone(i);
        store.apply(phone.registration(cseq, now()));
    }
}

double cpu_seconds()
{
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

Task<bool> run_upkeep(BindingStore& store, EventLoop& loop)
{
    const bool complete = co_await store.upkeep().run();
    loop.stop();
    co_return complete;
}

void measure_expiry(BindingStore& store, EventLoop& loop)
{
    TaskGroup tasks;
    const double before = cpu_seconds();
    loop.post([&] { tasks.start(run_upkeep(store, loop)); });
    loop.run();
    fmt::print("expiry       {:6.1f} ms of CPU for a run that finds nothing\n",
               (cpu_seconds() - before) * 1000);
}

void measure_memory(std::size_t count)
{
    EventLoop loop(0);
    BindingStore store("location", settings(DbMode::Memory), loop, nobody);
    const std::size_t before = resident_bytes();
    const auto start = SteadyClock::now();
    apply_all(store, count, 1);
    const Seconds took = SteadyClock::now() - start;
    fmt::print("memory       {:6.0f} bytes a contact\n",
               static_cast<double>(resident_bytes() - before) / static_cast<double>(count));
    fmt::print("registered   {:9.0f} contacts/s, in memory, one thread\n",
               static_cast<double>(count) / took.count());
    measure_expiry(store, loop);
}

// While `work` runs: how long look-ups of this thread took at most, one each 20 µs.
struct Waits {
    Duration longest{}, p999{};
};
Waits look_up_during(const BindingStore& store, std::size_t count, const std::function<void()>& work)
{
    std::atomic<bool> done = false;
    std::thread worker([&] {
        work();
        done = true;
    });
    std::vector<Duration> waits;
    std::mt19937 random(1);
    while (!done) {
        const Phone phone(random() % count);
        const auto start = SteadyClock::now();
        (void)store.find(phone.aor);
        waits.push_back(SteadyClock::now() - start);
        std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
    worker.join();
    std::sort(waits.begin(), waits.end());
    return {waits.back(), waits[waits.size() * 999 / 1000]};
}

bool measure_database(std::size_t count, const std::string& url)
{
    db::Databases databases;
    databases.add(std::make_shared<sqlite::Driver>());
    databases.add(std::make_shared<postgres::Driver>());
    const auto schema = db::Schema::find();
    const auto database = databases.open(url, true);
    if (!schema || !database) return false;
    for (const char* table : {"location", "version"}) (void)db::run_blocking((*database)->drop(table));
    if (const auto made = db::create_tables(**database, *schema, {"location"}); !made) return false;
    {
        EventLoop loop(0);
        BindingStore store("location", settings(DbMode::WriteBack), loop, nobody);
        if (!store.open(databases, url, LocationTable())) return false;
        apply_all(store, count, 1);
        TaskGroup tasks;
        const auto start = SteadyClock::now();
        const Waits waits = look_up_during(store, count, [&] {
            loop.post([&] { tasks.start(run_upkeep(store, loop)); });
            loop.run();
        });
        const Seconds took = SteadyClock::now() - start;
        fmt::print(
            "written back {:9.0f} rows/s; look-ups meanwhile waited {:.3f} ms at most, 99.9 %: {:.3f} ms\n",
            static_cast<double>(count) / took.count(), Milliseconds(waits.longest).count(),
            Milliseconds(waits.p999).count());
    }
    EventLoop loop(0);
    BindingStore store("location", settings(DbMode::WriteThrough), loop, nobody);
    const std::size_t before = resident_bytes();
    const double cpu_before = cpu_seconds();
    const auto start = SteadyClock::now();
    if (!store.open(databases, url, LocationTable())) return false;
    const Seconds took = SteadyClock::now() - start;
    fmt::print("loaded       {:9.0f} rows/s, {} contacts; {:.0f} bytes and {:.2f} us of CPU each\n",
               static_cast<double>(store.memory().contacts()) / took.count(), store.memory().contacts(),
               static_cast<double>(resident_bytes() - before) / static_cast<double>(count),
               (cpu_seconds() - cpu_before) * 1e6 / static_cast<double>(count));
    return store.memory().contacts() == count;
}

}  // namespace

int main(int argc, char** argv)
{
    set_log_level(1);
    const std::size_t count = argc > 1 ? std::stoul(argv[1]) : 1000000;
    const std::string file = "bench_usrloc.db";
    const std::string url = argc > 2 ? argv[2] : "sqlite://" + file + "?timezone=utc";
    measure_memory(count);
    const bool well = measure_database(count, url);
    if (!well) fmt::print("the database part failed\n");
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file + end);
    return well ? 0 : 1;
}
