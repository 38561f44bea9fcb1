// A module that keeps data, with the tables it asks for in a database in memory.
//
//     struct Fixture : test::ModuleWithTables<group::Group> {
//         Fixture() : ModuleWithTables({"grp", "re_grp"}) { add("grp", {{"username", "alice"}, ...}); }
//     };
#pragma once

#include "core/db/memory_driver.h"
#include "core/db/schema.h"
#include "test/unit/support/module_under_test.h"

namespace junctor::test
{

template <class M>
struct ModuleWithTables {
    explicit ModuleWithTables(std::initializer_list<const char*> tables)
    {
        module.context.databases().add(driver);
        const auto schema = db::Schema::find();
        REQUIRE(schema);
        for (const char* name : tables) REQUIRE(driver->create("openser", *schema->table(name)));
        REQUIRE(module.set("db_url", "memory://localhost/openser"));
    }

    void start()
    {
        const auto started = module.start();
        INFO((started ? "" : started.error().text));
        REQUIRE(started);
    }
    std::string refusal()  // why it does not start; empty: it does
    {
        const auto started = module.start();
        return started ? "" : started.error().text;
    }
    db::MemoryTable& table(const char* name) { return *driver->table("openser", name); }
    void add(const char* name, const std::vector<std::pair<std::string, db::Value>>& row)
    {
        REQUIRE(table(name).insert(row));
    }
    // As layouts are that people have made by hand.
    void allow_null(const char* name, const char* column)
    {
        table(name).columns.at(table(name).column(column)).nullable = true;
    }
    void drop_column(const char* name, const char* column)
    {
        auto& columns = table(name).columns;
        columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(table(name).column(column)));
    }
    void set_version(const char* name, std::int64_t version)
    {
        for (auto& row : table("version").rows)
            if (row[0] == db::Value(std::string(name))) row[1] = version;
    }

    TestEnvironment env;
    Worker::Here here{env.worker};
    std::shared_ptr<db::MemoryDriver> driver = std::make_shared<db::MemoryDriver>(env.clock);
    ModuleUnderTest<M> module{env};
};

// As proxy_authorize() leaves the message of an account that it has verified.
inline void authorise(script::Message& message, const std::string& username, const std::string& realm)
{
    message.authorized_header =
        "Proxy-Authorization: Digest username=\"" + username + "\", realm=\"" + realm +
        "\", nonce=\"n\", uri=\"sip:r\", response=\"6629fae49393a05397450978507c4ef1\"\r\n";
}

}  // namespace junctor::test
