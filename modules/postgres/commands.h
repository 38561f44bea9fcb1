// SQL that is not a table's daily work: changes of tables, questions to the catalogue. All of it or nothing.
#pragma once

#include <functional>

#include "core/db/driver.h"
#include "modules/postgres/job_queue.h"

namespace junctor::postgres
{

class Commands final : public Job
{
public:
    using Done = std::function<void(Result<db::TextRows>)>;  // what the first command returned

    // `parameters`: of a single command.
    Commands(std::vector<std::string> commands, std::vector<std::string> parameters, Done done);

    bool start(Connection& connection) override;
    bool on_prepared(Connection&, const PreparedPtr&) override { return false; }
    bool on_answer(Connection& connection, const pg_result& result) override;
    bool on_sync(Connection& connection) override;
    void fail(const Error& error) override;

private:
    std::vector<std::string> commands_, parameters_;
    Done done_;
    std::size_t answered_ = 0;
    std::optional<db::TextRows> rows_;
    std::optional<Error> error_;
    bool rolling_back_ = false;
};

// The catalogue.
std::unique_ptr<Job> inspection(std::string table, db::Backend::OnTable done);
std::unique_ptr<Job> list_of_tables(db::Backend::OnNames done);
std::unique_ptr<Job> creation(const db::TableSpec& table, db::Backend::OnDone done);
std::unique_ptr<Job> removal(const std::string& table, db::Backend::OnDone done);
std::unique_ptr<Job> renaming(const std::string& table, const std::string& to, db::Backend::OnDone done);
// The sequences of its numbered columns go on behind the highest number that is there.
std::unique_ptr<Job> renumbering(const db::TableSpec& table, db::Backend::OnDone done);
std::unique_ptr<Job> statement_of_tool(std::string sql, db::Backend::OnTextRows done);

}  // namespace junctor::postgres
