// alias_db, acl, domain, rpid.
#include <nlohmann/json.hpp>

#include "test/unit/tools/tool.h"

using namespace junctor;
using namespace junctor::ctl;
using Fixture = test::Tool;
using test::Texts;

TEST_CASE_METHOD(Fixture, "acl grant adds memberships and shows them", "[junctorctl]")
{
    CHECK(run({"acl", "grant", "alice", "int", "ld"}) == done);
    REQUIRE(rows("grp") == 2);
    CHECK(cell("grp", 0, "username") == "alice");
    CHECK(cell("grp", 0, "domain") == "example.org");
    CHECK(cell("grp", 0, "grp") == "int");
    CHECK(cell("grp", 0, "last_modified") > "1000000000");
    CHECK(out.str().find("alice") < out.str().find("int"));
    CHECK(run({"acl", "grant", "alice", "int"}) == refused);
    CHECK(err.str() == "** ERROR: alice@example.org is in group 'int' already\n");
    CHECK(rows("grp") == 2);
}

TEST_CASE_METHOD(Fixture, "acl grant skips groups that ACL_GROUPS does not name", "[junctorctl]")
{
    CHECK(run({"acl", "grant", "alice", "free-pstn", "everything"}) == done);
    CHECK(rows("grp") == 1);
    CHECK(err.str().find("WARNING: invalid privilege 'everything'") != std::string::npos);
    CHECK(run({"acl", "grant", "alice", "everything"}) == refused);
    environment["ACL_GROUPS"] = "some everything";
    CHECK(run({"acl", "grant", "alice", "everything"}) == done);
    CHECK(run({"acl", "grant", "alice", "int"}) == refused);
    environment["VERIFY_ACL"] = "0";
    CHECK(run({"acl", "grant", "alice", "int"}) == done);
    CHECK(rows("grp") == 3);
}

TEST_CASE_METHOD(Fixture, "acl revoke takes one membership, or all, of that user alone", "[junctorctl]")
{
    run({"acl", "grant", "alice", "int", "ld", "local"});
    run({"acl", "grant", "bob", "int"});
    CHECK(run({"acl", "revoke", "alice", "int"}) == done);
    CHECK(rows("grp") == 3);
    CHECK(run({"acl", "revoke", "alice", "int"}) == refused);
    CHECK(run({"acl", "revoke", "alice"}) == done);
    REQUIRE(rows("grp") == 1);
    CHECK(cell("grp", 0, "username") == "bob");
    CHECK(run({"acl", "revoke", "alice"}) == refused);
}

TEST_CASE_METHOD(Fixture, "acl show asks before it goes on with a user whom it does not know", "[junctorctl]")
{
    run({"acl", "grant", "alice", "int"});
    run({"acl", "grant", "bob", "ld"});
    CHECK(run({"--json", "acl", "show"}) == done);
    CHECK(nlohmann::json::parse(out.str())["rows"].size() == 2);

    CHECK(run({"acl", "show", "alice"}) == refused);  // no answer
    in.clear();
    in.str("n\n");
    CHECK(run({"acl", "show", "alice"}) == refused);
    in.clear();
    in.str("Y\n");
    CHECK(run({"acl", "show", "alice"}) == done);
    CHECK(out.str().find("bob") == std::string::npos);
    CHECK(run({"acl", "show", "alice", "--yes"}) == done);

    run({"add", "alice", "pw"});
    CHECK(run({"acl", "show", "alice"}) == done);
    CHECK(out.str().find("int") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "alias_db adds, lists, shows and removes aliases", "[junctorctl]")
{
    CHECK(run({"alias_db", "add", "sales", "alice"}) == done);
    CHECK(run({"aliasdb", "add", "support@example.net", "alice"}) == done);
    CHECK(run({"alias_db", "add", "sales", "bob"}) == refused);
    CHECK(err.str() == "** ERROR: alias sales@example.org is there already\n");

    CHECK(run({"alias_db", "list", "alice"}) == done);
    CHECK(out.str() ==
          "Dumping aliases for user=alice@example.org\nalias\nsupport@example.net\nsales@example.org\n");
    CHECK(run({"alias_db", "show", "sales"}) == done);
    CHECK(out.str() == "SIP-ID\nalice@example.org\n");
    CHECK(run({"alias_db", "show", "nobody"}) == refused);

    CHECK(run({"alias_db", "rm", "sales"}) == done);
    CHECK(run({"alias_db", "rm", "sales"}) == refused);
    CHECK(rows("dbaliases") == 1);
}

TEST_CASE_METHOD(Fixture, "alias_db list asks before it lists all", "[junctorctl]")
{
    run({"alias_db", "add", "sales", "alice"});
    CHECK(run({"alias_db", "list"}) == refused);
    CHECK(run({"--json", "alias_db", "list", "--yes"}) == done);
    const auto json = nlohmann::json::parse(out.str());
    CHECK(json["rows"][0]["alias_username"] == "sales");
    CHECK(json["rows"][0]["username"] == "alice");
    in.clear();
    in.str("y\n");
    CHECK(run({"alias_db", "list"}) == done);
}

TEST_CASE_METHOD(Fixture, "alias_db refuses what is no address", "[junctorctl]")
{
    environment.clear();
    CHECK(run({"alias_db", "add", "sales", "alice@example.org"}) == refused);
    CHECK(run({"alias_db", "add", "sales@example.org", "al ice@example.org"}) == refused);
    CHECK(rows("dbaliases") == 0);
    CHECK(run({"alias_db", "help"}) == done);
    CHECK(out.str().find("Usage: junctorctl alias_db") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "domain add and rm change the table and remind of a reload", "[junctorctl]")
{
    CHECK(run({"domain", "add", "Example.NET"}) == done);
    CHECK(out.str().find("junctorctl domain reload") != std::string::npos);
    REQUIRE(rows("domain") == 1);
    CHECK(cell("domain", 0, "domain") == "example.net");
    CHECK(run({"domain", "add", "example.net"}) == refused);
    CHECK(run({"domain", "add", "no domain"}) == refused);
    CHECK(run({"domain", "showdb"}) == done);
    CHECK(out.str().find("example.net") != std::string::npos);
    CHECK(run({"domain", "rm", "EXAMPLE.net"}) == done);
    CHECK(rows("domain") == 0);
    CHECK(run({"domain", "rm", "example.net"}) == refused);
    CHECK(server.asked.empty());
    CHECK(run({"domain", "reload"}) == done);
    CHECK(last_asked() == Texts{"domain_reload"});
}

TEST_CASE_METHOD(Fixture, "domain show asks the server, and the table if no server answers", "[junctorctl]")
{
    run({"domain", "add", "stored.test"});
    mi::Reply dump;
    dump.add("", "in-force.test");
    server.replies["domain_dump"] = dump;
    CHECK(run({"domain", "show"}) == done);
    CHECK(out.str() == "in-force.test\n");
    server.replies["domain_dump"] = mi::Reply::error(500, "command 'domain_dump' not available");
    CHECK(run({"domain", "show"}) == refused);
    server.is_there = false;
    CHECK(run({"domain", "show"}) == done);
    CHECK(out.str().find("stored.test") != std::string::npos);
    CHECK(err.str().find("WARNING: no server answers") != std::string::npos);
    CHECK(run({"domain", "reload"}) == no_server);
}

TEST_CASE_METHOD(Fixture, "rpid is set, taken away and shown", "[junctorctl]")
{
    run({"add", "alice", "pw"});
    run({"add", "bob", "pw"});
    CHECK(run({"rpid", "add", "alice", "+4930123456"}) == done);
    CHECK(out.str().find("+4930123456") != std::string::npos);
    CHECK(cell("subscriber", 0, "rpid") == "+4930123456");
    CHECK(cell("subscriber", 1, "rpid") == "NULL");
    CHECK(run({"--json", "rpid", "show"}) == done);
    CHECK(nlohmann::json::parse(out.str())["rows"].size() == 2);
    CHECK(run({"rpid", "rm", "alice"}) == done);
    CHECK(cell("subscriber", 0, "rpid") == "NULL");
    CHECK(run({"rpid", "rm", "carol"}) == refused);
    CHECK(run({"rpid", "add", "carol", "1"}) == refused);
    CHECK(run({"rpid", "show", "carol"}) == refused);
}

TEST_CASE_METHOD(Fixture, "names of tables come from the settings", "[junctorctl]")
{
    environment["ACL_TABLE"] = "groups";
    CHECK(run({"acl", "show"}) == refused);
    CHECK(err.str().find("table groups") != std::string::npos);
    environment["DA_TABLE"] = "nicknames";
    CHECK(run({"alias_db", "show", "sales"}) == refused);
    CHECK(err.str().find("table nicknames") != std::string::npos);
    environment["DOMAIN_TABLE"] = "hosts";
    CHECK(run({"domain", "showdb"}) == refused);
    CHECK(err.str().find("table hosts") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "accounts of the web pages' layout get an identifier each", "[junctorctl]")
{
    CHECK(run({"add", "alice", "pw"}) == done);
    CHECK(run({"add", "bob", "pw"}) == done);
    const std::string first = cell("subscriber", 0, "phplib_id");
    CHECK(first.size() == 32);
    CHECK(first != cell("subscriber", 1, "phplib_id"));
}
