// junctorctl as it is called, with a server that is not there but answers, and a database in memory.
#pragma once

#include <map>
#include <sstream>

#include <catch2/catch.hpp>

#include "core/db/admin.h"
#include "core/db/memory_driver.h"
#include "core/db/schema.h"
#include "core/runtime/virtual_worker.h"
#include "tools/junctorctl/command_line.h"

namespace junctor::test
{

using namespace junctor::ctl;
using Texts = std::vector<std::string>;

// What the server was asked, and what it shall answer (200 OK unless a command's reply is set).
struct StandInServer {
    std::vector<Texts> asked;
    std::map<std::string, mi::Reply> replies;
    bool is_there = true;
};

class StandInControl final : public Control
{
public:
    explicit StandInControl(StandInServer& server) : server_(server) {}
    Result<mi::Reply> run(const std::string& command, const Texts& arguments) override
    {
        Texts all{command};
        all.insert(all.end(), arguments.begin(), arguments.end());
        server_.asked.push_back(all);
        const auto reply = server_.replies.find(command);
        return reply == server_.replies.end() ? mi::Reply::ok() : reply->second;
    }
    bool wait_until_gone(std::chrono::seconds) override { return true; }

private:
    StandInServer& server_;
};

struct Tool {
    StandInServer server;
    VirtualClock clock;
    std::shared_ptr<db::MemoryDriver> driver = std::make_shared<db::MemoryDriver>(clock);
    db::Databases databases;
    std::map<std::string, std::string> environment{{"SIP_DOMAIN", "example.org"}};
    std::istringstream in;
    std::ostringstream out, err;
    std::vector<std::string> secrets;  // answers to ask_secret, the last one first

    Tool()
    {
        databases.add(driver);
        const auto schema = db::Schema::find();
        REQUIRE(schema);
        auto database = databases.open("memory://localhost/accounts", true);
        REQUIRE(database);
        for (const char* table : {"version", "subscriber", "grp", "dbaliases", "domain"})
            REQUIRE(driver->create("accounts", *schema->table(table)));
    }

    int run(Texts arguments)
    {
        out.str("");
        err.str("");
        Doors doors;
        doors.connect = [this]() -> Result<std::unique_ptr<Control>> {
            if (!server.is_there) return fail(no_server, "nobody is there");
            return std::make_unique<StandInControl>(server);
        };
        doors.open_database = [this](bool) { return databases.open("memory://localhost/accounts"); };
        doors.open_url = [this](const std::string& url, bool) { return databases.open(url); };
        Console::Ports ports{in, out, err, false, [this](const std::string&) -> Result<std::string> {
                                 if (secrets.empty()) return fail(refused, "no terminal");
                                 std::string secret = secrets.back();
                                 secrets.pop_back();
                                 return secret;
                             }};
        return run_command_line(
            std::move(arguments), ports,
            [this](const char* name) -> const char* {
                const auto found = environment.find(name);
                return found == environment.end() ? nullptr : found->second.c_str();
            },
            doors);
    }
    std::size_t rows(const char* table) { return driver->table("accounts", table)->rows.size(); }
    std::string cell(const char* table, std::size_t row, const char* column)
    {
        const auto* found = driver->table("accounts", table);
        return db::to_text(found->rows.at(row).at(found->column(column)));
    }
    Texts last_asked() { return server.asked.empty() ? Texts{} : server.asked.back(); }
};

}  // namespace junctor::test
