// usrloc on a virtual clock, with a database in memory: started as a server would, asked as other modules do.
#pragma once

#include <deque>

#include <catch2/catch.hpp>

#include "core/base/log.h"
#include "core/db/memory_driver.h"
#include "modules/usrloc/usrloc.h"
#include "test/unit/support/module_under_test.h"

namespace junctor::usrloc
{
class Usrloc;
}

namespace junctor::test
{

class LocationServer
{
public:
    using Row = std::vector<std::pair<std::string, db::Value>>;

    explicit LocationServer(int db_mode, int layout = 1004)
        : driver(std::make_shared<db::MemoryDriver>(env.clock))
    {
        create_table(layout);
        configure(db_mode);
    }
    // The next life of a server that was killed: what was on disk is there, its memory is not.
    LocationServer(int db_mode, const LocationServer& killed) : driver(killed.driver), folder(killed.folder)
    {
        configure(db_mode);
        keep_journals();
        folder->crash();
    }
    void keep_journals()
    {
        usrloc.set("journal", 2);
        usrloc.context.databases().keep_journals(
            [this](db::IfMissing) { return Result<std::shared_ptr<db::LogFolder>>(folder); }, env.worker);
    }

    void configure(int db_mode)
    {
        usrloc.context.databases().add(driver);
        usrloc.set("db_url", "memory://localhost/test");
        usrloc.set("db_mode", db_mode);
        usrloc.set("journal", 0);
    }
    void create_table(int layout)
    {
        const auto schema = db::Schema::find();
        REQUIRE(schema);
        db::TableSpec location = *schema->table("location");
        if (layout != location.version) {
            for (const auto& variant : location.variants)
                if (variant.version == layout) {
                    location.version = layout;
                    location.columns = variant.columns;
                    location.primary_key = variant.primary_key;
                    location.indexes = variant.indexes;
                    break;
                }
        }
        REQUIRE(driver->create("test", location));
    }

    // What the modules' start() does; false: refused, with `refusal`.
    bool start(const std::string& table = "location")
    {
        const Worker::Here here(env.worker);
        if (auto started = usrloc.start(); !started) {
            UNSCOPED_INFO((refusal = started.error().text));
            return false;
        }
        auto used = service().use(table);
        if (!used) {
            UNSCOPED_INFO((refusal = used.error().text));
            return false;
        }
        location = *used;
        env.worker.run_posted();
        return true;
    }

    usrloc::LocationService& service() { return dynamic_cast<usrloc::LocationService&>(usrloc.module()); }
    std::int64_t now() const { return env.clock.unix_seconds(); }

    void pass(Duration time) { env.pass(time); }
    void settle() { test::settle(env.worker); }
    template <class T>
    void begin(Task<T>& task)
    {
        const Worker::Here here(env.worker);
        task.start();
        settle();
    }
    // The outcome of what needs no time to pass.
    template <class T>
    T await(Task<T> task)
    {
        begin(task);
        REQUIRE(task.done());
        return task.take();
    }

    struct Wish {
        std::string aor = "alice", uri = "sip:a@192.0.2.7", call_id = "call-1";
        std::uint32_t cseq = 1;
        std::int64_t seconds = 3600;  // 0: remove
        int q = -1;
        std::uint32_t flags = 0;
    };
    // Refers to texts of the wish, which are kept here.
    usrloc::Registration registration(Wish wanted)
    {
        const Wish& wish = wishes_.emplace_back(std::move(wanted));
        usrloc::Registration r;
        r.aor = wish.aor;
        r.call_id = wish.call_id;
        r.cseq = wish.cseq;
        r.now = now();
        usrloc::BindingFields fields;
        fields.uri = wish.uri;
        fields.expires = r.now + wish.seconds;
        fields.q = wish.q;
        fields.flags = wish.flags;
        fields.user_agent = "phone";
        r.contacts.push_back({fields, wish.seconds == 0});
        return r;
    }
    usrloc::Outcome::Status apply(const Wish& wish)
    {
        const usrloc::Registration r = registration(wish);
        return await(location->apply_waiting(r)).status;
    }
    std::vector<std::string> uris(const std::string& aor = "alice")
    {
        const auto found = await(location->find_waiting(aor));
        REQUIRE(found);
        std::vector<std::string> result;
        for (const auto& binding : *found)
            if (binding->is_valid(now())) result.emplace_back(binding->uri());
        return result;
    }

    db::MemoryTable& table(const std::string& name = "location")
    {
        db::MemoryTable* found = driver->table("test", name);
        REQUIRE(found != nullptr);
        return *found;
    }
    std::size_t rows() { return table().rows.size(); }
    db::Value cell(const std::string& column, std::size_t row = 0)
    {
        REQUIRE(row < rows());
        return table().rows[row][table().column(column)];
    }
    void insert(const Row& more, std::string_view leave_out = {})
    {
        Row row{{"username", std::string("alice")},
                {"contact", std::string("sip:a@192.0.2.7")},
                {"expires", db::DateTime{now() + 600}},
                {"q", -1.0},
                {"callid", std::string("call-1")},
                {"cseq", std::int64_t{1}},
                {"flags", std::int64_t{0}},
                {"user_agent", std::string("phone")}};
        for (const auto& [column, value] : more) {
            std::erase_if(row, [&](const auto& cell) { return cell.first == column; });
            row.emplace_back(column, value);
        }
        std::erase_if(row, [&](const auto& cell) { return cell.first == leave_out; });
        REQUIRE(table().insert(row));
    }

    mi::Reply command(const std::string& name, std::vector<std::string> arguments)
    {
        for (const auto& command : usrloc.loaded().commands)
            if (command.name == name) return await(command.run({name, std::move(arguments), {}}));
        FAIL("no command " << name);
        return {};
    }
    std::uint64_t statistic(const std::string& name)
    {
        for (const Statistic& declared : usrloc.loaded().statistics)
            if (declared.name == name) return declared.value();
        const Statistic* of_table = usrloc.context.registry().find_statistic("usrloc", name);
        REQUIRE(of_table != nullptr);
        return of_table->value();
    }

    TestEnvironment env;
    std::shared_ptr<db::MemoryDriver> driver;
    std::shared_ptr<db::MemoryFolder> folder = std::make_shared<db::MemoryFolder>();
    ModuleUnderTest<usrloc::Usrloc> usrloc{env};
    usrloc::Location* location = nullptr;
    std::string refusal;

private:
    std::deque<Wish> wishes_;
};

}  // namespace junctor::test
