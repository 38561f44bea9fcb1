#include "modules/usrloc/binding_rules.h"

#include <catch2/catch.hpp>

using namespace junctor::usrloc;
using Status = Outcome::Status;

namespace
{

constexpr std::int64_t now = 1000000;

struct Register : Registration {
    explicit Register(std::string_view id = "call-1", std::uint32_t number = 1)
    {
        aor = "alice";
        call_id = id;
        cseq = number;
        now = ::now;
    }
    Register& contact(std::string_view uri, std::int64_t seconds = 3600, int q = -1)
    {
        BindingFields fields;
        fields.uri = uri;
        fields.expires = now + seconds;
        fields.q = q;
        contacts.push_back({fields, seconds == 0});
        return *this;
    }
    Register& at(std::int64_t seconds)
    {
        now += seconds;
        return *this;
    }
};

// The bindings of one AoR as successive requests leave them.
struct Aor {
    Rules rules;
    Bindings bindings{};
    std::vector<Change> changes{};

    Status apply(const Registration& request)
    {
        Plan made = plan(bindings, request, rules);
        changes = made.changes;
        bindings = made.after;
        return made.status;
    }
    std::vector<std::string> uris() const
    {
        std::vector<std::string> result;
        for (const auto& binding : bindings) result.emplace_back(binding->uri());
        return result;
    }
};

using Uris = std::vector<std::string>;

}  // namespace

TEST_CASE("A REGISTER adds, refreshes and removes a binding (RFC 3261 §10.3)", "[usrloc]")
{
    Aor alice;
    REQUIRE(alice.apply(Register("call-1", 1).contact("sip:a@192.0.2.7")) == Status::Done);
    REQUIRE(alice.uris() == Uris{"sip:a@192.0.2.7"});
    CHECK(alice.bindings[0]->expires() == now + 3600);
    CHECK(alice.bindings[0]->cseq() == 1);
    CHECK(alice.bindings[0]->last_modified() == now);
    CHECK(alice.changes[0].kind == Change::Kind::Insert);

    SECTION("with a higher CSeq it refreshes")
    {
        CHECK(alice.apply(Register("call-1", 2).contact("sip:a@192.0.2.7", 60)) == Status::Done);
        CHECK(alice.bindings[0]->expires() == now + 60);
        CHECK(alice.bindings[0]->cseq() == 2);
        CHECK(alice.changes[0].kind == Change::Kind::Update);
    }
    SECTION("with expires=0 it removes")
    {
        CHECK(alice.apply(Register("call-1", 2).contact("sip:a@192.0.2.7", 0)) == Status::Done);
        CHECK(alice.bindings.empty());
        CHECK(alice.changes[0].kind == Change::Kind::Remove);
    }
    SECTION("removing what is not there changes nothing")
    {
        CHECK(alice.apply(Register("call-1", 2).contact("sip:other@192.0.2.7", 0)) == Status::Done);
        CHECK(alice.changes.empty());
        CHECK(alice.bindings.size() == 1);
    }
    SECTION("contacts are compared byte by byte, as OpenSER does")
    {
        CHECK(alice.apply(Register("call-1", 2).contact("sip:A@192.0.2.7")) == Status::Done);
        CHECK(alice.bindings.size() == 2);
    }
}

TEST_CASE("A REGISTER with an older CSeq and the same Call-ID is refused", "[usrloc]")
{
    Aor alice;
    alice.apply(Register("call-1", 5).contact("sip:a@192.0.2.7"));

    CHECK(alice.apply(Register("call-1", 4).contact("sip:a@192.0.2.7", 0)) == Status::OldCSeq);
    CHECK(alice.uris() == Uris{"sip:a@192.0.2.7"});

    SECTION("but another Call-ID starts anew, and its order counts from then on")
    {
        CHECK(alice.apply(Register("call-2", 1).contact("sip:a@192.0.2.7")) == Status::Done);
        CHECK(alice.bindings[0]->call_id() == "call-2");
        CHECK(alice.apply(Register("call-2", 2).contact("sip:a@192.0.2.7")) == Status::Done);
        CHECK(alice.apply(Register("call-2", 1).contact("sip:a@192.0.2.7")) == Status::OldCSeq);
    }
    SECTION("nor can an expired binding refuse anything")
    {
        CHECK(alice.apply(Register("call-1", 4).at(3600).contact("sip:a@192.0.2.7")) == Status::Done);
        CHECK(alice.bindings.size() == 1);
        CHECK(alice.bindings[0]->cseq() == 4);
    }
    SECTION("an administrator does not count CSeqs")
    {
        Register request("call-1", 1);
        request.check_order = false;
        CHECK(alice.apply(request.contact("sip:a@192.0.2.7", 0)) == Status::Done);
        CHECK(alice.bindings.empty());
    }
}

TEST_CASE("An equal CSeq is a retransmission for cseq_delay seconds", "[usrloc]")
{
    Aor alice;
    alice.apply(Register("call-1", 5).contact("sip:a@192.0.2.7"));

    CHECK(alice.apply(Register("call-1", 5).at(19).contact("sip:a@192.0.2.7", 60)) == Status::Done);
    CHECK(alice.changes.empty());
    CHECK(alice.bindings[0]->expires() == now + 3600);
    CHECK(alice.apply(Register("call-1", 5).at(20).contact("sip:a@192.0.2.7", 60)) == Status::OldCSeq);
}

TEST_CASE("All contacts of a REGISTER are taken or none (RFC 3261 §10.3 step 7)", "[usrloc]")
{
    Aor alice;
    alice.apply(Register("call-1", 5).contact("sip:a@192.0.2.7"));
    const Bindings before = alice.bindings;

    CHECK(alice.apply(Register("call-1", 4).contact("sip:new@192.0.2.8").contact("sip:a@192.0.2.7")) ==
          Status::OldCSeq);
    CHECK(alice.bindings == before);
    CHECK(alice.changes.empty());
}

TEST_CASE("Contact: * removes every binding", "[usrloc]")
{
    Aor alice;
    alice.apply(Register("call-1", 5).contact("sip:a@192.0.2.7").contact("sip:b@192.0.2.8"));
    Register star("call-1", 6);
    star.remove_all = true;

    SECTION("whatever Call-ID they came with")
    {
        star.call_id = "call-9";
        star.cseq = 1;
        CHECK(alice.apply(star) == Status::Done);
        CHECK(alice.bindings.empty());
        CHECK(alice.changes.size() == 2);
    }
    SECTION("but not those that a later request of the same Call-ID has made")
    {
        star.cseq = 4;
        CHECK(alice.apply(star) == Status::OldCSeq);
        CHECK(alice.bindings.size() == 2);
    }
}

TEST_CASE("max_contacts limits the valid bindings of an AoR", "[usrloc]")
{
    Aor alice;
    alice.apply(Register("call-1", 1).contact("sip:a@192.0.2.7", 60).contact("sip:b@192.0.2.8"));
    Register more("call-2", 1);
    more.max_contacts = 2;

    SECTION("one too many changes nothing")
    {
        CHECK(alice.apply(more.contact("sip:c@192.0.2.9")) == Status::TooMany);
        CHECK(alice.uris() == Uris{"sip:a@192.0.2.7", "sip:b@192.0.2.8"});
    }
    SECTION("one that goes makes room for one that comes")
    {
        CHECK(alice.apply(more.contact("sip:c@192.0.2.9").contact("sip:a@192.0.2.7", 0)) == Status::Done);
        CHECK(alice.uris() == Uris{"sip:b@192.0.2.8", "sip:c@192.0.2.9"});
    }
    SECTION("expired ones do not count")
    {
        CHECK(alice.apply(more.at(60).contact("sip:c@192.0.2.9")) == Status::Done);
    }
    SECTION("a refresh is not refused because the limit was lowered")
    {
        more.max_contacts = 1;
        CHECK(alice.apply(more.contact("sip:a@192.0.2.7")) == Status::Done);
    }
}

TEST_CASE("Contacts are ordered by q, highest first, without q last", "[usrloc]")
{
    Aor alice;
    alice.apply(Register("c", 1)
                    .contact("sip:low@h", 60, 100)
                    .contact("sip:none@h", 60)
                    .contact("sip:high@h", 60, 900)
                    .contact("sip:high2@h", 60, 900));
    CHECK(alice.uris() == Uris{"sip:high@h", "sip:high2@h", "sip:low@h", "sip:none@h"});

    SECTION("an update with the same q keeps its place")
    {
        alice.apply(Register("c", 2).contact("sip:high@h", 600, 900));
        CHECK(alice.uris() == Uris{"sip:high@h", "sip:high2@h", "sip:low@h", "sip:none@h"});
    }
    SECTION("an update with another q moves")
    {
        alice.apply(Register("c", 2).contact("sip:high@h", 60, 50));
        CHECK(alice.uris() == Uris{"sip:high2@h", "sip:low@h", "sip:high@h", "sip:none@h"});
        alice.apply(Register("c", 3).contact("sip:none@h", 60, 1000));
        CHECK(alice.uris() == Uris{"sip:none@h", "sip:high2@h", "sip:low@h", "sip:high@h"});
    }
}

TEST_CASE("With desc_time_order new and updated contacts come first", "[usrloc]")
{
    Aor alice{.rules = {.newest_first = true}};
    alice.apply(Register("c", 1).contact("sip:a@h", 60, 900));
    alice.apply(Register("c", 2).contact("sip:b@h", 60, 100));
    CHECK(alice.uris() == Uris{"sip:b@h", "sip:a@h"});
    alice.apply(Register("c", 3).contact("sip:a@h", 60, 900));
    CHECK(alice.uris() == Uris{"sip:a@h", "sip:b@h"});
}

TEST_CASE("matching_mode 1 keeps a contact apart for each Call-ID", "[usrloc]")
{
    Aor alice{.rules = {.match_call_id = true}};
    alice.apply(Register("call-1", 5).contact("sip:a@h"));
    alice.apply(Register("call-2", 1).contact("sip:a@h"));
    CHECK(alice.bindings.size() == 2);
    CHECK(alice.apply(Register("call-2", 2).contact("sip:a@h", 0)) == Status::Done);
    REQUIRE(alice.bindings.size() == 1);
    CHECK(alice.bindings[0]->call_id() == "call-1");
}

TEST_CASE("A contact that a request names twice counts as its last mention, once", "[usrloc]")
{
    Aor alice;
    SECTION("added twice")
    {
        alice.apply(Register("c", 1).contact("sip:a@h", 60).contact("sip:a@h", 600));
        REQUIRE(alice.bindings.size() == 1);
        CHECK(alice.bindings[0]->expires() == now + 600);
        REQUIRE(alice.changes.size() == 1);
        CHECK(alice.changes[0].kind == Change::Kind::Insert);
        CHECK(alice.changes[0].after == alice.bindings[0]);
    }
    SECTION("added and removed")
    {
        alice.apply(Register("c", 1).contact("sip:a@h", 60).contact("sip:a@h", 0));
        CHECK(alice.bindings.empty());
        CHECK(alice.changes.empty());
    }
    SECTION("refreshed and removed")
    {
        alice.apply(Register("c", 1).contact("sip:a@h", 60));
        alice.apply(Register("c", 2).contact("sip:a@h", 60).contact("sip:a@h", 0));
        CHECK(alice.bindings.empty());
        REQUIRE(alice.changes.size() == 1);
        CHECK(alice.changes[0].kind == Change::Kind::Remove);
    }
}
