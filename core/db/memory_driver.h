// Tables in memory, for scenario tests and simulations: scheme `memory`, deterministic, without threads.
//
// Queries are answered at once, or by a timer of the asker when the database is slow. run_blocking() is
// always answered at once: the virtual clock stands still at the start. One thread. A URL names a database:
// memory://localhost/NAME; it begins empty.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/db/driver.h"
#include "core/db/memory_table.h"
#include "core/runtime/clock.h"

namespace junctor::db
{

class MemoryDriver final : public Driver
{
public:
    using Table = MemoryTable;

    explicit MemoryDriver(const Clock& clock);  // workers that share this clock are part of the simulation
    ~MemoryDriver() override;

    // Also for another scheme, so that a script with a mysql:// URL can be tested as it stands. All its URLs
    // lead to `database`.
    void serve(std::string scheme, std::string database);
    std::vector<std::string> schemes() const override;
    Result<std::shared_ptr<Backend>> open(const Url& url, Opening how) override;

    // `db slow 50ms`, `db away`, `db back`: for all its databases. Away: every query fails with 503, also
    // what is under way. Zero: fast again.
    void slow(Duration answer_after);
    void away();
    void back();
    // Tells what other drivers tell when they have connected again; back() alone has to be found out.
    void connected();
    // Answers nothing any more, as if the network had lost a cable; back() mends it, and what was under way
    // fails then, as when the connection is found broken.
    void silent();
    // The next batch of writes is committed, but its answer is an error: the connection broke in between.
    void break_at_commit();
    std::size_t commits() const;  // batches of writes so far

    // The tables themselves, for a scenario's `row` and `rows`. `database` as in the URL.
    Result<void> create(const std::string& database, const TableSpec& spec);  // with its row in `version`
    Table* table(const std::string& database, std::string_view name);         // null: none

private:
    class Store;
    class MemoryBackend;
    class MemoryScan;
    std::map<std::string, std::string> served_;  // other schemes: the database that they lead to
    std::shared_ptr<Store> store_;
};

}  // namespace junctor::db
