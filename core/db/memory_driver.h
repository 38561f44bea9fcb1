// Tables in memory, for scenario tests and simulations: scheme `memory`, deterministic, without threads.
//
// Queries are answered at once, or by a timer of the asker when the database is slow. Keys of a table's
// TableSpec are enforced. run_blocking() is answered at once: the virtual clock stands still at the start.
// Must outlive what it opened; one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/db/driver.h"
#include "core/runtime/clock.h"

namespace junctor::db
{

class MemoryDriver final : public Driver
{
public:
    explicit MemoryDriver(const Clock& clock);  // what shares this clock is part of the simulation
    ~MemoryDriver() override;

    std::vector<std::string> schemes() const override;
    Result<std::shared_ptr<Backend>> open(const Url& url, bool may_create) override;

    // `db slow 50ms`, `db away`, `db back`: for all its databases. Away: every query fails with 503; what is
    // under way fails, too.
    void slow(Duration answer_after);
    void away();
    void back();
    // Answers nothing at all any more (a network that lost its cable); back() mends it, without the lost
    // ones.
    void silent();
    std::size_t commits() const;  // batches written so far

    // The tables themselves, for a scenario's `row` and `rows`.
    struct Column {
        std::string name;
        Type type = Type::Text;
        std::optional<Value> default_value;
    };
    struct Table {
        std::vector<Column> columns;
        std::vector<std::vector<std::string>> unique_keys;
        std::vector<std::vector<Value>> rows;
        std::int64_t last_number = 0;                     // of a numbered column
        int numbered = -1;                                // its index; -1: none
        std::size_t column(std::string_view name) const;  // npos: none
        static constexpr std::size_t npos = static_cast<std::size_t>(-1);
    };
    Result<void> create(const std::string& database, const TableSpec& spec);  // with its row in `version`
    Table* table(const std::string& database, std::string_view name);         // null: none
    // Inserts as a client would: defaults filled in, keys checked. Values as text, by column name.
    Result<void> insert(const std::string& database, const std::string& table,
                        const std::vector<std::pair<std::string, Value>>& values);

private:
    class Store;
    std::shared_ptr<Store> store_;
};

}  // namespace junctor::db
