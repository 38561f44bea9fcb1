#include <nlohmann/json.hpp>

#include "test/unit/tools/tool.h"

using namespace junctor;
using namespace junctor::ctl;
using Fixture = test::Tool;
using test::Texts;

TEST_CASE_METHOD(Fixture, "add stores an account with both digests, the password and the mail address",
                 "[junctorctl]")
{
    CHECK(run({"add", "alice@example.org", "neu", "a@mail.example"}) == done);
    CHECK(err.str() == "");
    CHECK(out.str() == "new user 'alice@example.org' added\n");
    REQUIRE(rows("subscriber") == 1);
    CHECK(cell("subscriber", 0, "username") == "alice");
    CHECK(cell("subscriber", 0, "domain") == "example.org");
    CHECK(cell("subscriber", 0, "password") == "neu");
    CHECK(cell("subscriber", 0, "email_address") == "a@mail.example");
    CHECK(cell("subscriber", 0, "ha1") == "c82e61df1e829875f795860e8b16b4e6");
    CHECK(cell("subscriber", 0, "ha1b") == "a37f728df2f5d243260b0f42d53fa6db");
}

TEST_CASE_METHOD(Fixture, "a name alone belongs to SIP_DOMAIN; without one it is refused", "[junctorctl]")
{
    CHECK(run({"add", "alice", "pw"}) == done);
    CHECK(cell("subscriber", 0, "domain") == "example.org");
    environment.clear();
    CHECK(run({"add", "bob", "pw"}) == refused);
    CHECK(err.str().find("domain unknown") != std::string::npos);
    CHECK(rows("subscriber") == 1);
}

TEST_CASE_METHOD(Fixture, "an account that exists is not added again", "[junctorctl]")
{
    run({"add", "alice", "one"});
    CHECK(run({"add", "alice", "two"}) == refused);
    CHECK(err.str() == "** ERROR: user 'alice@example.org' already exists\n");
    CHECK(rows("subscriber") == 1);
    CHECK(cell("subscriber", 0, "password") == "one");
    CHECK(run({"add", "alice@other.example", "one"}) == done);
}

TEST_CASE_METHOD(Fixture, "with STORE_PLAINTEXT_PW=0 only digests are stored", "[junctorctl]")
{
    environment["STORE_PLAINTEXT_PW"] = "0";
    CHECK(run({"add", "alice", "neu"}) == done);
    CHECK(cell("subscriber", 0, "password").empty());
    CHECK(cell("subscriber", 0, "ha1") == "c82e61df1e829875f795860e8b16b4e6");
    CHECK(run({"passwd", "alice", "newer"}) == done);
    CHECK(cell("subscriber", 0, "password").empty());
}

TEST_CASE_METHOD(Fixture, "a password is asked for twice, or read from standard input with -", "[junctorctl]")
{
    secrets = {"asked", "asked"};
    CHECK(run({"add", "alice"}) == done);
    CHECK(cell("subscriber", 0, "password") == "asked");
    in.str("from input\n");
    CHECK(run({"passwd", "alice", "-"}) == done);
    CHECK(cell("subscriber", 0, "password") == "from input");
    secrets = {"another", "one"};
    CHECK(run({"passwd", "alice"}) == refused);
    CHECK(run({"passwd", "alice", ""}) == refused);
    CHECK(cell("subscriber", 0, "password") == "from input");
}

TEST_CASE_METHOD(Fixture, "passwd changes digests and password of that account alone", "[junctorctl]")
{
    run({"add", "alice", "old"});
    run({"add", "bob", "old"});
    CHECK(run({"passwd", "alice", "neu"}) == done);
    CHECK(out.str() == "password change succeeded\n");
    CHECK(cell("subscriber", 0, "ha1") == "c82e61df1e829875f795860e8b16b4e6");
    CHECK(cell("subscriber", 1, "password") == "old");
    CHECK(run({"passwd", "carol", "neu"}) == refused);
    CHECK(err.str() == "** ERROR: non-existent user 'carol@example.org'\n");
}

TEST_CASE_METHOD(Fixture, "rm takes the account, its groups and aliases, and asks for its contacts' end",
                 "[junctorctl]")
{
    run({"add", "alice", "pw"});
    run({"add", "bob", "pw"});
    for (const char* user : {"alice", "bob"}) {
        REQUIRE(driver->table("accounts", "grp")
                    ->insert({{"username", user}, {"domain", "example.org"}, {"grp", "local"}}));
        REQUIRE(driver->table("accounts", "dbaliases")
                    ->insert({{"alias_username", std::string(user) + "1"},
                              {"alias_domain", "example.org"},
                              {"username", user},
                              {"domain", "example.org"}}));
    }
    CHECK(run({"rm", "alice"}) == done);
    CHECK(out.str().empty());
    CHECK(err.str().empty());
    CHECK(last_asked() == Texts{"ul_rm", "location", "alice@example.org"});
    for (const char* table : {"subscriber", "grp", "dbaliases"}) {
        REQUIRE(rows(table) == 1);
        CHECK(cell(table, 0, "username") == "bob");
    }
    CHECK(run({"rm", "alice"}) == refused);
}

TEST_CASE_METHOD(Fixture, "rm without a running server removes the account and warns of its contacts",
                 "[junctorctl]")
{
    run({"add", "alice", "pw"});
    server.is_there = false;
    CHECK(run({"rm", "alice"}) == done);
    CHECK(rows("subscriber") == 0);
    CHECK(err.str().find("WARNING: the account is removed; its registered contacts") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "with ALIASES_TYPE a name that is an alias becomes no account", "[junctorctl]")
{
    SECTION("UL asks the server, and 404 means free")
    {
        environment["ALIASES_TYPE"] = "UL";
        CHECK(run({"add", "sales", "pw"}) == refused);
        CHECK(last_asked() == Texts{"ul_show_contact", "aliases", "sales@example.org"});
        server.replies["ul_show_contact"] = mi::Reply::error(500, "no");
        CHECK(run({"add", "sales", "pw"}) == refused);
        server.replies["ul_show_contact"] = mi::Reply::error(404, "AOR not found");
        CHECK(run({"add", "sales", "pw"}) == done);
    }
    SECTION("DB looks into dbaliases")
    {
        environment["ALIASES_TYPE"] = "DB";
        REQUIRE(driver->table("accounts", "dbaliases")
                    ->insert({{"alias_username", "sales"}, {"alias_domain", "example.org"}}));
        CHECK(run({"add", "sales", "pw"}) == refused);
        CHECK(run({"ul", "add", "sales", "sip:x@192.0.2.1"}) == refused);
        CHECK(run({"add", "other", "pw"}) == done);
    }
}

TEST_CASE_METHOD(Fixture, "ul and alias become usrloc's commands on their tables", "[junctorctl]")
{
    run({"ul", "show"});
    CHECK(last_asked() == Texts{"ul_dump"});
    run({"usrloc", "show", "--brief"});
    CHECK(last_asked() == Texts{"ul_dump", "brief"});
    run({"ul", "show", "alice"});
    CHECK(last_asked() == Texts{"ul_show_contact", "location", "alice@example.org"});
    run({"ul", "add", "alice", "sip:alice@192.0.2.7"});
    CHECK(last_asked() == Texts{"ul_add", "location", "alice@example.org", "sip:alice@192.0.2.7", "0", "1.00",
                                "0", "0", "0", "4294967295"});
    run({"alias", "add", "sales", "sip:alice@example.org", "3600"});
    CHECK(last_asked() == Texts{"ul_add", "aliases", "sales@example.org", "sip:alice@example.org", "3600",
                                "1.00", "0", "0", "0", "4294967295"});
    run({"ul", "rm", "alice"});
    CHECK(last_asked() == Texts{"ul_rm", "location", "alice@example.org"});
    run({"alias", "rm", "sales", "sip:alice@example.org"});
    CHECK(last_asked() == Texts{"ul_rm_contact", "aliases", "sales@example.org", "sip:alice@example.org"});
    environment["UL_TABLE"] = "places";
    run({"ul", "show", "alice"});
    CHECK(last_asked() == Texts{"ul_show_contact", "places", "alice@example.org"});
}

TEST_CASE_METHOD(Fixture, "ul add refuses what is no SIP URI, alias add a name that has an account",
                 "[junctorctl]")
{
    CHECK(run({"ul", "add", "alice", "alice@192.0.2.7"}) == refused);
    run({"add", "alice", "pw"});
    CHECK(run({"alias", "add", "alice", "sip:x@example.org"}) == refused);
    CHECK(server.asked.empty());
}

TEST_CASE_METHOD(Fixture, "online lists each address-of-record once, sorted, from trees and from lines",
                 "[junctorctl]")
{
    mi::Reply dump;
    mi::Node& domain = dump.add("Domain", "location");
    domain.add("AOR", "bob").add("Contact", "sip:bob@192.0.2.2");
    domain.add("AOR", "alice");
    dump.add("", "\tAOR:: bob");
    dump.add("", "\tAOR:: carol");
    server.replies["ul_dump"] = dump;
    CHECK(run({"online"}) == done);
    CHECK(out.str() == "alice\nbob\ncarol\n");
}

TEST_CASE_METHOD(Fixture, "a word of stats may be a group or a statistic", "[junctorctl]")
{
    run({"stats"});
    CHECK(last_asked() == Texts{"get_statistics", "all"});
    run({"stats", "core", "usrloc:"});
    CHECK(last_asked() == Texts{"get_statistics", "core", "core:", "usrloc:"});
}

TEST_CASE_METHOD(Fixture, "fifo passes on everything behind it", "[junctorctl]")
{
    for (const char* name : {"fifo", "unixsock", "mi"}) {
        CHECK(run({name, "log_level", "-1", "--json", "a b"}) == done);
        CHECK(last_asked() == Texts{"log_level", "-1", "--json", "a b"});
    }
    CHECK(run({"fifo"}) == refused);
}

TEST_CASE_METHOD(Fixture, "the exit status tells whether the server did it, refused, or was not there",
                 "[junctorctl]")
{
    CHECK(run({"ps"}) == done);
    server.replies["ps"] = mi::Reply::error(404, "not found");
    CHECK(run({"ps"}) == refused);
    CHECK(out.str() == "404 not found\n");
    server.is_there = false;
    CHECK(run({"ps"}) == no_server);
    CHECK(err.str() == "** ERROR: nobody is there\n");
}

TEST_CASE_METHOD(Fixture, "status, script and stop are commands of the server", "[junctorctl]")
{
    run({"status"});
    CHECK(last_asked() == Texts{"status"});
    run({"script", "reload"});
    CHECK(last_asked() == Texts{"script_reload"});
    run({"script", "check"});
    CHECK(last_asked() == Texts{"script_check"});
    run({"script", "check", "/etc/a.cfg"});
    CHECK(last_asked() == Texts{"script_check", "/etc/a.cfg"});
    CHECK(run({"stop"}) == done);
    CHECK(last_asked() == Texts{"kill"});
    CHECK(out.str() == "** INFO: stopped\n");
    CHECK(run({"start"}) == refused);  // it answers: it runs already
}

TEST_CASE_METHOD(Fixture, "a refused script shows its diagnostics", "[junctorctl]")
{
    mi::Reply refusal = mi::Reply::error(400, "Script has errors");
    refusal.add("", "a.cfg:1:2: error: x");
    server.replies["script_check"] = refusal;
    CHECK(run({"script", "check"}) == refused);
    CHECK(out.str() == "400 Script has errors\na.cfg:1:2: error: x\n");
}

TEST_CASE_METHOD(Fixture, "--json works before and behind the verb", "[junctorctl]")
{
    mi::Reply reply;
    reply.add("Server", "Junctor");
    server.replies["status"] = reply;
    for (const Texts& words : {Texts{"--json", "status"}, Texts{"status", "--json"}}) {
        CHECK(run(words) == done);
        const auto json = nlohmann::json::parse(out.str());
        CHECK(json["ok"] == true);
        CHECK(json["nodes"][0]["value"] == "Junctor");
    }
    server.is_there = false;
    CHECK(run({"--json", "status"}) == no_server);
    CHECK(nlohmann::json::parse(out.str())["messages"][0]["level"] == "error");
}

TEST_CASE_METHOD(Fixture, "db show prints rows under their column names", "[junctorctl]")
{
    run({"add", "alice", "pw"});
    CHECK(run({"--json", "db", "show", "subscriber"}) == done);
    const auto rows = nlohmann::json::parse(out.str())["rows"];
    REQUIRE(rows.size() == 1);
    CHECK(rows[0]["username"] == "alice");
    CHECK(run({"db", "show", "no_such_table"}) == refused);
}

TEST_CASE_METHOD(Fixture, "db create refuses tables that exist; db drop asks first", "[junctorctl]")
{
    CHECK(run({"db", "create", "subscriber"}) == refused);
    CHECK(run({"db", "create", "location"}) == done);
    REQUIRE(driver->table("accounts", "location") != nullptr);
    in.str("no\n");
    CHECK(run({"db", "drop", "location"}) == refused);
    CHECK(driver->table("accounts", "location") != nullptr);
    in.clear();
    in.str("yes\n");
    CHECK(run({"db", "drop", "location"}) == done);
    CHECK(driver->table("accounts", "location") == nullptr);
    CHECK(run({"db", "create", "location"}) == done);
    CHECK(run({"db", "drop", "location", "--yes"}) == done);
    CHECK(run({"db", "create", "no_such_table"}) == refused);
}

TEST_CASE_METHOD(Fixture, "db check compares tables with the schema", "[junctorctl]")
{
    CHECK(run({"--json", "db", "check"}) == done);
    const auto json = nlohmann::json::parse(out.str());
    for (const auto& row : json["rows"]) {
        if (row["table"] != "subscriber") continue;
        CHECK(row["version"] == "6");
        CHECK(row["remarks"] == "");
        CHECK(row["state"] == "good");
    }
    CHECK(out.str().find("\"subscriber\"") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "words without sense end with status 1 and say where help is", "[junctorctl]")
{
    CHECK(run({}) == refused);
    CHECK(out.str().find("Usage: junctorctl") != std::string::npos);
    CHECK(run({"nonsense"}) == refused);
    CHECK(err.str() == "junctorctl: there is no command \"nonsense\"; junctorctl --help lists them\n");
    CHECK(run({"--db", "add", "ul", "frobnicate"}) == refused);
    CHECK(err.str().find("\"frobnicate\"") != std::string::npos);
    CHECK(run({"ul", "add", "alice"}) == refused);
    CHECK(err.str().find("junctorctl ul add --help") != std::string::npos);
    CHECK(run({"ps", "surplus"}) == refused);
    CHECK(run({"add"}) == refused);
    CHECK(run({"--config", "/no/such/file", "ps"}) == refused);
    CHECK(server.asked.empty());
}

TEST_CASE_METHOD(Fixture, "every verb has help", "[junctorctl]")
{
    CHECK(run({"--help"}) == done);
    const std::string overview = out.str();
    for (const char* verb :
         {"add", "passwd", "rm", "alias_db", "acl",    "rpid", "domain", "ul",      "alias", "online",
          "db",  "status", "ps", "stats",    "script", "fifo", "start",  "restart", "stop",  "version"}) {
        CAPTURE(verb);
        CHECK(overview.find(std::string("\n  ") + verb) != std::string::npos);
        CHECK(run({verb, "--help"}) == done);
        CHECK(out.str().find("Usage: junctorctl") != std::string::npos);
    }
    CHECK(run({"version"}) == done);
    CHECK(out.str().starts_with("junctorctl "));
}

TEST_CASE_METHOD(Fixture, "db copy takes everything to another database", "[junctorctl]")
{
    REQUIRE(run({"add", "alice@example.org", "pw"}) == done);
    CHECK(run({"db", "copy", "memory://localhost/accounts", "memory://localhost/other"}) == done);
    CHECK_THAT(out.str(), Catch::Contains("subscriber: 1 rows") && Catch::Contains("1 rows copied"));
    CHECK(driver->table("other", "subscriber")->rows.size() == 1);
    CHECK(run({"db", "copy", "memory://localhost/accounts", "memory://localhost/other"}) == refused);
    CHECK_THAT(err.str(), Catch::Contains("--replace"));
    CHECK(run({"db", "copy", "--replace", "memory://localhost/accounts", "memory://localhost/other"}) ==
          done);
    CHECK(driver->table("other", "subscriber")->rows.size() == 1);
    CHECK(run({"db", "copy", "memory://localhost/accounts"}) == refused);
}

TEST_CASE_METHOD(Fixture, "db backup to standard output is the file alone", "[junctorctl]")
{
    REQUIRE(run({"add", "alice@example.org", "pw"}) == done);
    CHECK(run({"db", "backup", "-"}) == done);
    CHECK_THAT(out.str(), Catch::StartsWith("{\"junctor_backup\":1}\n") && Catch::EndsWith("{\"end\":1}\n"));
    CHECK(run({"db", "restore", "/nonexistent"}) == refused);
    CHECK_THAT(err.str(), Catch::Contains("cannot be read"));
}

TEST_CASE_METHOD(Fixture, "db migrate and reinit: what they say", "[junctorctl]")
{
    CHECK(run({"db", "migrate"}) == done);
    CHECK_THAT(out.str(), Catch::Contains("our layout already"));
    CHECK(run({"db", "migrate", "--nat-bflag", "32"}) == refused);
    REQUIRE(run({"add", "alice@example.org", "pw"}) == done);
    in.str("no\n");
    CHECK(run({"db", "reinit", "subscriber"}) == refused);
    CHECK(rows("subscriber") == 1);
    CHECK(run({"db", "reinit", "subscriber", "--yes"}) == done);
    CHECK(rows("subscriber") == 0);
    CHECK(run({"db", "exec", "select 1"}) == refused);
    CHECK_THAT(err.str(), Catch::Contains("knows no SQL"));
}
