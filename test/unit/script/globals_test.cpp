// Global parameters: core.md, section 1.
#include <set>

#include <syslog.h>

#include "test/unit/script/load.h"

using namespace junctor;
using namespace junctor::script;
using junctor::script::test::Loaded;

namespace
{

ScriptGlobals globals_of(const std::string& text)
{
    Loaded loaded;
    loaded.parse(text);
    auto globals = read_globals(loaded.script, loaded.diagnostics);
    CHECK(loaded.messages() == "");
    return globals;
}

std::string error_of(const std::string& text)
{
    Loaded loaded;
    loaded.parse(text);
    read_globals(loaded.script, loaded.diagnostics);
    return loaded.messages();
}

}  // namespace

TEST_CASE("parameters have OpenSER's defaults", "[script][globals]")
{
    const auto globals = globals_of("route { exit; }");
    CHECK(globals.debug.value == 2);
    CHECK_FALSE(globals.debug.is_set());
    CHECK(globals.port.value == 5060);
    CHECK(globals.log_facility.value == LOG_DAEMON);
    CHECK(globals.server_signature.value);
    CHECK(globals.disable_tls.value);
    CHECK(globals.sock_mode.value == 0660);
}

TEST_CASE("the last assignment wins", "[script][globals]")
{
    const auto globals = globals_of("debug=3\nfork=yes\nfork=no\ndebug=7\n");
    CHECK(globals.debug.value == 7);
    CHECK(globals.debug.is_set());
    CHECK_FALSE(globals.fork.value);
}

TEST_CASE("values may be octal, hexadecimal, words, names, or numbers in quotes", "[script][globals]")
{
    const auto globals = globals_of(R"(
        sock_mode = 0600   children = "6"   debug = -1   check_via = on
        user = junctor     group = "sip-users"   log_facility = LOG_LOCAL3
        advertised_address = 192.0.2.1   advertised_port = 0x1388
        tos = IPTOS_THROUGHPUT   tls_method = SSLV23   tcp_poll_method = epoll_lt
        server_header = "Server: mine")");
    CHECK(globals.sock_mode.value == 0600);
    CHECK(globals.children.value == 6);
    CHECK(globals.debug.value == -1);
    CHECK(globals.check_via.value);
    CHECK(globals.user.value == "junctor");
    CHECK(globals.group.value == "sip-users");
    CHECK(globals.log_facility.value == LOG_LOCAL3);
    CHECK(globals.advertised_address.value == "192.0.2.1");
    CHECK(globals.advertised_port.value == 5000);
    CHECK(globals.tos.value == 0x08);
    CHECK(globals.tls.method.value == "SSLv23");
    CHECK(globals.server_header.value == "Server: mine");
}

TEST_CASE("other names of a parameter set the same", "[script][globals]")
{
    const auto globals = globals_of("uid=a gid=b wdir=\"/tmp\"");
    CHECK(globals.user.value == "a");
    CHECK(globals.group.value == "b");
    CHECK(globals.workdir.value == "/tmp");
}

TEST_CASE("listen and alias take lists and add up", "[script][globals]")
{
    const auto globals = globals_of(R"(
        listen = udp:10.0.0.1:5060 tcp:[::1]:5062 eth0
        port = 5070
        listen = "sip.example.test"
        alias = example.test port.example.com:5061 tls:sip-1.example.com any:a.test:any)");
    REQUIRE(globals.listen.size() == 4);
    CHECK(globals.listen[0].protocol == Protocol::Udp);
    CHECK(globals.listen[0].host == "10.0.0.1");
    CHECK(globals.listen[0].is_ip);
    CHECK(globals.listen[0].port == 5060);
    CHECK(globals.listen[1].protocol == Protocol::Tcp);
    CHECK(globals.listen[1].host == "::1");
    CHECK(globals.listen[1].port == 5062);
    CHECK(globals.listen[2].host == "eth0");
    CHECK_FALSE(globals.listen[2].protocol);
    CHECK_FALSE(globals.listen[2].port);
    CHECK(globals.listen[3].host == "sip.example.test");
    CHECK(globals.port.value == 5070);
    REQUIRE(globals.alias.size() == 4);
    CHECK(globals.alias[1].host == "port.example.com");  // labels may be reserved words
    CHECK(globals.alias[1].port == 5061);
    CHECK(globals.alias[2].protocol == Protocol::Tls);
    CHECK(globals.alias[2].host == "sip-1.example.com");
    CHECK(globals.alias[3].protocol == Protocol::Any);
    CHECK_FALSE(globals.alias[3].port);
}

TEST_CASE("avp_aliases may be given several times", "[script][globals]")
{
    const auto globals = globals_of("avp_aliases=\"a=i:1\"\navp_aliases=\"b=s:x\"");
    REQUIRE(globals.avp_aliases.size() == 2);
    CHECK(globals.avp_aliases[1].value == "b=s:x");
}

TEST_CASE("a destination blacklist keeps its rules in order", "[script][globals]")
{
    const auto globals = globals_of(R"(
        dst_blacklist = gw:{ ( tcp , 192.168.2.100 , 5060 , "" ) , !( any , 10.0.0.0/255.255.0.0 , 0 , "*INVITE*") })");
    REQUIRE(globals.blacklists.size() == 1);
    const auto& list = globals.blacklists[0];
    CHECK(list.name.text == "gw");
    REQUIRE(list.rules.size() == 2);
    CHECK(list.rules[0].protocol == Protocol::Tcp);
    CHECK(list.rules[0].mask_bits == 32);
    CHECK(list.rules[0].port == 5060);
    CHECK(list.rules[1].inverted);
    CHECK(list.rules[1].mask_bits == 16);
    CHECK(list.rules[1].port == 0);
    CHECK(list.rules[1].text == "*INVITE*");

    CHECK(error_of("dst_blacklist=a:{(any,10.0.0.0/33,0,\"\")}").find("a network has 0 to 32 bits") !=
          std::string::npos);
    CHECK(error_of("dst_blacklist=a:{(any,10.0.0.0/255.0.255.0,0,\"\")}").find("holes") != std::string::npos);
    CHECK(error_of("dst_blacklist=a:{(any,::1,0,\"\")} dst_blacklist=a:{(any,::1,0,\"\")}")
              .find("exists already") != std::string::npos);
}

TEST_CASE("TLS domains have settings of their own", "[script][globals]")
{
    const auto globals = globals_of(R"(
        disable_tls = 0
        tls_certificate = "/etc/cert.pem"
        tls_server_domain[192.0.2.1:5061] { tls_method = TLSv1 tls_verify_client = 0 }
        tls_client_domain["peer"] { tls_certificate = "p.pem" })");
    CHECK_FALSE(globals.disable_tls.value);
    CHECK(globals.tls.certificate.value == "/etc/cert.pem");
    REQUIRE(globals.tls_domains.size() == 2);
    CHECK(globals.tls_domains[0].server);
    CHECK(globals.tls_domains[0].address->port == 5061);
    CHECK(globals.tls_domains[0].settings.method.value == "TLSv1");
    CHECK_FALSE(globals.tls_domains[0].settings.verify_client.value);
    CHECK(globals.tls_domains[1].name == "peer");
    CHECK(error_of("tls_server_domain[192.0.2.1:5061] { tls_verify_server = 1 }")
              .find("tls_verify_server is no setting of a TLS server domain") != std::string::npos);
}

TEST_CASE("a wrong type names the one that is needed", "[script][globals]")
{
    CHECK(error_of("debug=\"much\"") ==
          "t.cfg:1:7: error: debug needs a number, not a string\n"
          "    1 | debug=\"much\"\n"
          "      |       ^~~~~~\n");
    CHECK(error_of("check_via=\"perhaps\"").find("check_via needs yes or no, not a string") !=
          std::string::npos);
    CHECK(error_of("server_header=5").find("server_header needs a string in quotes, not a number") !=
          std::string::npos);
    CHECK(error_of("user=5").find("user needs a name or a string in quotes") != std::string::npos);
    CHECK(error_of("port=70000").find("port is a number from 1 to 65535") != std::string::npos);
    CHECK(error_of("debug=08").find("debug needs a number") != std::string::npos);
    CHECK(error_of("log_facility=LOG_LOCAL33").find("did you mean LOG_LOCAL3?") != std::string::npos);
    CHECK(error_of("tls_method=SSLv4").find("'SSLv4' is no TLS method") != std::string::npos);
}

TEST_CASE("an unknown parameter gets a suggestion, and the rest is still checked", "[script][globals]")
{
    const auto messages = error_of("chidlren=4\nprot=5060\nlisten=udp:10.0.0.1:5060\nport=\"x\"\n");
    CHECK(messages.find("there is no parameter chidlren") != std::string::npos);
    CHECK(messages.find("did you mean children?") != std::string::npos);
    CHECK(messages.find("did you mean port?") != std::string::npos);
    CHECK(messages.find("t.cfg:4:6: error: port needs a number") != std::string::npos);
}

TEST_CASE("parameters without a meaning here are listed with the reason", "[script][globals]")
{
    const auto globals = globals_of("memlog=4\ntcp_children=3\ndebug=3\n");
    REQUIRE(globals.without_effect.size() == 2);
    CHECK(globals.without_effect[0].name == "memlog");
    CHECK_FALSE(globals.without_effect[0].reason.empty());
    CHECK(globals.tcp_children.value == 3);
}

TEST_CASE("every parameter of core.md is known", "[script][globals]")
{
    std::set<std::string_view> names;
    for (const auto name : global_names()) names.insert(name);
    for (const auto* name : {"debug",
                             "fork",
                             "log_stderror",
                             "log_facility",
                             "log_name",
                             "children",
                             "user",
                             "uid",
                             "group",
                             "gid",
                             "chroot",
                             "workdir",
                             "wdir",
                             "spool_dir",
                             "spool_size",
                             "db_deadline",
                             "db_slow_query",
                             "db_breaker",
                             "db_required",
                             "disable_core_dump",
                             "open_files_limit",
                             "memlog",
                             "mem_log",
                             "maxbuffer",
                             "avp_aliases",
                             "unix_sock",
                             "unix_sock_children",
                             "unix_tx_timeout",
                             "sock_mode",
                             "sock_user",
                             "sock_group",
                             "listen",
                             "port",
                             "tls_port_no",
                             "alias",
                             "auto_aliases",
                             "advertised_address",
                             "advertised_port",
                             "mhomed",
                             "udp_segmentation",
                             "tos",
                             "mcast_loopback",
                             "mcast_ttl",
                             "disable_tcp",
                             "tcp_children",
                             "tcp_accept_aliases",
                             "tcp_send_timeout",
                             "tcp_connect_timeout",
                             "tcp_connection_lifetime",
                             "tcp_max_connections",
                             "tcp_poll_method",
                             "disable_tls",
                             "tls_method",
                             "tls_certificate",
                             "tls_private_key",
                             "tls_ca_list",
                             "tls_ciphers_list",
                             "tls_verify_client",
                             "tls_verify_server",
                             "tls_require_client_certificate",
                             "tls_handshake_timeout",
                             "tls_send_timeout",
                             "tls_client_domain_avp",
                             "tls_log",
                             "tlslog",
                             "check_via",
                             "dns",
                             "rev_dns",
                             "sip_warning",
                             "server_signature",
                             "server_header",
                             "user_agent_header",
                             "reply_to_via",
                             "dns_try_ipv6",
                             "dns_retr_time",
                             "dns_retr_no",
                             "dns_servers_no",
                             "dns_use_search_list",
                             "disable_dns_failover",
                             "disable_dns_blacklist"}) {
        CAPTURE(name);
        CHECK(names.count(name) == 1);
    }
}
