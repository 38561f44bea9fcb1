// The script's global parameters (core.md, section 1): typed, the last assignment wins, each with its place.
//
// Defaults are OpenSER's. What has no meaning in Junctor is accepted, and listed in `without_effect` so that
// the server says so once at start. Which parameters those are stands in the table of globals.cpp and nowhere
// else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/script/ast.h"
#include "core/script/diagnostics.h"

namespace junctor::script
{

template <class T>
struct Setting {
    T value{};
    std::optional<Range> where = std::nullopt;  // of the assignment in force; empty: the default

    bool is_set() const { return where.has_value(); }
};

using IntegerSetting = Setting<std::int64_t>;
using BooleanSetting = Setting<bool>;
using TextSetting = Setting<std::string>;

struct TlsSettings {
    TextSetting method{"SSLv23"};  // SSLv2 SSLv3 SSLv23 TLSv1
    TextSetting certificate, private_key, ca_list, ciphers_list;
    BooleanSetting verify_client{true}, verify_server{true};
    BooleanSetting require_client_certificate{true};
};

struct TlsDomainSettings {
    bool server = false;
    std::optional<ast::SocketName> address;
    std::string name;  // of a client domain without address
    TlsSettings settings;
};

struct ParameterWithoutEffect {
    std::string_view name;
    std::string_view reason;
    Range where;
};

struct ScriptGlobals {
    // process and logging
    IntegerSetting debug{2};
    BooleanSetting fork{true};
    BooleanSetting log_stderror{false};
    IntegerSetting log_facility;  // of syslog(3); LOG_DAEMON
    TextSetting log_name;
    IntegerSetting children{8};  // 0: the default, too
    TextSetting user, group, chroot;
    TextSetting workdir{"/"};
    // beyond OpenSER: databases (core/db/README.md)
    TextSetting spool_dir{"junctor-spool"};
    IntegerSetting spool_size{1024};    // MB for each database
    IntegerSetting db_deadline{2000};   // ms
    IntegerSetting db_slow_query{500};  // ms; 0: none is slow
    IntegerSetting db_breaker{5};       // failures in a row; 0: none
    BooleanSetting db_required{true};   // at the start
    BooleanSetting disable_core_dump{false};
    IntegerSetting open_files_limit;
    IntegerSetting memlog{4};
    IntegerSetting maxbuffer;  // bytes; not set: -b, else what transport::Options says
    std::vector<TextSetting> avp_aliases;
    TextSetting unix_sock;
    IntegerSetting unix_sock_children{1};
    IntegerSetting unix_tx_timeout{2000};  // ms
    IntegerSetting sock_mode{0660};
    TextSetting sock_user, sock_group;

    // sockets and transport
    std::vector<ast::SocketName> listen, alias;
    IntegerSetting port{5060};
    IntegerSetting tls_port_no{5061};
    BooleanSetting auto_aliases{true};
    TextSetting advertised_address;
    IntegerSetting advertised_port;
    BooleanSetting mhomed{false};
    BooleanSetting udp_segmentation{true};
    IntegerSetting tos{0x10};
    BooleanSetting mcast_loopback{false};
    IntegerSetting mcast_ttl;
    BooleanSetting disable_tcp{false};
    IntegerSetting tcp_children;
    BooleanSetting tcp_accept_aliases{false};
    IntegerSetting tcp_send_timeout{10}, tcp_connect_timeout{10}, tcp_connection_lifetime{120};  // seconds
    IntegerSetting tcp_max_connections{2048};
    TextSetting tcp_poll_method;

    // TLS
    BooleanSetting disable_tls{true};
    TlsSettings tls;
    IntegerSetting tls_handshake_timeout{30}, tls_send_timeout{30};  // seconds
    IntegerSetting tls_client_domain_avp;
    IntegerSetting tls_log;
    std::vector<TlsDomainSettings> tls_domains;

    // SIP
    BooleanSetting check_via{false}, dns{false}, rev_dns{false};
    BooleanSetting sip_warning{false};
    BooleanSetting server_signature{true};
    TextSetting server_header, user_agent_header;  // whole lines without CRLF; empty: Junctor's own
    BooleanSetting reply_to_via{false};

    // DNS and blacklists
    BooleanSetting dns_try_ipv6{true};
    IntegerSetting dns_retr_time;  // seconds
    IntegerSetting dns_retr_no, dns_servers_no;
    BooleanSetting dns_use_search_list{true};
    BooleanSetting disable_dns_failover{false}, disable_dns_blacklist{false};
    std::vector<ast::Blacklist> blacklists;

    std::vector<ParameterWithoutEffect> without_effect;
};

ScriptGlobals read_globals(const ast::Script& script, Diagnostics& diagnostics);
std::vector<std::string_view> global_names();

}  // namespace junctor::script
