#include "modules/usrloc/memory_table.h"

#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

using namespace junctor::usrloc;

namespace
{

constexpr std::int64_t now = 1000000;

Registration request(std::string_view aor, std::string_view uri, std::int64_t seconds, std::uint32_t cseq)
{
    Registration r;
    r.aor = aor;
    r.call_id = "call-1";
    r.cseq = cseq;
    r.now = now;
    BindingFields fields;
    fields.uri = uri;
    fields.expires = now + seconds;
    r.contacts.push_back({fields, seconds == 0});
    return r;
}

std::vector<std::string> all_aors(MemoryTable& table, std::size_t buckets_a_step)
{
    std::vector<std::string> aors;
    MemoryTable::Cursor cursor;
    while (table.walk(
        cursor, [&](std::string_view aor, BindingList&) { aors.emplace_back(aor); }, buckets_a_step)) {
    }
    return aors;
}

}  // namespace

TEST_CASE("A binding keeps its texts and outlives its removal while somebody holds it", "[usrloc]")
{
    BindingFields f;
    f.uri = "sip:a@192.0.2.7";
    f.call_id = "call-1";
    f.received = "sip:198.51.100.7:1024";
    f.path = "<sip:edge;lr>";
    f.user_agent = "phone/1.0";
    f.expires = now;
    f.q = 500;
    f.methods = 5951;
    BindingPtr kept;
    {
        const BindingPtr made = Binding::make(f, Binding::State::New);
        kept = made;
    }
    CHECK(kept->uri() == f.uri);
    CHECK(kept->call_id() == f.call_id);
    CHECK(kept->received() == f.received);
    CHECK(kept->path() == f.path);
    CHECK(kept->user_agent() == f.user_agent);
    CHECK(kept->q() == 500);
    CHECK(kept->methods() == 5951);
    CHECK(kept->reached_at() == f.received);
    CHECK(kept->is_valid(now - 1));
    CHECK_FALSE(kept->is_valid(now));

    f.expires = 0;
    CHECK(Binding::make(f, Binding::State::New)->is_valid(INT64_MAX));
}

TEST_CASE("The table finds what was registered and counts users and contacts", "[usrloc]")
{
    MemoryTable table(4);
    table.apply(request("alice", "sip:a@h", 60, 1), {}, false);
    table.apply(request("alice", "sip:b@h", 60, 2), {}, false);
    table.apply(request("bob", "sip:c@h", 60, 1), {}, false);

    CHECK(table.find("alice").size() == 2);
    CHECK(table.find("bob").size() == 1);
    CHECK(table.find("carol").empty());
    CHECK(table.users() == 2);
    CHECK(table.contacts() == 3);

    table.apply(request("alice", "sip:a@h", 0, 3), {}, false);
    table.apply(request("alice", "sip:b@h", 0, 4), {}, false);
    CHECK(table.users() == 1);
    CHECK(table.contacts() == 1);
    CHECK(table.find("alice").empty());
}

TEST_CASE("The table grows to thousands of AoRs and is walked in steps", "[usrloc]")
{
    MemoryTable table(4);
    std::vector<std::string> aors;
    for (int i = 0; i < 5000; ++i) aors.push_back("user" + std::to_string(i));
    for (const auto& aor : aors) table.apply(request(aor, "sip:a@h", 60, 1), {}, false);
    for (const auto& aor : aors) REQUIRE(table.find(aor).size() == 1);
    CHECK(table.users() == 5000);
    CHECK(table.fullest_slot() < 1500);

    std::sort(aors.begin(), aors.end());
    auto walked = all_aors(table, 7);
    std::sort(walked.begin(), walked.end());
    CHECK(walked == aors);

    SECTION("and a visitor may take AoRs out")
    {
        MemoryTable::Cursor cursor;
        const auto drop_odd = [](std::string_view aor, BindingList& bindings) {
            if ((aor.back() - '0') % 2 == 1) bindings.assign({});
        };
        while (table.walk(cursor, drop_odd)) {
        }
        CHECK(table.users() == 2500);
        CHECK(table.contacts() == 2500);
        CHECK(table.find("user7").empty());
        CHECK(table.find("user8").size() == 1);
    }
}

TEST_CASE("Write-back keeps a removed contact, marked, until its row is deleted", "[usrloc]")
{
    MemoryTable table(1);
    table.load(
        "alice",
        Binding::make({.uri = "sip:a@h", .call_id = "call-1", .expires = now + 60}, Binding::State::Synced),
        {});
    table.apply(request("alice", "sip:a@h", 0, 2), {}, true);
    REQUIRE(table.find("alice").size() == 1);
    CHECK(table.find("alice")[0]->expires() == deleted_expires);

    SECTION("a new registration takes its place, and must be written")
    {
        table.apply(request("alice", "sip:a@h", 60, 3), {}, true);
        REQUIRE(table.find("alice").size() == 1);
        CHECK(table.find("alice")[0]->expires() == now + 60);
        CHECK(table.find("alice")[0]->state() == Binding::State::Dirty);
    }
    SECTION("while one that was never stored is gone at once")
    {
        table.apply(request("bob", "sip:b@h", 60, 1), {}, true);
        table.apply(request("bob", "sip:b@h", 0, 2), {}, true);
        CHECK(table.find("bob").empty());
    }
}

TEST_CASE("Several rows of one contact are one binding: the newest", "[usrloc]")
{
    MemoryTable table(1);
    const auto row = [](std::int64_t modified, std::uint32_t cseq) {
        return Binding::make({.uri = "sip:a@h", .call_id = "c", .last_modified = modified, .cseq = cseq},
                             Binding::State::Synced);
    };
    table.load("alice", row(10, 1), {});
    table.load("alice", row(30, 3), {});
    table.load("alice", row(20, 2), {});
    REQUIRE(table.find("alice").size() == 1);
    CHECK(table.find("alice")[0]->cseq() == 3);
}

TEST_CASE("What was committed to the database does not bring back what expired meanwhile", "[usrloc]")
{
    MemoryTable table(1);
    table.apply(request("alice", "sip:old@h", 1, 1), {}, false);
    const Bindings before = table.find("alice");
    const Plan made = plan(before, request("alice", "sip:new@h", 60, 2), {});
    table.visit("alice", [](std::string_view, BindingList& bindings) { bindings.assign({}); });
    table.commit("alice", before, made);
    REQUIRE(table.find("alice").size() == 1);
    CHECK(table.find("alice")[0]->uri() == "sip:new@h");
}

TEST_CASE("Workers register and look up at the same time", "[usrloc]")
{
    MemoryTable table(4);
    std::atomic<int> wrong = 0;  // Catch's macros are for one thread
    std::vector<std::thread> workers;
    for (int w = 0; w < 4; ++w)
        workers.emplace_back([&table, &wrong, w] {
            for (std::uint32_t i = 1; i <= 2000; ++i) {
                const std::string aor = "user" + std::to_string(i % 50);
                const std::string uri = "sip:w" + std::to_string(w) + "@h";
                table.apply(request(aor, uri, 60, i), {}, false);
                for (const auto& binding : table.find(aor)) wrong += binding->expires() == now + 60 ? 0 : 1;
            }
        });
    for (auto& worker : workers) worker.join();
    CHECK(wrong == 0);
    CHECK(table.users() == 50);
    CHECK(table.contacts() == 200);
}
