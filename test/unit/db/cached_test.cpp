// A table in memory while it is reloaded under full traffic. The first test is one for the thread sanitizer,
// too.
#include "core/db/cached.h"

#include <thread>

#include <catch2/catch.hpp>

#include "core/db/memory_driver.h"
#include "core/db/run_blocking.h"
#include "core/runtime/virtual_worker.h"

using namespace junctor;

namespace
{

// All its numbers are equal: whoever sees two different ones saw a mixture of two contents.
using Numbers = std::vector<std::uint64_t>;

std::shared_ptr<const Numbers> all_of(std::uint64_t number)
{
    return std::make_shared<const Numbers>(64, number);
}

bool is_whole(const Numbers& numbers)
{
    return std::all_of(numbers.begin(), numbers.end(),
                       [&](auto number) { return number == numbers.front(); });
}

}  // namespace

TEST_CASE("readers see whole contents, old or new, while several threads reload", "[db][cached]")
{
    constexpr unsigned readers = 3, writers = 2;
    constexpr std::uint64_t reloads = 2000;
    db::Cached<Numbers> cached;
    cached.prepare(readers);

    std::atomic<unsigned> writing = writers;
    std::atomic<std::uint64_t> mixtures = 0, steps_back = 0, reads = 0;
    std::vector<std::thread> threads;
    for (unsigned reader = 0; reader < readers; ++reader)
        threads.emplace_back([&, reader] {
            std::uint64_t last = 0;
            bool more = true;
            while (more) {
                more = writing.load() != 0;  // once more after the last reload
                const Numbers& seen = cached.read(reader);
                if (!is_whole(seen)) ++mixtures;
                const std::uint64_t now = seen.empty() ? 0 : seen.front();
                if (now < last) ++steps_back;
                last = now;
                ++reads;
            }
            if (last < reloads) ++steps_back;  // the end must have been seen
        });
    for (unsigned writer = 0; writer < writers; ++writer)
        threads.emplace_back([&] {
            for (std::uint64_t i = 0; i < reloads; ++i) {
                const std::uint64_t number = cached.begin();
                cached.put(number, all_of(number));
                if (!is_whole(*cached.current())) ++mixtures;
            }
            --writing;
        });
    for (auto& thread : threads) thread.join();

    CHECK(mixtures == 0);
    CHECK(steps_back == 0);
    CHECK(reads >= readers);
    CHECK(cached.current()->front() <= writers * reloads);
}

TEST_CASE("a reload that began earlier and ends later does not undo a newer one", "[db][cached]")
{
    db::Cached<Numbers> cached;
    const auto early = cached.begin();
    const auto late = cached.begin();
    CHECK(cached.put(late, all_of(2)));
    CHECK_FALSE(cached.put(early, all_of(1)));
    CHECK(cached.read(0).front() == 2);
    CHECK(cached.put(cached.begin(), all_of(3)));
    CHECK(cached.read(0).front() == 3);
}

TEST_CASE("a content stays until its last reader has asked again, and goes with a reload", "[db][cached]")
{
    db::Cached<Numbers> cached;
    cached.prepare(2);
    auto first = all_of(1);
    const std::weak_ptr<const Numbers> watched = first;
    cached.put(cached.begin(), std::move(first));
    const Numbers& held = cached.read(0);
    cached.put(cached.begin(), all_of(2));
    CHECK(cached.read(1).front() == 2);
    CHECK(held.front() == 1);
    CHECK_FALSE(watched.expired());
    CHECK(cached.read(0).front() == 2);
    CHECK_FALSE(watched.expired());  // not on a reader's thread
    cached.put(cached.begin(), all_of(3));
    CHECK(watched.expired());
}

namespace
{

struct Entry {
    std::string name;
    static constexpr auto table = db::table("entries", db::versions{}, db::column("name", &Entry::name));
};

Result<void> add_row(Numbers& sizes, Entry& entry)
{
    if (entry.name.empty()) return fail("a row has no name");
    sizes.push_back(entry.name.size());
    return {};
}

}  // namespace

TEST_CASE("load() reads a whole table, or leaves the content as it is", "[db][cached]")
{
    VirtualClock clock;
    VirtualWorker worker(clock, 0);
    const Worker::Here here(worker);
    auto driver = std::make_shared<db::MemoryDriver>(clock);
    db::Databases databases;
    databases.add(driver);
    db::TableSpec spec;
    spec.name = "entries";
    spec.columns.resize(1);
    spec.columns[0].name = "name";
    REQUIRE(driver->create("test", spec));
    db::MemoryTable& stored = *driver->table("test", "entries");
    db::Table<Entry> table;
    REQUIRE(table.bind(databases, "memory://localhost/test"));

    for (std::size_t i = 1; i <= 2500; ++i) REQUIRE(stored.insert({{"name", std::string(i % 7 + 1, 'x')}}));
    db::Cached<Numbers> cached;
    CHECK(db::run_blocking(db::load(cached, table, add_row)).value() == 2500);
    CHECK(cached.read(0).size() == 2500);

    SECTION("a row is refused")
    {
        REQUIRE(stored.insert({{"name", ""}}));
        CHECK(db::run_blocking(db::load(cached, table, add_row)).error().text == "a row has no name");
    }
    SECTION("the database is away")
    {
        driver->away();
        CHECK_FALSE(db::run_blocking(db::load(cached, table, add_row)));
    }
    CHECK(cached.read(0).size() == 2500);
}
