// Whole scripts in the shapes that OpenSER 1.2's users write (example-configs.md): each must load without a
// word.
#include "test/unit/script/run_script.h"

using namespace junctor;
using namespace junctor::script;
using junctor::script::test::ScriptRun;

namespace
{

constexpr RouteMask request = 1, failure = 2, reply = 4, branch = 8;

// The functions of the modules that these scripts load, with the blocks that OpenSER allows them in.
void add_module_functions(ScriptRun& run)
{
    const auto body = [](Message&, const auto&) { return Code{1}; };
    const auto add = [&](const char* name, std::initializer_list<std::size_t> arities, RouteMask routes) {
        for (const auto arity : arities) run.functions.add(name, arity, body, routes);
    };
    add("mf_process_maxfwd_header", {1}, request);
    add("sl_send_reply", {2}, request);
    add("sl_reply_error", {0}, request);
    add("t_relay", {0, 1, 2}, request | failure);
    add("t_newtran", {0}, request);
    add("t_reply", {2}, request | failure);
    add("t_on_failure", {1}, request | failure | reply | branch);
    add("t_on_reply", {1}, request | failure | reply | branch);
    add("t_on_branch", {1}, request | failure | reply | branch);
    add("t_check_status", {1}, failure | reply);
    add("t_replicate", {1}, request);
    add("record_route", {0, 1}, request | failure | branch);
    add("loose_route", {0}, request);
    add("append_hf", {1}, any_route);
    add("search", {1}, any_route);
    add("is_method", {1}, any_route);
    add("save", {1}, request);
    add("lookup", {1}, request | failure);
    add("www_authorize", {2}, request);
    add("www_challenge", {2}, request);
    add("proxy_authorize", {2}, request);
    add("proxy_challenge", {2}, request);
    add("is_user_in", {2}, request | failure);
    add("exec_msg", {1}, request | failure);
    add("xlog", {1, 2}, any_route);
    add("nat_uac_test", {1}, request | failure | reply | branch);
    add("fix_nated_contact", {0}, request | failure | reply | branch);
    add("force_rtp_proxy", {0, 1}, request | failure | reply | branch);
    add("m_store", {1}, request | failure);
    add("m_dump", {0}, request);
}

// What loading says, with nothing but the functions above.
std::string report(const std::string& text)
{
    ScriptRun run;
    add_module_functions(run);
    run.compile(text);
    return run.loaded.messages();
}

constexpr const char* sanity = R"cfg(
    if (!mf_process_maxfwd_header("10")) {
        sl_send_reply("483","Too Many Hops");
        exit;
    };
    if (msg:len >=  2048 ) {
        sl_send_reply("513", "Message too big");
        exit;
    };
)cfg";

}  // namespace

TEST_CASE("a registrar and proxy as the quick start has it", "[script][examples]")
{
    CHECK(report(std::string(R"cfg(
#
# ----------- global configuration parameters ------------------------
debug=3            # debug level (cmd line: -dddddddddd)
fork=yes
log_stderror=no    # (cmd line: -E)
/* Uncomment these lines to enter debugging mode
fork=no
log_stderror=yes
*/
check_via=no    # (cmd. line: -v)
dns=no          # (cmd. line: -r)
rev_dns=no      # (cmd. line: -R)
port=5060
children=4

mpath="/usr/local/lib/openser/modules/"
loadmodule "sl.so"
loadmodule "registrar.so"
modparam("usrloc", "db_mode",   0)
modparam("rr", "enable_full_lr", 1)

route{
)cfg") + sanity + R"cfg(
    if (!method=="REGISTER")
        record_route();
    if (loose_route()) {
        # mark routing logic in request
        append_hf("P-hint: rr-enforced\r\n");
        route(1);
    };
    if (!uri==myself) {
        append_hf("P-hint: outbound\r\n");
        route(1);
    };
    if (uri==myself) {
        if (method=="REGISTER") {
            # if (!www_authorize("openser.org", "subscriber")) { www_challenge("openser.org", "0"); exit; };
            save("location");
            exit;
        };
        lookup("aliases");
        if (!uri==myself) {
            append_hf("P-hint: outbound alias\r\n");
            route(1);
        };
        # native SIP destinations are handled using our USRLOC DB
        if (!lookup("location")) {
            sl_send_reply("404", "Not Found");
            exit;
        };
        append_hf("P-hint: usrloc applied\r\n");
    };
    route(1);
}

route[1] {
    # send it out now; use stateful forwarding as it works reliably even for UDP2TCP
    if (!t_relay()) {
        sl_reply_error();
    };
    exit;
}
# the last line has no line end)cfg") == "");
}

TEST_CASE("serial forking through failure and reply routes", "[script][examples]")
{
    CHECK(report(R"cfg(
listen=192.168.2.16
route {
    if (method=="REGISTER") { sl_send_reply("200", "ok"); exit; };
    if (method=="INVITE") {
        seturi("sip:xxx@192.168.2.16:5064");
        t_on_failure("1");
        t_on_reply("1");
    };
    t_relay();
}
onreply_route[1] {
    if (status=~"18[0-9]") t_on_failure("0");
    if (isflagset(1)) { log(1, "flag is set\n"); }
}
failure_route[1] {
    append_branch("sip:yyy@192.168.2.16:5064");
    append_branch("sip:nonsense@example.test:9", "0.3");
    t_on_failure("2");
    t_relay();
}
failure_route[2] { append_branch("sip:foo@example.test"); t_relay(); }
)cfg") == "");
}

TEST_CASE("a gateway's guard with groups and digest", "[script][examples]")
{
    CHECK(report(std::string("route{") + sanity + R"cfg(
    if (!(uri=~"^sip:\+?[0-9]+@.*" && (method=="INVITE" or method==ACK))) {
        if (method=="INVITE") { sl_send_reply("403", "Call cannot be served here"); }
        else { forward(); };
        exit;
    };
    setflag(1); /* account what follows */
    if (is_user_in("Request-URI", "free-pstn") || uri=~"sip:[79][0-9][0-9][0-9]@.*" || uri=~"sip:98[0-9]{4}@.*") {
        log("free call");
    } else if (src_ip==192.168.0.10) {
        log("gateway-originated request");
    } else {
        if (!proxy_authorize("gateway", "subscriber")) { proxy_challenge("gateway", "0"); exit; };
        if (method=="INVITE") {
            if (uri=~"^sip:00[1-9]") {
                if (!is_user_in("credentials", "ld")) { sl_send_reply("403", "no permission"); exit; };
            } else if (uri=~"^sip:000") exit;
        };
    };
    rewritehostport("192.168.0.10:5060");
    if (!t_relay()) sl_reply_error();
}
)cfg") == "");
}

TEST_CASE("NAT traversal with branch flags", "[script][examples]")
{
    CHECK(report(R"cfg(
modparam("usrloc|registrar", "nat_bflag", 6)
alias=sip.example.test "www.example.test"
route {
    if (nat_uac_test("3")) {
        if (is_method("REGISTER") || !search("^Record-Route:")) {
            fix_nated_contact();
            force_rport();
            setbflag(6);
        };
    };
    if (!is_method("REGISTER")) record_route();
    route(1);
}
route[1] {
    if (uri=~"[@:](192\.168\.|10\.|172\.(1[6-9]|2[0-9]|3[0-1])\.)" && !search("^Route:")) {
        sl_send_reply("479", "We don't forward to private IP addresses");
        exit;
    };
    if (isbflagset(6)) { force_rtp_proxy(); };
    t_on_reply("1");
    if (!t_relay()) sl_reply_error();
}
onreply_route[1] {
    if (isbflagset(6) && status=~"(183)|2[0-9][0-9]") {
        fix_nated_contact();
        force_rtp_proxy();
    } else if (nat_uac_test("1")) {
        fix_nated_contact();
    };
}
)cfg") == "");
}

TEST_CASE("an offline message store", "[script][examples]")
{
    CHECK(report(R"cfg(
avp_aliases="stored=i:12"
route {
    if (uri==myself) {
        if (method=="REGISTER") { save("location"); m_dump(); exit; };
        $avp(i:11) = $ru;
        if (!lookup("location")) {
            if (!t_newtran()) { sl_reply_error(); exit; };
            if (!method=="MESSAGE") { t_reply("404", "Not found"); exit; };
            if (m_store("$ru")) { t_reply("202", "Accepted"); } else { t_reply("503", "Service Unavailable"); };
            exit;
        };
        t_on_failure("1");
        t_relay();
        exit;
    };
    t_relay();
}
failure_route[1] {
    if (!(method == "MESSAGE")) { return; };
    if (m_store("$avp(i:11)")) t_reply("202", "Accepted");
    else t_reply("503", "Service Unavailable");
}
)cfg") == "");
}

TEST_CASE("replication to a peer, and an exec script with its command over several lines",
          "[script][examples]")
{
    CHECK(report(R"cfg(
route {
    if (uri==myself && method=="REGISTER") {
        if (!www_authorize("foo.bar", "subscriber")) { www_challenge("foo.bar", "0"); exit; };
        save("location");
        if (!src_ip==backup.foo.bar) t_replicate("sip:backup.foo.bar:5060");
        exit;
    };
    if (!exec_msg('
        QUERY_STRING="user=$$SIP_OUSER"
        echo "$$QUERY_STRING" | mail -s "missed call" root
        exit 1')) {
        sl_send_reply("600", "No messages for this user");
    };
    branch_it();
}
route[3] {
    switch ($retcode) {
        case 1: xlog("L_INFO", "one: $ru\n"); break;
        case "x": case -2: xlog("two"); break;
        default: xlog("other");
    };
    $var(count) = $var(count) + 1;
    if ($var(count) > 10 && $avp(s:list) == null) return(-1);
}
branch_route[1] { xlog("branch $T_branch_idx\n"); if ($rd == "x.test") drop; }
error_route { xlog("--- error route class=$err.class\n"); sl_send_reply("$err.rcode", "$err.rreason"); exit; }
)cfg")
              .find("there is no function branch_it()") != std::string::npos);
}

TEST_CASE("sample scripts of SER 0.9 load, too: break and forward(uri:host, uri:port)", "[script][examples]")
{
    CHECK(report(R"cfg(
route {
    if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); break; };
    if (loose_route()) { t_relay(); break; };
    if (uri==myself) {
        if (method=="REGISTER") { save("location"); break; };
        if (!lookup("location")) { sl_send_reply("404", "Not Found"); break; };
    };
    forward(uri:host, uri:port);
    forward( 127.0.0.1, 9 );
}
)cfg") == "");
}

TEST_CASE("whatever is left of a script, reading it ends with messages", "[script][examples]")
{
    const std::string whole = R"cfg(listen=udp:10.0.0.1:5060
route { if (!(uri=~"^sip:[0-9]+@" && $rU == "x{s.len}")) { $var(a) += (1 + ~2) * 3; switch($rm) { case "A": break; default: log(1,'x'); } } }
onreply_route[1] { while ($var(i) < 3) { exit; } /* c */ } # end
)cfg";
    std::uint32_t random = 1;
    for (int i = 0; i < 3000; ++i) {
        std::string text = whole;
        for (int edits = 0; edits < 3; ++edits) {
            random = random * 1664525 + 1013904223;
            const std::size_t at = (random >> 8) % text.size();
            if ((random >> 4) % 3 == 0) {
                text.erase(at, (random >> 16) % 20);
            } else {
                text[at] = "(){}[];\"'$=!&|~/*#\\@.,:0aA \n\x01\xff"[(random >> 20) % 31];
            }
            if (text.empty()) break;
        }
        ScriptRun run;
        run.compile(text);
        CHECK((run.program != nullptr || run.loaded.diagnostics.errors() > 0));
        CHECK((run.loaded.messages().empty() || run.loaded.messages().find("t.cfg:") == 0));
    }
}
