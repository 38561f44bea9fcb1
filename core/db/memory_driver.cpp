#include "core/db/memory_driver.h"

#include <list>
#include <map>

#include "core/base/ascii.h"
#include "core/runtime/worker.h"

namespace junctor::db
{
namespace
{

const Error gone{503, "the database is away"};

struct CaselessLess {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const { return icompare(a, b) < 0; }
};
using Tables = std::map<std::string, MemoryTable, CaselessLess>;

Result<std::uint64_t> execute(Tables& tables, const Statement& statement)
{
    const auto table = tables.find(statement.layout->table);
    if (table == tables.end()) return fail("there is no table " + statement.layout->table);
    return table->second.execute(statement);
}

Result<RowSet> select(const Tables& tables, const Statement& statement)
{
    const auto table = tables.find(statement.layout->table);
    if (table == tables.end()) return fail("there is no table " + statement.layout->table);
    return table->second.select(statement);
}

// All of the unit or nothing.
Result<std::uint64_t> execute(Tables& tables, const Unit& unit)
{
    if (unit.statements.size() == 1) return execute(tables, unit.statements.front());
    const Tables before = tables;
    std::uint64_t touched = 0;
    for (const Statement& statement : unit.statements) {
        const auto done = execute(tables, statement);
        if (!done) {
            tables = before;
            return done;
        }
        touched += *done;
    }
    return touched;
}

}  // namespace

// All databases of the driver, and how it behaves just now.
class MemoryDriver::Store
{
public:
    explicit Store(const Clock& virtual_clock) : clock_(virtual_clock) {}

    std::map<std::string, Tables> databases;
    Duration delay{};
    bool is_away = false, is_silent = false, breaks_at_commit = false;
    std::size_t commits = 0;
    std::vector<std::function<void()>> tell_connected;

    // Runs `work` now or after the delay; `failed` instead if the database goes away before.
    void later(Worker& asker, std::function<void()> work, std::function<void()> failed)
    {
        if (is_silent) {
            calls_.emplace(calls_.end())->failed = std::move(failed);
            return;
        }
        if (is_away) return failed();
        if (delay == Duration::zero() || &asker.clock() != &clock_) return work();
        const auto call = calls_.emplace(calls_.end());
        call->work = std::move(work);
        call->failed = std::move(failed);
        call->timer = std::make_unique<Timer>(asker.timers(), [this, call] { finish(call, true); });
        call->timer->start(delay);
    }
    void finish_all(bool well)
    {
        while (!calls_.empty()) finish(calls_.begin(), well);
    }
    void answer_no_more()
    {
        for (Call& call : calls_) call.timer.reset();
    }

private:
    struct Call {
        std::function<void()> work, failed;
        std::unique_ptr<Timer> timer;
    };
    void finish(std::list<Call>::iterator call, bool well)
    {
        std::list<Call> ended;  // taken out first: what it answers may ask again
        ended.splice(ended.end(), calls_, call);
        ended.front().timer.reset();
        const Call& call_ended = ended.front();
        (well && call_ended.work ? call_ended.work : call_ended.failed)();
    }

    const Clock& clock_;
    std::list<Call> calls_;
};

class MemoryDriver::MemoryScan final : public Scan
{
public:
    MemoryScan(std::shared_ptr<Store> store, std::string database, Statement statement, std::size_t batch)
        : state_(std::make_shared<State>(
              State{std::move(store), std::move(database), std::move(statement), batch, 0, {}}))
    {
    }
    void next(Worker& asker, std::function<void(Result<RowSet>)> done) override
    {
        state_->store->later(
            asker, [state = state_, done] { done(state->take()); }, [done] { done(fail(gone)); });
    }

private:
    struct State {
        std::shared_ptr<Store> store;
        std::string database;
        Statement statement;
        std::size_t batch, next;
        std::optional<RowSet> rows;  // read at once: what is written later is not seen

        Result<RowSet> take()
        {
            if (!rows) {
                auto all = select(store->databases[database], statement);
                if (!all) return all;
                rows = std::move(*all);
            }
            RowSet some(rows->columns());
            for (std::size_t i = 0; i < batch && next < rows->size(); ++i, ++next)
                for (std::size_t column = 0; column < rows->columns(); ++column)
                    some.add(rows->at(next, column).value());
            return some;
        }
    };
    std::shared_ptr<State> state_;  // an answer on its way may outlive the scan
};

class MemoryDriver::MemoryBackend final : public Backend
{
public:
    MemoryBackend(std::shared_ptr<Store> store, std::string database)
        : store_(std::move(store)), database_(std::move(database))
    {
    }

    void read(Worker& asker, Statement statement, Abandoned, OnRows done) override
    {
        answer(asker, done,
               [statement = std::move(statement)](Tables& tables) { return select(tables, statement); });
    }

    void write(Worker& asker, std::vector<Unit> units, OnWritten done) override
    {
        const std::size_t count = units.size();
        auto failed = [done, count] {
            done(std::vector<Result<std::uint64_t>>(count, Result<std::uint64_t>(fail(gone))));
        };
        auto work = [store = store_, database = database_, units = std::move(units), done] {
            std::vector<Result<std::uint64_t>> outcomes;
            for (const Unit& unit : units) outcomes.push_back(execute(store->databases[database], unit));
            ++store->commits;
            if (std::exchange(store->breaks_at_commit, false))
                outcomes.assign(units.size(), Result<std::uint64_t>(fail(gone)));
            done(std::move(outcomes));
        };
        store_->later(asker, std::move(work), std::move(failed));
    }

    std::unique_ptr<Scan> scan(Statement statement, std::size_t batch) override
    {
        return std::make_unique<MemoryScan>(store_, database_, std::move(statement), batch);
    }

    void inspect(Worker& asker, std::string name, OnTable done) override
    {
        answer(asker, done, [name](Tables& tables) -> Result<FoundTable> {
            FoundTable found{name, {}};
            if (const auto table = tables.find(name); table != tables.end())
                for (const MemoryTable::Column& column : table->second.columns)
                    found.columns.push_back(
                        {column.name, column.type, to_text(column.type), column.nullable});
            return found;
        });
    }

    void tables(Worker& asker, OnNames done) override
    {
        answer(asker, done, [](Tables& tables) -> Result<std::vector<std::string>> {
            std::vector<std::string> names;
            for (const auto& [name, table] : tables) names.push_back(name);
            return names;
        });
    }

    void create(Worker& asker, TableSpec spec, OnDone done) override
    {
        answer(asker, done, [spec](Tables& tables) -> Result<void> {
            if (!tables.emplace(spec.name, MemoryTable(spec)).second)
                return fail("table " + spec.name + " exists");
            return {};
        });
    }

    void drop(Worker& asker, std::string name, OnDone done) override
    {
        answer(asker, done, [name](Tables& tables) -> Result<void> {
            const auto table = tables.find(name);
            if (table == tables.end()) return fail("there is no table " + name);
            tables.erase(table);
            return {};
        });
    }

    void rename(Worker& asker, std::string name, std::string to, OnDone done) override
    {
        answer(asker, done, [name, to](Tables& tables) -> Result<void> {
            if (tables.contains(to)) return fail("table " + to + " exists");
            auto table = tables.extract(name);
            if (table.empty()) return fail("there is no table " + name);
            table.key() = to;
            tables.insert(std::move(table));
            return {};
        });
    }

    void renumber(Worker& asker, TableSpec, OnDone done) override
    {
        answer(asker, done, [](Tables&) { return Result<void>(); });  // each insertion does
    }

    void when_connected(std::function<void()> tell) override
    {
        store_->tell_connected.push_back(std::move(tell));
    }

    void close() override
    {
        store_->delay = Duration::zero();  // what the answers ask for ends here, too
        store_->finish_all(true);
    }

private:
    template <class Done, class Work>
    void answer(Worker& asker, const Done& done, Work work)
    {
        store_->later(
            asker,
            [store = store_, database = database_, done, work] { done(work(store->databases[database])); },
            [done] { done(fail(gone)); });
    }

    std::shared_ptr<Store> store_;
    std::string database_;
};

MemoryDriver::MemoryDriver(const Clock& clock) : store_(std::make_shared<Store>(clock)) {}

MemoryDriver::~MemoryDriver() = default;

void MemoryDriver::serve(std::string scheme, std::string database)
{
    served_[std::move(scheme)] = std::move(database);
}

std::vector<std::string> MemoryDriver::schemes() const
{
    std::vector<std::string> all{"memory"};
    for (const auto& [scheme, database] : served_) all.push_back(scheme);
    return all;
}

Result<std::shared_ptr<Backend>> MemoryDriver::open(const Url& url, Opening)
{
    const auto served = served_.find(url.scheme);
    const std::string& database = served == served_.end() ? url.database : served->second;
    store_->databases[database];
    return std::make_shared<MemoryBackend>(store_, database);
}

void MemoryDriver::slow(Duration answer_after)
{
    store_->delay = answer_after;
}

void MemoryDriver::away()
{
    store_->is_away = true;
    store_->finish_all(false);
}

void MemoryDriver::back()
{
    store_->is_away = false;
    if (std::exchange(store_->is_silent, false)) store_->finish_all(false);
}

void MemoryDriver::connected()
{
    for (const auto& tell : store_->tell_connected) tell();
}

void MemoryDriver::silent()
{
    store_->is_silent = true;
    store_->answer_no_more();
}

void MemoryDriver::break_at_commit()
{
    store_->breaks_at_commit = true;
}

std::size_t MemoryDriver::commits() const
{
    return store_->commits;
}

Result<void> MemoryDriver::create(const std::string& database, const TableSpec& spec)
{
    Tables& tables = store_->databases[database];
    if (!tables.emplace(spec.name, MemoryTable(spec)).second) return fail("table " + spec.name + " exists");
    if (spec.version == 0) return {};
    auto& version = tables["version"];
    if (version.columns.empty())
        version.columns = {{"table_name", Type::Text, false, {}},
                           {"table_version", Type::Integer, false, {}}};
    return version.insert(
        {{"table_name", Value(spec.name)}, {"table_version", Value(std::int64_t{spec.version})}});
}

MemoryDriver::Table* MemoryDriver::table(const std::string& database, std::string_view name)
{
    Tables& tables = store_->databases[database];
    const auto found = tables.find(name);
    return found == tables.end() ? nullptr : &found->second;
}

}  // namespace junctor::db
