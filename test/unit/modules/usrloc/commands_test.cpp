#include "test/unit/modules/usrloc/support.h"

using namespace junctor;
using namespace junctor::test;
using namespace std::chrono_literals;
using Uris = std::vector<std::string>;

namespace
{

// The tree as the FIFO prints it, without the first line.
std::string printed(const std::vector<mi::Node>& nodes, int depth = 0)
{
    std::string out;
    for (const auto& node : nodes) {
        out.append(static_cast<std::size_t>(depth), ' ').append(node.name).append(":: ").append(node.value);
        for (const auto& [name, value] : node.attributes)
            out.append(" ").append(name).append("=").append(value);
        out.append("\n").append(printed(node.children, depth + 1));
    }
    return out;
}

std::string line(const mi::Reply& reply)
{
    return std::to_string(reply.code) + " " + reply.reason;
}

}  // namespace

TEST_CASE("ul_add adds and changes a contact", "[usrloc]")
{
    LocationServer server(1);
    REQUIRE(server.start());
    const std::vector<std::string> arguments{
        "location", "Alice@example.test", "sip:a@h", "0", "1.00", "0", "0", "2", "4294967295"};
    REQUIRE(line(server.command("ul_add", arguments)) == "200 OK");
    const auto found = server.location->find("alice");
    REQUIRE(found.size() == 1);
    CHECK(found[0]->is_permanent());
    CHECK(found[0]->q() == 1000);
    CHECK(found[0]->cflags() == 2);
    CHECK(found[0]->call_id() == "dfjrewr12386fd6-343@openser.mi");
    CHECK(found[0]->user_agent() == "OpenSER MI Server");
    CHECK(server.rows() == 1);

    SECTION("with expires in seconds from now")
    {
        auto changed = arguments;
        changed[3] = "60";
        CHECK(line(server.command("ul_add", changed)) == "200 OK");
        CHECK(server.location->find("alice")[0]->expires() == server.now() + 60);
        CHECK(server.rows() == 1);
    }
    SECTION("and refuses what is no number")
    {
        for (const std::size_t i : {3U, 4U, 6U, 7U, 8U}) {
            auto wrong = arguments;
            wrong[i] = "x";
            CHECK(line(server.command("ul_add", wrong)) == "400 Bad parameter");
        }
        CHECK(line(server.command("ul_add", {"location", "alice"})) == "400 Too few or too many arguments");
        auto elsewhere = arguments;
        elsewhere[0] = "aliases";
        CHECK(line(server.command("ul_add", elsewhere)) == "404 Table not found");
    }
    SECTION("and says when the database does not take it")
    {
        server.driver->away();
        CHECK(server.command("ul_add", arguments).code == 500);
    }
}

TEST_CASE("ul_rm and ul_rm_contact remove", "[usrloc]")
{
    LocationServer server(1);
    REQUIRE(server.start());
    server.apply({});
    server.apply({.uri = "sip:b@h", .call_id = "call-2"});

    SECTION("one contact, whoever registered it")
    {
        CHECK(line(server.command("ul_rm_contact", {"location", "alice", "sip:b@h"})) == "200 OK");
        CHECK(server.uris() == Uris{"sip:a@192.0.2.7"});
        CHECK(server.rows() == 1);
        CHECK(line(server.command("ul_rm_contact", {"location", "alice", "sip:b@h"})) ==
              "404 Contact not found");
        CHECK(line(server.command("ul_rm_contact", {"location", "bob", "sip:b@h"})) == "404 AOR not found");
        CHECK(line(server.command("ul_rm_contact", {"nowhere", "bob", "sip:b@h"})) == "404 Table not found");
    }
    SECTION("all of them")
    {
        CHECK(line(server.command("ul_rm", {"location", "alice"})) == "200 OK");
        CHECK(server.uris().empty());
        CHECK(server.rows() == 0);
        CHECK(line(server.command("ul_rm", {"location", "alice"})) == "200 OK");
        CHECK(line(server.command("ul_rm", {"nowhere", "alice"})) == "404 Table not found");
        CHECK(line(server.command("ul_rm", {"location"})) == "400 Too few or too many arguments");
    }
    SECTION("unless the database does not")
    {
        server.driver->away();
        CHECK(line(server.command("ul_rm", {"location", "alice"})) == "500 Failed to delete AOR");
        CHECK(server.uris().size() == 2);
    }
}

TEST_CASE("With use_domain the commands want user@domain", "[usrloc]")
{
    LocationServer server(0);
    server.usrloc.set("use_domain", 1);
    REQUIRE(server.start());
    CHECK(line(server.command("ul_rm", {"location", "alice"})) == "400 Domain missing in AOR");
    server.apply({.aor = "alice@example.test"});
    CHECK(line(server.command("ul_show_contact", {"location", "Alice@Example.test"})) == "200 OK");
}

TEST_CASE("ul_show_contact prints a line for each valid contact", "[usrloc]")
{
    LocationServer server(0);
    REQUIRE(server.start());
    CHECK(line(server.command("ul_show_contact", {"location", "alice"})) == "404 AOR not found");
    server.apply({.seconds = 60, .q = 500});
    auto full = server.registration({.uri = "sip:b@h", .call_id = "call-2"});
    full.contacts[0].fields.received = "sip:198.51.100.7:1024";
    full.contacts[0].fields.path = "<sip:edge;lr>";
    full.contacts[0].fields.socket = &server.env.transport.sockets()[0];
    full.contacts[0].fields.methods = 255;
    server.location->apply(full);
    const auto reply = server.command("ul_show_contact", {"location", "alice"});
    CHECK(printed(reply.nodes) ==
          "Contact:: <sip:a@192.0.2.7>;q=0.5;expires=60;flags=0x0;cflags=0x0;socket=<NULL>;"
          "methods=0xFFFFFFFF;user_agent=<phone>\n"
          "Contact:: <sip:b@h>;q=;expires=3600;flags=0x0;cflags=0x0;socket=<udp:192.0.2.1:5060>;methods=0xFF;"
          "received=<sip:198.51.100.7:1024>;user_agent=<phone>;path=<<sip:edge;lr>>\n");

    server.pass(3600s);
    server.apply({.aor = "bob", .seconds = 1});
    server.pass(1s);
    CHECK(line(server.command("ul_show_contact", {"location", "bob"})) == "404 AOR has no contacts");
}

TEST_CASE("ul_dump shows everything in memory", "[usrloc]")
{
    LocationServer server(2);
    REQUIRE(server.start());
    server.apply({.seconds = 60, .q = 1000});
    CHECK(printed(server.command("ul_dump", {"Brief"}).nodes) ==
          "Domain:: location table=512 records=1 max_slot=1\n AOR:: alice\n");
    CHECK(printed(server.command("ul_dump", {}).nodes) ==
          "Domain:: location table=512 records=1 max_slot=1\n"
          " AOR:: alice\n"
          "  Contact:: sip:a@192.0.2.7 Q=1\n"
          "   Expires:: 60\n"
          "   Callid:: call-1\n"
          "   Cseq:: 1\n"
          "   User-agent:: phone\n"
          "   State:: CS_NEW\n"
          "   Flags:: 0\n"
          "   Cflags:: 0\n"
          "   Methods:: 4294967295\n");
    const auto dump = [&] { return printed(server.command("ul_dump", {"all"}).nodes); };

    SECTION("with the state of each row")
    {
        CHECK(line(server.command("ul_flush", {})) == "200 OK");
        CHECK(dump().find("State:: CS_SYNC") != std::string::npos);
        server.apply({.cseq = 2});
        CHECK(dump().find("State:: CS_DIRTY") != std::string::npos);
        server.apply({.cseq = 3, .seconds = 0});
        CHECK(dump().find("Expires:: deleted") != std::string::npos);
    }
    SECTION("also what has expired and what never will")
    {
        server.command("ul_add", {"location", "bob", "sip:b@h", "0", "1", "0", "0", "0", "1"});
        CHECK(dump().find("Expires:: permanent") != std::string::npos);
        server.apply({.aor = "carol", .seconds = 1});
        server.pass(1s);
        CHECK(dump().find("Expires:: expired") != std::string::npos);
    }
}

TEST_CASE("ul_flush writes back now", "[usrloc]")
{
    LocationServer server(2);
    REQUIRE(server.start());
    server.apply({});
    CHECK(server.rows() == 0);
    CHECK(line(server.command("ul_flush", {})) == "200 OK");
    CHECK(server.rows() == 1);
}
