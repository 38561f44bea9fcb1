#include "core/admin/core_commands.h"

#include <cstdlib>
#include <ctime>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "core/admin/memory.h"
#include "core/admin/mi_text.h"
#include "core/base/log.h"
#include "core/base/version.h"
#include "core/transport/blacklist.h"
#include "test/unit/admin/fake_server.h"

using namespace junctor;
using namespace junctor::test;

namespace
{

struct Fixture {
    FakeServer server;
    Registry registry;
    CoreStatistics counters;

    Fixture()
    {
        REQUIRE(admin::add_core_commands(registry, server));
        admin::add_core_statistics(registry, counters);
    }
};

// Local time is UTC while it lives.
struct Utc {
    std::string before = std::getenv("TZ") != nullptr ? std::getenv("TZ") : "";
    Utc() { set("UTC"); }
    ~Utc() { set(before); }
    static void set(const std::string& zone)
    {
        setenv("TZ", zone.c_str(), 1);
        tzset();
    }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Fixture, "which lists the core's commands in OpenSER's order", "[admin]")
{
    const Texts names = values_of(run(registry, "which"));
    REQUIRE(names.size() >= 10);
    CHECK(Texts(names.begin(), names.begin() + 10) == Texts{"get_statistics", "reset_statistics", "uptime",
                                                            "version", "pwd", "arg", "which", "ps", "kill",
                                                            "list_blacklists"});
}

TEST_CASE_METHOD(Fixture, "uptime shows now and the start as ctime does, and the seconds between", "[admin]")
{
    const Utc utc;
    server.time.advance(std::chrono::seconds(3 * 86400 + 5));
    const auto reply = run(registry, "uptime");
    CHECK(value_of(reply, "Now") == "Thu Mar 15 00:00:05 2007");
    CHECK(value_of(reply, "Up since") == "Mon Mar 12 00:00:00 2007");
    CHECK(value_of(reply, "Up time") == "259205 [sec]");
}

TEST_CASE_METHOD(Fixture, "version, pwd and arg tell what the process is", "[admin]")
{
    const std::string name = value_of(run(registry, "version"), "Server");
    CHECK(name == server_name());
    CHECK(name.starts_with("Junctor (" + std::string(version) + " ("));
    std::array<char, 4096> directory{};
    REQUIRE(getcwd(directory.data(), directory.size()) != nullptr);
    CHECK(value_of(run(registry, "pwd"), "WD") == directory.data());
    CHECK(values_of(run(registry, "arg")) == Texts{"junctord", "-f", "a.cfg"});
}

TEST_CASE_METHOD(Fixture, "ps gives each thread a node with ID, PID and Type", "[admin]")
{
    const auto reply = run(registry, "ps");
    REQUIRE(reply.nodes.size() == 2);
    CHECK(reply.nodes[1].name == "Process");
    CHECK(reply.nodes[1].value.empty());
    CHECK(reply.nodes[1].attributes == std::vector<std::pair<std::string, std::string>>{
                                           {"ID", "1"}, {"PID", "102"}, {"Type", "worker 0"}});
}

TEST_CASE_METHOD(Fixture, "kill answers and stops the server", "[admin]")
{
    CHECK(run(registry, "kill").code == 200);
    CHECK(server.stops == 1);
}

TEST_CASE_METHOD(Fixture, "get_statistics knows names and groups without regard to case", "[admin]")
{
    counters.rcv_requests.add(7);
    counters.bad_URIs_rcvd.add(2);
    CHECK(values_of(run(registry, "get_statistics", {"RCV_requests"})) == Texts{"core:rcv_requests = 7"});
    CHECK(values_of(run(registry, "get_statistics", {"no_such", "bad_uris_rcvd"})) ==
          Texts{"core:bad_URIs_rcvd = 2"});
    CHECK(values_of(run(registry, "get_statistics", {"CORE:"})).size() == 11);
    CHECK(values_of(run(registry, "get_statistics", {"shmem:"})).size() == 6);
    CHECK(values_of(run(registry, "get_statistics", {"all"})).size() == registry.statistics().size());
}

TEST_CASE_METHOD(Fixture, "get_statistics and reset_statistics refuse what matches nothing, and no argument",
                 "[admin]")
{
    const std::string command = GENERATE("get_statistics", "reset_statistics");
    const auto unknown = run(registry, command, {"no_such"});
    CHECK(unknown.code == 404);
    CHECK(unknown.reason == "Statistics Not Found");
    const auto none = run(registry, command);
    CHECK(none.code == 400);
    CHECK(none.reason == "Too few or too many arguments");
}

TEST_CASE_METHOD(Fixture, "`ALL` is a name like any other: only `all` means all", "[admin]")
{
    CHECK(run(registry, "get_statistics", {"ALL"}).code == 404);
}

TEST_CASE_METHOD(Fixture, "reset_statistics sets counters to 0 and leaves computed ones alone", "[admin]")
{
    counters.rcv_requests.add(7);
    counters.fwd_replies.add(3);
    const auto reply = run(registry, "reset_statistics", {"rcv_requests", "total_size"});
    CHECK(reply.code == 200);
    CHECK(reply.nodes.empty());
    CHECK(counters.rcv_requests.value() == 0);
    CHECK(counters.fwd_replies.value() == 3);
}

TEST_CASE("the memory figures fit together", "[admin]")
{
    const auto use = admin::memory_use();
    CHECK(use.real_used_size > 0);
    CHECK(use.max_used_size >= use.real_used_size);
    CHECK(use.used_size + use.free_size <= use.total_size);
}

TEST_CASE_METHOD(Fixture, "script_reload tells the diagnostics line by line when the script is refused",
                 "[admin]")
{
    CHECK(run(registry, "script_reload").code == 200);
    CHECK(server.reloads == 1);
    server.reload_outcome = fail("a.cfg:1:2: error: x\n    1 | route\n");
    const auto reply = run(registry, "script_reload");
    CHECK(reply.code == 400);
    CHECK(values_of(reply) == Texts{"a.cfg:1:2: error: x", "    1 | route"});
}

TEST_CASE_METHOD(Fixture, "script_check checks the script in force, or the file that is named", "[admin]")
{
    server.checked_file = "?";
    CHECK(run(registry, "script_check").code == 200);
    CHECK(server.checked_file.empty());
    server.check_outcome = std::string("b.cfg:3:1: warning: y");
    CHECK(values_of(run(registry, "script_check", {"b.cfg"})) == Texts{"b.cfg:3:1: warning: y"});
    CHECK(server.checked_file == "b.cfg");
    CHECK(run(registry, "script_check", {"b.cfg", "c.cfg"}).code == 400);
}

TEST_CASE_METHOD(Fixture, "log_level shows and sets the level within bounds", "[admin]")
{
    const int before = log_level();
    CHECK(value_of(run(registry, "log_level", {"-1"}), "Level") == "-1");
    CHECK(log_level() == -1);
    CHECK(value_of(run(registry, "log_level"), "Level") == "-1");
    CHECK(run(registry, "log_level", {"10"}).code == 400);
    CHECK(run(registry, "log_level", {"high"}).code == 400);
    CHECK(log_level() == -1);
    set_log_level(before);
}

TEST_CASE_METHOD(Fixture, "list_blacklists shows each list with its rules", "[admin]")
{
    CHECK(run(registry, "list_blacklists").nodes.empty());
    transport::Blacklists blacklists(server.time, true);
    transport::BlacklistRule rule;
    rule.inverted = true;
    rule.protocol = Protocol::Tcp;
    rule.network = *IpAddress::parse("192.0.2.0");
    rule.mask_bits = 24;
    rule.port = 5060;
    rule.text = "*evil*";
    transport::BlacklistRule v6;
    v6.network = *IpAddress::parse("2001:db8::");
    v6.mask_bits = 33;
    REQUIRE(blacklists.add("mine", {rule, v6}));
    blacklists.add_failed({Protocol::Udp, {*IpAddress::parse("192.0.2.9"), 5062}, nullptr, 0});
    server.time.advance(std::chrono::seconds(40));
    server.lists = &blacklists;

    std::string text = mi::text::print(run(registry, "list_blacklists"), " ");
    for (const char* part : {"List:: mine owner=13 flags=1\n"
                             " Rule::  flags=1\n  IP:: 192.0.2.0\n  Mask:: 255.255.255.0\n  Proto:: 2\n"
                             "  Port:: 5060\n  Match:: *evil*\n"
                             " Rule::  flags=0\n  IP:: 2001:db8::\n  Mask:: ffff:ffff:8000::\n  Proto:: 0\n"
                             "  Port:: 0\n",
                             "List:: dns owner=17",
                             "  IP:: 192.0.2.9\n  Mask:: 255.255.255.255\n  Proto:: 1\n  Port:: 5062\n"
                             "  Expire:: 200\n"}) {
        CAPTURE(part, text);
        CHECK(text.find(part) != std::string::npos);
    }
}

TEST_CASE_METHOD(Fixture, "status names script, sockets, modules and, with tm, the transactions", "[admin]")
{
    auto reply = run(registry, "status");
    CHECK(value_of(reply, "Script") == "a.cfg");
    CHECK(value_of(reply, "Workers") == "1");
    CHECK(value_of(reply, "Socket") == "udp:192.0.2.1:5060");
    CHECK(value_of(reply, "Module") == "sl");
    CHECK(value_of(reply, "PID") == std::to_string(getpid()));
    CHECK(value_of(reply, "Transactions") == "(none)");
    registry.add_statistic({"tm", "inuse_transactions", nullptr, [] { return std::uint64_t{5}; }, nullptr});
    reply = run(registry, "status");
    CHECK(value_of(reply, "Transactions") == "5");
}
