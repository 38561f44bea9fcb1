#include "test/unit/modules/usrloc/support.h"

using namespace junctor;
using namespace junctor::test;
using namespace std::chrono_literals;
using Status = usrloc::Outcome::Status;
using Uris = std::vector<std::string>;

TEST_CASE("db_mode 0 keeps locations in memory and asks no database", "[usrloc]")
{
    LocationServer server(0);
    server.usrloc.set("db_url", "nonsense://");
    REQUIRE(server.start());
    CHECK_FALSE(server.service().writes_wait());
    const auto registration = server.registration({});
    CHECK(server.location->apply(registration).status == Status::Done);
    CHECK(server.uris() == Uris{"sip:a@192.0.2.7"});

    SECTION("expired bindings are found no longer, and go with the timer")
    {
        server.apply({.uri = "sip:short@h", .cseq = 2, .seconds = 30});
        server.pass(30s);
        CHECK(server.uris() == Uris{"sip:a@192.0.2.7"});
        CHECK(server.statistic("location-contacts") == 2);
        server.pass(31s);
        CHECK(server.statistic("location-contacts") == 1);
        CHECK(server.statistic("location-expires") == 1);
    }
}

TEST_CASE("db_mode 1 answers after the commit", "[usrloc]")
{
    LocationServer server(1);
    REQUIRE(server.start());
    REQUIRE(server.service().writes_wait());

    SECTION("with a row that says what was registered")
    {
        CHECK(server.apply({.q = 500}) == Status::Done);
        REQUIRE(server.rows() == 1);
        CHECK(server.cell("username") == db::Value(std::string("alice")));
        CHECK(server.cell("domain") == db::Value(std::string()));
        CHECK(server.cell("contact") == db::Value(std::string("sip:a@192.0.2.7")));
        CHECK(server.cell("callid") == db::Value(std::string("call-1")));
        CHECK(server.cell("cseq") == db::Value(std::int64_t{1}));
        CHECK(server.cell("q") == db::Value(0.5));
        CHECK(server.cell("expires") == db::Value(db::DateTime{server.now() + 3600}));
        CHECK(server.cell("methods") == db::Value(db::Null{}));
        CHECK(server.cell("received") == db::Value(db::Null{}));
    }
    SECTION("and not before; until then nobody is called there")
    {
        server.driver->slow(50ms);
        const auto registration = server.registration({});
        auto pending = server.location->apply_waiting(registration);
        server.begin(pending);
        server.pass(49ms);
        CHECK_FALSE(pending.done());
        CHECK(server.location->find("alice").empty());
        server.pass(1ms);
        REQUIRE(pending.done());
        CHECK(server.location->find("alice").size() == 1);
    }
    SECTION("a refresh changes the row, a removal deletes it")
    {
        server.apply({});
        CHECK(server.apply({.cseq = 2, .seconds = 60}) == Status::Done);
        REQUIRE(server.rows() == 1);
        CHECK(server.cell("expires") == db::Value(db::DateTime{server.now() + 60}));
        CHECK(server.apply({.call_id = "call-2", .cseq = 1, .seconds = 90}) == Status::Done);
        REQUIRE(server.rows() == 1);
        CHECK(server.cell("callid") == db::Value(std::string("call-2")));
        CHECK(server.apply({.call_id = "call-2", .cseq = 2, .seconds = 0}) == Status::Done);
        CHECK(server.rows() == 0);
        CHECK(server.uris().empty());
    }
    SECTION("two requests of one AoR follow each other")
    {
        server.driver->slow(50ms);
        const auto first = server.registration({.cseq = 1}),
                   second = server.registration({.cseq = 2, .seconds = 60});
        auto one = server.location->apply_waiting(first), two = server.location->apply_waiting(second);
        server.begin(one);
        server.begin(two);
        server.pass(200ms);
        REQUIRE(one.done());
        REQUIRE(two.done());
        CHECK(two.take().status == Status::Done);
        REQUIRE(server.rows() == 1);
        CHECK(server.location->find("alice")[0]->cseq() == 2);
    }
    SECTION("a request that is cancelled while it waits for another gives its turn away")
    {
        server.driver->slow(50ms);
        const auto a = server.registration({.cseq = 1}), b = server.registration({.cseq = 2}),
                   c = server.registration({.cseq = 3});
        auto first = server.location->apply_waiting(a), third = server.location->apply_waiting(c);
        server.begin(first);
        {
            auto second = server.location->apply_waiting(b);
            server.begin(second);
            server.begin(third);
        }
        server.pass(200ms);
        REQUIRE(third.done());
        CHECK(server.location->find("alice")[0]->cseq() == 3);
    }
    SECTION("a database that is away changes nothing")
    {
        server.apply({});
        server.driver->away();
        CHECK(server.apply({.uri = "sip:b@h", .cseq = 2}) == Status::NotStored);
        CHECK(server.apply({.cseq = 2, .seconds = 0}) == Status::NotStored);
        CHECK(server.uris() == Uris{"sip:a@192.0.2.7"});
        server.driver->back();
        CHECK(server.apply({.uri = "sip:b@h", .cseq = 3}) == Status::Done);
        CHECK(server.uris() == Uris{"sip:a@192.0.2.7", "sip:b@h"});
        CHECK(server.rows() == 2);
    }
    SECTION("what was written although the answer came too late is not there twice")
    {
        server.driver->slow(3s);
        const auto registration = server.registration({});
        auto late = server.location->apply_waiting(registration);
        server.begin(late);
        server.pass(10s);
        REQUIRE(late.done());
        CHECK(late.take().status == Status::NotStored);
        CHECK(server.rows() == 1);
        server.driver->slow(0s);
        CHECK(server.apply({.cseq = 2}) == Status::Done);
        CHECK(server.rows() == 1);
    }
    SECTION("expired rows are deleted with the timer")
    {
        server.apply({.seconds = 30});
        server.pass(61s);
        CHECK(server.rows() == 0);
        CHECK(server.statistic("location-contacts") == 0);
        CHECK(server.statistic("location-expires") == 1);
    }
    SECTION("also those that could not be deleted when they expired")
    {
        server.apply({.seconds = 30});
        server.driver->away();
        server.pass(61s);
        CHECK(server.rows() == 1);
        server.driver->back();
        server.pass(60s);
        CHECK(server.rows() == 0);
    }
    SECTION("a contact saved for memory only has no row")
    {
        CHECK(server.apply({.flags = usrloc::memory_only}) == Status::Done);
        CHECK(server.rows() == 0);
        CHECK(server.uris() == Uris{"sip:a@192.0.2.7"});
    }
}

TEST_CASE("db_mode 2 answers at once and writes with the timer", "[usrloc]")
{
    LocationServer server(2);
    REQUIRE(server.start());
    REQUIRE_FALSE(server.service().writes_wait());
    const auto state = [&] { return server.location->find("alice")[0]->state(); };
    using State = usrloc::Binding::State;

    REQUIRE(server.apply({}) == Status::Done);
    CHECK(server.rows() == 0);
    CHECK(state() == State::New);
    server.pass(60s);
    CHECK(server.rows() == 1);
    CHECK(state() == State::Synced);

    SECTION("a refresh is written with the next run")
    {
        server.apply({.cseq = 2});
        CHECK(state() == State::Dirty);
        CHECK(server.cell("cseq") == db::Value(std::int64_t{1}));
        server.pass(60s);
        CHECK(server.rows() == 1);
        CHECK(server.cell("cseq") == db::Value(std::int64_t{2}));
        CHECK(state() == State::Synced);
    }
    SECTION("so is a removal; the contact is not called meanwhile")
    {
        server.apply({.cseq = 2, .seconds = 0});
        CHECK(server.uris().empty());
        CHECK(server.rows() == 1);
        server.pass(60s);
        CHECK(server.rows() == 0);
        CHECK(server.location->find("alice").empty());
        CHECK(server.statistic("location-expires") == 0);
    }
    SECTION("expired contacts lose their row, and are counted once")
    {
        server.apply({.cseq = 2, .seconds = 30});
        server.driver->away();
        server.pass(120s);
        CHECK(server.rows() == 1);
        server.driver->back();
        server.pass(60s);
        CHECK(server.rows() == 0);
        CHECK(server.statistic("location-expires") == 1);
        CHECK(server.statistic("location-contacts") == 0);
    }
    SECTION("what the database did not take is written when it is back")
    {
        server.driver->away();
        server.apply({.cseq = 2});
        server.apply({.aor = "bob"});
        server.pass(60s);
        CHECK(state() == State::Dirty);
        server.driver->back();
        server.pass(60s);
        CHECK(server.rows() == 2);
        CHECK(state() == State::Synced);
    }
    SECTION("stopping waits for the database and then writes everything")
    {
        for (int i = 0; i < 1200; ++i) server.apply({.aor = "user" + std::to_string(i)});
        server.driver->away();
        auto stopping = server.usrloc.module().stop();
        server.begin(stopping);
        server.pass(10s);
        CHECK_FALSE(stopping.done());
        server.driver->back();
        server.pass(12s);  // the longest pause of the breaker, and one of our own
        REQUIRE(stopping.done());
        CHECK(server.rows() == 1201);
    }
}

TEST_CASE("db_mode 3 reads and writes the database alone", "[usrloc]")
{
    LocationServer server(3);
    REQUIRE(server.start());
    CHECK(server.service().reads_wait());
    CHECK(server.apply({.uri = "sip:low@h", .q = 100}) == Status::Done);
    CHECK(server.apply({.uri = "sip:high@h", .cseq = 2, .q = 900}) == Status::Done);
    CHECK(server.uris() == Uris{"sip:high@h", "sip:low@h"});
    CHECK(server.location->find("alice").empty());
    CHECK(server.statistic("location-contacts") == 0);

    SECTION("by the same rules")
    {
        CHECK(server.apply({.uri = "sip:low@h", .cseq = 0, .seconds = 0}) == Status::OldCSeq);
        CHECK(server.apply({.uri = "sip:low@h", .cseq = 3, .seconds = 0}) == Status::Done);
        CHECK(server.uris() == Uris{"sip:high@h"});
        CHECK(server.rows() == 1);
    }
    SECTION("what another program changes counts at once")
    {
        server.insert({{"contact", std::string("sip:other@h")}, {"q", 1.0}});
        CHECK(server.uris() == Uris{"sip:other@h", "sip:high@h", "sip:low@h"});
    }
    SECTION("expired rows go with the timer, permanent ones stay")
    {
        server.insert({{"contact", std::string("sip:for-ever@h")}, {"expires", db::DateTime{0}}});
        server.pass(3661s);
        CHECK(server.rows() == 1);
        CHECK(server.uris() == Uris{"sip:for-ever@h"});
    }
    SECTION("pings go to valid contacts with the flag, permanent ones included")
    {
        server.insert({{"contact", std::string("sip:nat@h")}, {"cflags", std::int64_t{6}}});
        server.insert({{"contact", std::string("sip:nat-for-ever@h")},
                       {"cflags", std::int64_t{2}},
                       {"expires", db::DateTime{0}}});
        const auto found = server.await(server.location->list_waiting(2, server.now()));
        REQUIRE(found);
        CHECK(found->size() == 2);
    }
    SECTION("a database that is away is told to the caller")
    {
        server.driver->away();
        CHECK(server.apply({.cseq = 3}) == Status::NotStored);
        CHECK_FALSE(server.await(server.location->find_waiting("alice")));
    }
}
