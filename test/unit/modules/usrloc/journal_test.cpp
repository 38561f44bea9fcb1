#include "test/unit/modules/usrloc/support.h"

using namespace junctor;
using namespace junctor::test;
using namespace std::chrono_literals;
using Status = usrloc::Outcome::Status;
using Uris = std::vector<std::string>;

namespace
{

struct JournaledServer : LocationServer {
    explicit JournaledServer(int journal = 2) : LocationServer(2)
    {
        keep_journals();
        usrloc.set("journal", journal);
    }
};

}  // namespace

TEST_CASE("Killed, a server with db_mode 2 loses nothing that it acknowledged", "[usrloc][journal]")
{
    JournaledServer first;
    REQUIRE(first.start());
    CHECK(first.service().writes_wait());
    CHECK(first.apply({}) == Status::Done);
    CHECK(first.apply({.uri = "sip:b@h", .cseq = 2, .q = 500}) == Status::Done);
    CHECK(first.apply({.aor = "bob", .flags = usrloc::memory_only}) == Status::Done);
    CHECK(first.rows() == 0);
    CHECK(first.statistic("location-journal_bytes") > 0);
    CHECK(first.statistic("location-journal_syncs") > 0);
    const auto& listed = first.usrloc.context.databases().journals();
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].name == "usrloc location");
    CHECK(listed[0].bytes() == first.statistic("location-journal_bytes"));

    SECTION("new contacts")
    {
        LocationServer second(2, first);
        REQUIRE(second.start());
        CHECK(second.uris() == Uris{"sip:b@h", "sip:a@192.0.2.7"});
        CHECK(second.uris("bob").empty());  // for memory only, by the script's wish
        const auto found = second.location->find("alice");
        CHECK(found[0]->call_id() == "call-1");
        CHECK(found[0]->cseq() == 2);
        CHECK(found[0]->q() == 500);
        CHECK(found[0]->expires() == first.now() + 3600);
        CHECK(found[0]->user_agent() == "phone");
        second.pass(60s);
        CHECK(second.rows() == 2);
        CHECK(second.folder->size() == 0);
    }
    SECTION("refreshes and removals of what the table has")
    {
        first.pass(60s);
        REQUIRE(first.rows() == 2);
        CHECK(first.folder->size() == 0);
        CHECK(first.apply({.cseq = 3, .seconds = 0}) == Status::Done);
        CHECK(first.apply({.uri = "sip:b@h", .call_id = "call-2", .seconds = 900}) == Status::Done);
        LocationServer second(2, first);
        REQUIRE(second.start());
        CHECK(second.uris() == Uris{"sip:b@h"});
        CHECK(second.rows() == 2);
        second.pass(60s);
        CHECK(second.rows() == 1);
        CHECK(second.cell("callid") == db::Value(std::string("call-2")));
    }
    SECTION("killed again while it wrote: the journal is played once more")
    {
        LocationServer second(2, first);
        REQUIRE(second.start());
        second.driver->slow(50ms);  // of the first life's clock: this one writes at once
        second.driver->slow(0s);
        second.apply({.aor = "carol", .cseq = 1});
        LocationServer third(2, second);
        REQUIRE(third.start());
        CHECK(third.uris() == Uris{"sip:b@h", "sip:a@192.0.2.7"});
        CHECK(third.uris("carol").size() == 1);
        third.pass(60s);
        CHECK(third.rows() == 3);
    }
    SECTION("a contact that came back after it was removed")
    {
        first.pass(60s);
        first.apply({.cseq = 3, .seconds = 0});
        first.apply({.cseq = 4});
        LocationServer second(2, first);
        REQUIRE(second.start());
        CHECK(second.uris().size() == 2);
        second.pass(60s);
        CHECK(second.rows() == 2);
    }
    SECTION("another db_mode does not pass over the journal")
    {
        LocationServer second(1, first);
        CHECK_FALSE(second.start());
        CHECK(second.refusal.find("start it with db_mode 2 once") != std::string::npos);
    }
    SECTION("switched off, the journal is still read")
    {
        LocationServer second(2, first);
        second.usrloc.set("journal", 0);
        REQUIRE(second.start());
        CHECK(second.uris().size() == 2);
        second.apply({.aor = "carol"});
        second.pass(60s);
        CHECK(second.rows() == 3);
        CHECK(second.folder->size() == 0);
    }
}

TEST_CASE("A journal that a crash has torn anywhere gives what was acknowledged before", "[usrloc][journal]")
{
    set_log_level(-1);
    JournaledServer first;
    REQUIRE(first.start());
    std::vector<std::size_t> sizes;  // of the journal after each registration
    for (std::uint32_t i = 1; i <= 3; ++i) {
        first.apply({.uri = "sip:" + std::to_string(i) + "@h", .cseq = i});
        sizes.push_back(first.folder->size());
    }
    const std::string name = first.folder->names()->front();
    const std::string bytes = first.folder->bytes(name);
    for (std::size_t torn = 0; torn <= bytes.size(); ++torn) {
        first.folder->bytes(name) = bytes.substr(0, torn);
        LocationServer second(2, first);
        second.folder = std::make_shared<db::MemoryFolder>();
        REQUIRE(second.folder->create(name));
        second.folder->bytes(name) = bytes.substr(0, torn);
        REQUIRE(second.start());
        std::size_t acknowledged = 0;
        while (acknowledged < sizes.size() && sizes[acknowledged] <= torn) ++acknowledged;
        INFO("torn at " << torn);
        REQUIRE(second.uris().size() == acknowledged);
    }
    set_log_level(2);
}

TEST_CASE("While the database is away, db_mode 2 serves and the journal keeps what it must",
          "[usrloc][journal]")
{
    JournaledServer first;
    REQUIRE(first.start());
    first.driver->away();
    for (std::uint32_t i = 1; i <= 20; ++i) {
        CHECK(first.apply({.cseq = i}) == Status::Done);
        first.pass(60s);
    }
    CHECK(first.rows() == 0);
    LocationServer second(2, first);
    first.driver->back();
    REQUIRE(second.start());
    REQUIRE(second.uris().size() == 1);
    CHECK(second.location->find("alice")[0]->cseq() == 20);
    second.pass(60s);
    CHECK(second.rows() == 1);
    CHECK(second.folder->size() == 0);
}

TEST_CASE("A disk that takes no more refuses registrations, until it does again", "[usrloc][journal]")
{
    set_log_level(-2);
    JournaledServer first;
    REQUIRE(first.start());
    CHECK(first.apply({}) == Status::Done);
    first.folder->fill_up(true);
    CHECK(first.apply({.aor = "bob"}) == Status::NotStored);
    SECTION("the retransmission of a refused one is recorded before it is acknowledged")
    {
        first.folder->fill_up(false);
        CHECK(first.apply({.aor = "bob"}) == Status::Done);
        LocationServer second(2, first);
        REQUIRE(second.start());
        CHECK(second.uris("bob").size() == 1);
        CHECK(second.uris("alice").size() == 1);
    }
    SECTION("the database has them all the same with the next run")
    {
        first.pass(60s);
        CHECK(first.rows() == 2);
    }
    set_log_level(2);
}

TEST_CASE("Stopped in good order, a server leaves no journal", "[usrloc][journal]")
{
    JournaledServer first(1);
    REQUIRE(first.start());
    CHECK_FALSE(first.service().writes_wait());
    const auto registration = first.registration({});
    CHECK(first.location->apply(registration).status == Status::Done);
    CHECK(first.folder->size() > 0);
    CHECK(first.await(first.usrloc.module().stop()));
    CHECK(first.rows() == 1);
    CHECK(first.folder->size() == 0);
}

TEST_CASE("db_mode 2 does not start where no journal can be kept, unless it is to have none",
          "[usrloc][journal]")
{
    JournaledServer server;
    server.usrloc.context.databases().keep_journals(
        [](db::IfMissing) -> Result<std::shared_ptr<db::LogFolder>> { return fail("/spool: no space"); },
        server.env.worker);
    SECTION("the refusal says why, and both ways out")
    {
        CHECK_FALSE(server.start());
        for (const char* words : {"/spool: no space", "spool_dir", "\"journal\", 0"})
            CHECK_THAT(server.refusal, Catch::Contains(words));
    }
    SECTION("journal 0")
    {
        server.usrloc.set("journal", 0);
        REQUIRE(server.start());
        CHECK_FALSE(server.service().writes_wait());
    }
}
