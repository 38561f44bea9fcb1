#include "test/unit/modules/usrloc/support.h"

using namespace junctor;
using namespace junctor::test;
using namespace std::chrono_literals;
using Status = usrloc::Outcome::Status;
using Uris = std::vector<std::string>;

namespace
{

db::Value text(std::string value)
{
    return value;
}

}  // namespace

TEST_CASE("Stored contacts are there after the start", "[usrloc]")
{
    LocationServer server(1);
    server.insert({{"q", 0.29},
                   {"received", text("sip:198.51.100.7:1024")},
                   {"path", text("<sip:edge;lr>")},
                   {"socket", text("UDP:192.0.2.1:5060")},
                   {"methods", std::int64_t{5951}},
                   {"flags", std::int64_t{1}},
                   {"cflags", std::int64_t{64}},
                   {"last_modified", db::DateTime{server.now() - 60}}});
    REQUIRE(server.start());
    const auto found = server.location->find("alice");
    REQUIRE(found.size() == 1);
    const usrloc::Binding& binding = *found[0];
    CHECK(binding.uri() == "sip:a@192.0.2.7");
    CHECK(binding.call_id() == "call-1");
    CHECK(binding.q() == 290);
    CHECK(binding.received() == "sip:198.51.100.7:1024");
    CHECK(binding.path() == "<sip:edge;lr>");
    CHECK(binding.user_agent() == "phone");
    REQUIRE(binding.socket() != nullptr);
    CHECK(binding.socket()->text() == "udp:192.0.2.1:5060");
    CHECK(binding.methods() == 5951);
    CHECK(binding.cflags() == 64);
    CHECK(binding.flags() == 0);  // memory-only cannot be true of a row
    CHECK(binding.expires() == server.now() + 600);
    CHECK(binding.last_modified() == server.now() - 60);
    CHECK(binding.state() == usrloc::Binding::State::Synced);
}

TEST_CASE("Contacts are loaded in their order, many batches of them", "[usrloc]")
{
    LocationServer server(2);
    server.usrloc.set("fetch_rows", 3);
    for (int i = 0; i < 10; ++i)
        server.insert({{"contact", text("sip:" + std::to_string(i) + "@h")}, {"q", (i % 5) / 10.0}});
    REQUIRE(server.start());
    CHECK(server.uris() == Uris{"sip:4@h", "sip:9@h", "sip:3@h", "sip:8@h", "sip:2@h", "sip:7@h", "sip:1@h",
                                "sip:6@h", "sip:0@h", "sip:5@h"});
    CHECK(server.statistic("location-contacts") == 10);
    CHECK(server.statistic("registered_users") == 1);
}

TEST_CASE("Rows that are no contacts are left out, the others load", "[usrloc]")
{
    LocationServer server(1);
    server.insert({{"contact", text("sip:good@h")}});
    server.insert({{"username", text("")}});
    server.insert({{"contact", text("")}});
    server.insert({{"callid", text("")}});
    server.insert({{"socket", text("udp:")}});
    REQUIRE(server.start());
    CHECK(server.uris() == Uris{"sip:good@h"});
    CHECK(server.statistic("location-contacts") == 1);
}

TEST_CASE("A socket that is not ours is forgotten, the contact kept", "[usrloc]")
{
    LocationServer server(1);
    server.insert({{"socket", text("udp:203.0.113.9:5060")}});
    REQUIRE(server.start());
    REQUIRE(server.location->find("alice").size() == 1);
    CHECK(server.location->find("alice")[0]->socket() == nullptr);
}

TEST_CASE("Expired rows are deleted at the start, permanent ones stay", "[usrloc]")
{
    LocationServer server(1);
    server.insert({{"expires", db::DateTime{server.now()}}});
    server.insert({{"contact", text("sip:for-ever@h")}, {"expires", db::DateTime{0}}});
    REQUIRE(server.start());
    CHECK(server.rows() == 1);
    CHECK(server.uris() == Uris{"sip:for-ever@h"});
    server.pass(24h);
    CHECK(server.uris() == Uris{"sip:for-ever@h"});
}

TEST_CASE("With use_domain an AoR is user@domain", "[usrloc]")
{
    LocationServer server(1);
    server.usrloc.set("use_domain", 1);
    server.insert({{"domain", text("example.test")}});
    server.insert({{"username", text("")}, {"domain", text("host.test")}});
    server.insert({{"username", text("nobody")}});
    REQUIRE(server.start());
    CHECK(server.uris("alice@example.test") == Uris{"sip:a@192.0.2.7"});
    CHECK(server.uris("host.test") == Uris{"sip:a@192.0.2.7"});
    CHECK(server.statistic("location-users") == 2);

    server.apply({.aor = "b@b@example.test"});
    CHECK(server.cell("username", 3) == db::Value(text("b@b")));
    CHECK(server.cell("domain", 3) == db::Value(text("example.test")));
    server.apply({.aor = "b@b@example.test", .cseq = 2, .seconds = 0});
    CHECK(server.rows() == 3);
}

TEST_CASE("Layout 1003 has NAT in flags and no cflags", "[usrloc]")
{
    LocationServer server(1, 1003);
    server.usrloc.set("nat_bflag", 6);
    server.insert({{"flags", std::int64_t{5}}});
    REQUIRE(server.start());
    CHECK(server.service().nat_flag() == 64);
    const auto found = server.location->find("alice");
    REQUIRE(found.size() == 1);
    CHECK(found[0]->cflags() == 64);

    auto refresh = server.registration({.cseq = 2});
    refresh.contacts[0].fields.cflags = 64;
    REQUIRE(server.await(server.location->apply_waiting(refresh)).status == usrloc::Outcome::Status::Done);
    CHECK(server.cell("flags") == db::Value(std::int64_t{1}));
}

TEST_CASE("modparams rename the columns", "[usrloc]")
{
    LocationServer server(1);
    server.usrloc.set("contact_column", "no_such_column");
    CHECK_FALSE(server.start());
    CHECK(server.refusal.find("no_such_column") != std::string::npos);
}

TEST_CASE("usrloc refuses parameters that mean nothing", "[usrloc]")
{
    LocationServer server(1);
    SECTION("db_mode")
    {
        server.usrloc.set("db_mode", 4);
    }
    SECTION("matching_mode")
    {
        server.usrloc.set("matching_mode", 2);
    }
    SECTION("nat_bflag")
    {
        server.usrloc.set("nat_bflag", 32);
    }
    SECTION("fetch_rows")
    {
        server.usrloc.set("fetch_rows", 0);
    }
    SECTION("timer_interval")
    {
        server.usrloc.set("timer_interval", 0);
    }
    CHECK_FALSE(server.start());
    CHECK(server.refusal.starts_with("usrloc: "));
}

TEST_CASE("A table that the database does not have stops the start", "[usrloc]")
{
    LocationServer server(2);
    CHECK_FALSE(server.start("no_such_table"));
    CHECK(server.refusal.find("no_such_table") != std::string::npos);
}

TEST_CASE("Once the workers serve, no further table is loaded", "[usrloc]")
{
    LocationServer server(0);
    REQUIRE(server.start());
    server.usrloc.module().start_worker(server.env.environment);
    CHECK(server.service().use("location"));
    CHECK_FALSE(server.service().use("aliases"));
}

TEST_CASE("Changes are told to those who asked, newest first", "[usrloc]")
{
    LocationServer server(0);
    REQUIRE(server.start());
    std::string told;
    const auto name = [](usrloc::Change::Kind kind) { return "IURE"[static_cast<int>(kind)]; };
    server.service().on_change([&](const auto&, std::string_view, const usrloc::Change&) { told += 'x'; });
    server.service().on_change(
        [&](const usrloc::Location& location, std::string_view aor, const usrloc::Change& c) {
            CHECK(location.name() == "location");
            CHECK(aor == "alice");
            told += name(c.kind);
        });
    server.apply({});
    server.apply({.cseq = 2});
    server.apply({.cseq = 3, .seconds = 0});
    server.apply({.cseq = 4, .seconds = 10});
    server.pass(60s);
    CHECK(told == "IxUxRxIxEx");
}

TEST_CASE("A server that starts without its database refuses what waits, and loads when it comes", "[usrloc]")
{
    const int mode = GENERATE(1, 2, 3);
    LocationServer server(mode);
    server.keep_journals();
    server.insert({});
    server.driver->away();

    SECTION("by default it does not start")
    {
        CHECK_FALSE(server.start());
    }
    SECTION("unless db_required=no")
    {
        server.usrloc.context.databases().start_without_them(server.env.worker);
        REQUIRE(server.start());
        CHECK(server.service().writes_wait());
        CHECK(server.service().reads_wait());
        const auto found = server.await(server.location->find_waiting("alice"));
        REQUIRE_FALSE(found);
        CHECK(found.error().status == 503);
        CHECK(server.apply({.aor = "bob", .uri = "sip:b@h"}) == Status::NotStored);
        CHECK(server.command("ul_show_contact", {"location", "alice"}).code == 500);
        server.pass(90s);  // the timer finds nothing to do
        CHECK(server.command("ul_flush", {}).code == 200);

        SECTION("it ends in good order")
        {
            CHECK(server.await(server.usrloc.module().stop()));
        }
        SECTION("and serves when the database is there")
        {
            server.driver->back();
            server.pass(3s);
            CHECK(server.service().reads_wait() == (mode == 3));
            CHECK(server.service().writes_wait());
            CHECK(server.uris() == Uris{"sip:a@192.0.2.7"});
            CHECK(server.apply({.aor = "bob", .uri = "sip:b@h"}) == Status::Done);
            CHECK(server.command("ul_flush", {}).code == 200);
            CHECK(server.rows() == 2);
        }
    }
}

TEST_CASE("The journal of a killed server waits for the database, too", "[usrloc]")
{
    LocationServer first(2);
    first.keep_journals();
    REQUIRE(first.start());
    REQUIRE(first.apply({}) == Status::Done);

    LocationServer second(2, first);
    second.driver->away();
    second.usrloc.context.databases().start_without_them(second.env.worker);
    REQUIRE(second.start());
    CHECK(second.apply({.cseq = 2}) == Status::NotStored);
    second.driver->back();
    second.pass(3s);
    CHECK(second.uris() == Uris{"sip:a@192.0.2.7"});
    CHECK(second.command("ul_flush", {}).code == 200);
    CHECK(second.rows() == 1);
}
