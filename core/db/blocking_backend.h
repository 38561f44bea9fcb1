// The Backend of a library whose calls block: its connections live on threads of their own.
//
// Readings go to `readers` threads with a connection each, in the order they come; writes and changes of
// tables to one more, batch after batch in one transaction each. A scan has a thread and a connection of its
// own, so that a long one holds up nobody. Every queue has a limit. Answers leave on the driver's threads.
// A lost connection is made anew; a database that is away is refused at once (blocking_threads.h).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "core/db/driver.h"

namespace junctor::db
{

// One connection; one thread at a time uses it. Exceptions of the library must not leave it.
class BlockingConnection
{
public:
    virtual ~BlockingConnection() = default;
    virtual Result<RowSet> read(const Statement& select) = 0;
    // Insert, Update, Remove: rows touched.
    virtual Result<std::uint64_t> execute(const Statement& statement) = 0;
    virtual Result<void> begin() = 0;
    virtual Result<void> commit() = 0;
    virtual void rollback() = 0;
    virtual bool in_transaction() = 0;  // false inside of one: the database has given it up
    virtual Result<void> set_savepoint() = 0;
    virtual void drop_savepoint() = 0;  // keeps what came after it
    virtual void back_to_savepoint() = 0;
    // Rows in batches until `each` says false.
    virtual Result<void> scan(const Statement& select, std::size_t batch,
                              const std::function<bool(RowSet)>& each) = 0;
    virtual Result<FoundTable> inspect(const std::string& table) = 0;
    virtual Result<std::vector<std::string>> tables() = 0;
    virtual Result<void> create(const TableSpec& table) = 0;
    virtual Result<void> drop(const std::string& table) = 0;
    virtual Result<void> rename(const std::string& table, const std::string& to) = 0;
    virtual Result<void> renumber(const TableSpec&) { return {}; }  // most databases see to it themselves
    virtual Result<TextRows> run_sql(const std::string& sql) = 0;
    virtual bool is_lost() { return false; }  // it can do nothing more: a new one is made for the next query
};

class BlockingBackend final : public Backend
{
public:
    enum class Use { Reading, Writing };
    // Called on the thread that will use the connection.
    using Connect = std::function<Result<std::unique_ptr<BlockingConnection>>(Use)>;
    struct Limits {
        std::string name{};  // of the database, for log lines
        unsigned readers = 2;
        std::size_t waiting_reads = 20000;  // more are refused (503)
        // Between attempts to connect again: doubled from the first to the longest, which is the breaker's.
        std::chrono::milliseconds first_wait{100}, longest_wait{2000};
    };

    BlockingBackend(Connect connect, Limits limits);
    ~BlockingBackend() override;  // close()

    void read(Worker& asker, Statement select, Abandoned abandoned, OnRows done) override;
    void write(Worker& asker, std::vector<Unit> units, OnWritten done) override;
    std::unique_ptr<Scan> scan(Statement select, std::size_t batch) override;
    void inspect(Worker& asker, std::string table, OnTable done) override;
    void tables(Worker& asker, OnNames done) override;
    void create(Worker& asker, TableSpec table, OnDone done) override;
    void drop(Worker& asker, std::string table, OnDone done) override;
    void rename(Worker& asker, std::string table, std::string to, OnDone done) override;
    void renumber(Worker& asker, TableSpec table, OnDone done) override;
    void run_sql(Worker& asker, std::string sql, OnTextRows done) override;
    void close() override;
    std::uint64_t reconnects() const override;
    void when_connected(std::function<void()> tell) override;

private:
    class Threads;
    class ThreadScan;
    // Whether a job that failed with its connection may be done again with a new one.
    enum class Repeat { Never, OnNewConnection };
    template <class Done, class Work>
    static void submit(Threads& threads, Repeat repeat, const Done& done, Work work);

    Connect connect_;
    std::unique_ptr<Threads> readers_, writer_;
};

}  // namespace junctor::db
