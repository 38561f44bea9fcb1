// The routes to copy of the modules that keep data (modules/NAME/README.md), each played on the whole server.
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "core/server/scenario/runner.h"

using namespace junctor;

namespace
{

// The block under "A route to copy", behind the lines that load what it needs.
std::string script_step(const std::string& module, const std::vector<std::string>& needed)
{
    std::ifstream file(std::string(JUNCTOR_SOURCE_DIR) + "/modules/" + module + "/README.md");
    const std::string page{std::istreambuf_iterator<char>(file), {}};
    const std::size_t heading = page.find("## A route to copy");
    REQUIRE(heading != std::string::npos);
    const std::size_t start = page.find("```\n", heading) + 4;
    std::istringstream route(page.substr(start, page.find("```", start) - start));

    std::string step = "script\n";
    for (const auto& name : needed) step += "    | loadmodule \"" + name + ".so\"\n";
    for (const auto& name : needed)
        if (name.ends_with("_db") || name == "domain" || name == "group")
            step += "    | modparam(\"" + name + "\", \"db_url\", \"sqlite://junctor.db\")\n";
    for (std::string line; std::getline(route, line);) step += "    | " + line + "\n";
    return step;
}

// What goes wrong when the conversation is held with that script; empty: nothing.
std::string played(const std::string& script, const std::string& conversation)
{
    server::ScenarioRunner runner(".", JUNCTOR_MODULE_DIRECTORY);
    const auto result = runner.run(script + conversation);
    return result ? "" : result.error().text;
}

}  // namespace

TEST_CASE("alias_db's route calls the user behind an alias", "[modules][readme]")
{
    const auto script = script_step("alias_db", {"sqlite", "sl", "tm", "usrloc", "registrar", "alias_db"});
    CHECK(played(script, R"(
row dbaliases alias_username=sales alias_domain=h username=alice domain=h
mi ul_add location alice sip:alice@192.0.2.12 0 1 0 0 0 4294967295
   200 OK
peer caller 192.0.2.11
peer alice 192.0.2.12
caller > MESSAGE sip:sales@192.0.2.1
alice < MESSAGE sip:alice@192.0.2.12
alice > 200
caller < 200
caller > MESSAGE sip:nobody@192.0.2.1
caller < 404
)") == "");
}

TEST_CASE("domain's route relays to and from our domains alone", "[modules][readme]")
{
    const auto script = script_step("domain", {"sqlite", "sl", "tm", "usrloc", "registrar", "domain"});
    CHECK(played(script, R"(
row domain domain=example.test
mi ul_add location alice sip:alice@192.0.2.12 0 1 0 0 0 4294967295
   200 OK
peer caller 192.0.2.11
peer alice 192.0.2.12
caller > MESSAGE sip:alice@example.test
alice < MESSAGE sip:alice@192.0.2.12
alice > 200
caller < 200
caller > MESSAGE sip:x@192.0.2.12
         From: <sip:bob@example.test>;tag=1
alice < MESSAGE sip:x@192.0.2.12
alice > 200
caller < 200
caller > MESSAGE sip:x@192.0.2.12
         From: <sip:bob@elsewhere.test>;tag=1
caller < 403
caller > MESSAGE sip:nobody@example.test
caller < 404
)") == "");
}

TEST_CASE("uri_db's route lets nobody call himself what he is not", "[modules][readme]")
{
    const auto script = script_step("uri_db", {"sqlite", "sl", "tm", "auth", "auth_db", "uri_db"});
    CHECK(played(script, R"(
row subscriber username=alice domain=example.test password=wonderland
peer alice 192.0.2.11 password=wonderland
alice > MESSAGE sip:alice@192.0.2.11
        From: <sip:alice@example.test>;tag=1
alice < 407
alice > retry
alice < MESSAGE sip:alice@192.0.2.11
        !Proxy-Authorization
alice > 200
alice < 200
alice > MESSAGE sip:nobody@192.0.2.11
        From: <sip:alice@example.test>;tag=2
alice < 407
alice > retry
alice < 404
alice > MESSAGE sip:alice@192.0.2.11
        From: <sip:boss@example.test>;tag=3
alice < 407
alice > retry
alice < 403
)") == "");
}

TEST_CASE("group's route lets members call abroad", "[modules][readme]")
{
    auto script = script_step("group", {"sqlite", "sl", "tm", "auth", "auth_db", "group"});
    // The page shows what comes behind the authentication.
    const std::string begin = "route {\n";
    script.insert(script.find(begin) + begin.size(),
                  "    | if (!proxy_authorize(\"\", \"subscriber\")) {\n"
                  "    |     proxy_challenge(\"\", \"1\");\n"
                  "    |     exit;\n"
                  "    | }\n");
    CHECK(played(script, R"(
row subscriber username=alice domain=example.test password=wonderland
row subscriber username=bob domain=example.test password=builder
row grp username=alice domain=example.test grp=int
peer alice 192.0.2.11 password=wonderland
peer bob 192.0.2.12 password=builder
peer gateway 192.0.2.50
alice > MESSAGE sip:0049@192.0.2.50
        From: <sip:alice@example.test>;tag=1
alice < 407
alice > retry
gateway < MESSAGE
gateway > 200
alice < 200
bob > MESSAGE sip:0049@192.0.2.50
      From: <sip:bob@example.test>;tag=2
bob < 407
bob > retry
bob < 403
)") == "");
}
