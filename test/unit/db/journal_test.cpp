#include "core/db/journal.h"

#include <filesystem>
#include <future>
#include <random>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "core/base/log.h"

using namespace junctor;
using namespace junctor::db;
using Records = std::vector<std::string>;

namespace
{

std::unique_ptr<Journal> opened(const std::shared_ptr<LogFolder>& folder, const std::string& name = "a")
{
    auto journal = Journal::open(folder, name);
    INFO((journal ? "" : journal.error().text));
    REQUIRE(journal);
    return std::move(*journal);
}

Records left(const std::shared_ptr<LogFolder>& folder, const std::string& name = "a")
{
    Records records;
    REQUIRE(opened(folder, name)->replay([&](std::string_view record) { records.emplace_back(record); }));
    return records;
}

Result<void> outcome(Journal& journal)
{
    std::optional<Result<void>> result;
    journal.when_durable(journal.last(), [&](Result<void> given) { result = std::move(given); });
    REQUIRE(result);
    return *result;
}

}  // namespace

TEST_CASE("A journal gives its records back after a crash, in their order", "[db][journal]")
{
    const auto folder = std::make_shared<MemoryFolder>();
    {
        const auto journal = opened(folder);
        for (const char* record : {"one", "two", "", "four"}) journal->append(record);
        CHECK(outcome(*journal));
    }
    folder->crash();
    CHECK(left(folder) == Records{"one", "two", "", "four"});

    SECTION("and goes on behind them")
    {
        const auto journal = opened(folder);
        journal->append("five");
        CHECK(left(folder) == Records{"one", "two", "", "four", "five"});
    }
    SECTION("a journal of another name has its own")
    {
        opened(folder, "b")->append("else");
        CHECK(left(folder, "b") == Records{"else"});
        CHECK(left(folder).size() == 4);
    }
}

TEST_CASE("A journal torn at any byte gives its whole records back", "[db][journal]")
{
    const Records written{"first record", std::string("\0\0\0\0", 4), "", "the last one"};
    auto whole = std::make_shared<MemoryFolder>();
    {
        const auto journal = opened(whole);
        for (const auto& record : written) journal->append(record);
    }
    const std::string bytes = whole->bytes("a.00000001");
    set_log_level(-1);                         // each cut is a warning
    const bool zeros = GENERATE(false, true);  // what a file system may leave where data had not arrived
    std::size_t before = 0;
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
        const auto folder = std::make_shared<MemoryFolder>();
        REQUIRE(folder->create("a.00000001"));
        folder->bytes("a.00000001") = bytes.substr(0, length) + std::string(zeros ? 64 : 0, '\0');
        const Records found = left(folder);
        INFO("torn at " << length);
        REQUIRE(found.size() >= before);
        REQUIRE(found.size() <= written.size());
        REQUIRE(std::equal(found.begin(), found.end(), written.begin()));
        before = found.size();

        opened(folder)->append("after the crash");  // and can be written on
        Records all(found);
        all.emplace_back("after the crash");
        REQUIRE(left(folder) == all);
    }
    set_log_level(2);
    CHECK(before == written.size());
}

TEST_CASE("A changed byte ends a journal's file there", "[db][journal]")
{
    const auto folder = std::make_shared<MemoryFolder>();
    {
        const auto journal = opened(folder);
        journal->append("good");
        journal->append("bad");
    }
    folder->bytes("a.00000001").back() ^= 1;
    CHECK(left(folder) == Records{"good"});
}

TEST_CASE("What is from before the last rotation can be forgotten", "[db][journal]")
{
    const auto folder = std::make_shared<MemoryFolder>();
    {
        const auto journal = opened(folder);
        journal->append("old");
        journal->rotate();
        journal->append("new");
        const auto size = journal->bytes();
        CHECK(size == folder->size());
        journal->forget();
        CHECK(journal->bytes() < size);
        CHECK(journal->bytes() == folder->size());
    }
    CHECK(left(folder) == Records{"new"});
    SECTION("also what an earlier life left")
    {
        const auto journal = opened(folder);
        journal->rotate();
        journal->forget();
        CHECK(left(folder).empty());
        CHECK(folder->size() == 0);
    }
}

TEST_CASE("A full disk is told to who waits, and later records have another chance", "[db][journal]")
{
    const auto folder = std::make_shared<MemoryFolder>();
    std::unique_ptr<Journal> journal = opened(folder);
    journal->append("one");
    CHECK(outcome(*journal));

    std::optional<Result<void>> result;
    folder->fill_up(true);
    const Journal::Ticket refused = journal->append("two");
    journal->rotate();
    journal->forget();  // nothing is thrown away now
    folder->fill_up(false);
    journal->append("three");
    CHECK(outcome(*journal));
    journal->when_durable(refused, [&](Result<void> given) { result = std::move(given); });
    REQUIRE(result);
    CHECK_FALSE(*result);
    journal.reset();
    const Records found = left(folder);
    CHECK(std::find(found.begin(), found.end(), "three") != found.end());
}

TEST_CASE("On a disk, records of many threads share syncs and are all there", "[db][journal]")
{
    const std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("junctor-journal-" + std::to_string(::getpid()));
    {
        auto folder = DiskFolder::open(path);
        REQUIRE(folder);
        CHECK_FALSE(DiskFolder::open(path));  // of one process alone
        std::uint64_t syncs = 0;
        {
            const auto journal = opened(*folder);
            std::vector<std::thread> threads;
            std::atomic<int> well = 0;
            for (int thread = 0; thread < 4; ++thread)
                threads.emplace_back([&, thread] {
                    std::vector<std::future<bool>> waiting;
                    for (int i = 0; i < 250; ++i) {
                        const auto ticket = journal->append(std::to_string(thread) + ":" + std::to_string(i));
                        auto done = std::make_shared<std::promise<bool>>();
                        waiting.push_back(done->get_future());
                        journal->when_durable(ticket,
                                              [done](Result<void> r) { done->set_value(r.has_value()); });
                    }
                    for (auto& one : waiting) well += one.get() ? 1 : 0;
                });
            for (auto& thread : threads) thread.join();
            CHECK(well == 1000);
            syncs = journal->syncs();
        }
        CHECK(syncs < 1000);
        const Records found = left(*folder);
        CHECK(found.size() == 1000);
        for (int thread = 0; thread < 4; ++thread) {
            std::vector<int> order;
            for (const auto& record : found)
                if (record[0] == static_cast<char>('0' + thread))
                    order.push_back(std::stoi(record.substr(2)));
            CHECK(order.size() == 250);
            CHECK(std::is_sorted(order.begin(), order.end()));
        }
    }
    std::filesystem::remove_all(path);
}
