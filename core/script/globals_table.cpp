#include "core/script/globals_table.h"

#include <array>

namespace junctor::script
{
namespace
{

using G = ScriptGlobals;
using T = TlsSettings;

constexpr std::string_view no_fork = "junctord stays in the foreground: a service manager keeps it running";
constexpr std::string_view no_pools = "memory comes from the system: there are no pools to report on";
constexpr std::string_view no_children = "one loop answers every client, and no command waits for another";
constexpr std::string_view one_loop = "the workers that children= sets serve every transport";
constexpr std::string_view no_lookup = "received= follows RFC 3261 §18.2.1: no name is looked up for a Via";
constexpr std::string_view no_multicast = "Junctor neither joins nor sends to multicast groups";

const std::array parameters{
    GlobalParameter{"debug", IntegerTarget{&G::debug, -100, 100}},
    GlobalParameter{"fork", &G::fork, no_fork},
    GlobalParameter{"log_stderror", &G::log_stderror},
    GlobalParameter{"log_facility", SpecialTarget::LogFacility},
    GlobalParameter{"log_name", TextTarget{&G::log_name}},
    GlobalParameter{"children", IntegerTarget{&G::children}},
    GlobalParameter{"user", TextTarget{&G::user, Form::Text}},
    GlobalParameter{"uid", TextTarget{&G::user, Form::Text}},
    GlobalParameter{"group", TextTarget{&G::group, Form::Text}},
    GlobalParameter{"gid", TextTarget{&G::group, Form::Text}},
    GlobalParameter{"chroot", TextTarget{&G::chroot, Form::Text}},
    GlobalParameter{"workdir", TextTarget{&G::workdir, Form::Text}},
    GlobalParameter{"wdir", TextTarget{&G::workdir, Form::Text}},
    GlobalParameter{"spool_dir", TextTarget{&G::spool_dir, Form::Quoted}},
    GlobalParameter{"spool_size", IntegerTarget{&G::spool_size, 1, 1000000}},
    GlobalParameter{"db_deadline", IntegerTarget{&G::db_deadline, 1, 3600000}},
    GlobalParameter{"db_slow_query", IntegerTarget{&G::db_slow_query, 0, 3600000}},
    GlobalParameter{"db_breaker", IntegerTarget{&G::db_breaker, 0, 1000000}},
    GlobalParameter{"db_required", &G::db_required},
    GlobalParameter{"disable_core_dump", &G::disable_core_dump},
    GlobalParameter{"open_files_limit", IntegerTarget{&G::open_files_limit}},
    GlobalParameter{"memlog", IntegerTarget{&G::memlog, -100, 100}, no_pools},
    GlobalParameter{"mem_log", IntegerTarget{&G::memlog, -100, 100}, no_pools},
    GlobalParameter{"maxbuffer", IntegerTarget{&G::maxbuffer}},
    GlobalParameter{"avp_aliases", SpecialTarget::AvpAliases},
    GlobalParameter{"unix_sock", TextTarget{&G::unix_sock}},
    GlobalParameter{"unix_sock_children", IntegerTarget{&G::unix_sock_children}, no_children},
    GlobalParameter{"unix_tx_timeout", IntegerTarget{&G::unix_tx_timeout}},
    GlobalParameter{"sock_mode", IntegerTarget{&G::sock_mode, 0, 07777}},
    GlobalParameter{"sock_user", TextTarget{&G::sock_user, Form::Text}},
    GlobalParameter{"sock_group", TextTarget{&G::sock_group, Form::Text}},
    GlobalParameter{"listen", SpecialTarget::Listen},
    GlobalParameter{"alias", SpecialTarget::Alias},
    GlobalParameter{"port", IntegerTarget{&G::port, 1, 65535}},
    GlobalParameter{"tls_port_no", IntegerTarget{&G::tls_port_no, 1, 65535}},
    GlobalParameter{"auto_aliases", &G::auto_aliases},
    GlobalParameter{"advertised_address", TextTarget{&G::advertised_address, Form::Host}},
    GlobalParameter{"advertised_port", IntegerTarget{&G::advertised_port, 1, 65535}},
    GlobalParameter{"mhomed", &G::mhomed},
    GlobalParameter{"udp_segmentation", &G::udp_segmentation},
    GlobalParameter{"tos", SpecialTarget::Tos},
    GlobalParameter{"mcast_loopback", &G::mcast_loopback, no_multicast},
    GlobalParameter{"mcast_ttl", IntegerTarget{&G::mcast_ttl, 0, 255}, no_multicast},
    GlobalParameter{"disable_tcp", &G::disable_tcp},
    GlobalParameter{"tcp_children", IntegerTarget{&G::tcp_children}, one_loop},
    GlobalParameter{"tcp_accept_aliases", &G::tcp_accept_aliases},
    GlobalParameter{"tcp_send_timeout", IntegerTarget{&G::tcp_send_timeout}},
    GlobalParameter{"tcp_connect_timeout", IntegerTarget{&G::tcp_connect_timeout}},
    GlobalParameter{"tcp_connection_lifetime", IntegerTarget{&G::tcp_connection_lifetime}},
    GlobalParameter{"tcp_max_connections", IntegerTarget{&G::tcp_max_connections}},
    GlobalParameter{"tcp_poll_method", TextTarget{&G::tcp_poll_method, Form::Text},
                    "the event loop takes the best the system has"},
    GlobalParameter{"disable_tls", &G::disable_tls},
    GlobalParameter{"tls_method", &T::method},
    GlobalParameter{"tls_certificate", &T::certificate},
    GlobalParameter{"tls_private_key", &T::private_key},
    GlobalParameter{"tls_ca_list", &T::ca_list},
    GlobalParameter{"tls_ciphers_list", &T::ciphers_list},
    GlobalParameter{"tls_verify_client", &T::verify_client},
    GlobalParameter{"tls_verify_server", &T::verify_server},
    GlobalParameter{"tls_require_client_certificate", &T::require_client_certificate},
    GlobalParameter{"tls_handshake_timeout", IntegerTarget{&G::tls_handshake_timeout}},
    GlobalParameter{"tls_send_timeout", IntegerTarget{&G::tls_send_timeout}},
    GlobalParameter{"tls_client_domain_avp", IntegerTarget{&G::tls_client_domain_avp, 0, 65535}},
    GlobalParameter{"tls_log", IntegerTarget{&G::tls_log, -100, 100}},
    GlobalParameter{"tlslog", IntegerTarget{&G::tls_log, -100, 100}},
    GlobalParameter{"check_via", &G::check_via},
    GlobalParameter{"dns", &G::dns, no_lookup},
    GlobalParameter{"rev_dns", &G::rev_dns, no_lookup},
    GlobalParameter{"sip_warning", &G::sip_warning},
    GlobalParameter{"server_signature", &G::server_signature},
    GlobalParameter{"server_header", TextTarget{&G::server_header}},
    GlobalParameter{"user_agent_header", TextTarget{&G::user_agent_header}},
    GlobalParameter{"reply_to_via", &G::reply_to_via},
    GlobalParameter{"dns_try_ipv6", &G::dns_try_ipv6},
    GlobalParameter{"dns_retr_time", IntegerTarget{&G::dns_retr_time}},
    GlobalParameter{"dns_retr_no", IntegerTarget{&G::dns_retr_no}},
    GlobalParameter{"dns_servers_no", IntegerTarget{&G::dns_servers_no}},
    GlobalParameter{"dns_use_search_list", &G::dns_use_search_list},
    GlobalParameter{"disable_dns_failover", &G::disable_dns_failover},
    GlobalParameter{"disable_dns_blacklist", &G::disable_dns_blacklist},
};

}  // namespace

const GlobalParameter* find_global(std::string_view name)
{
    for (const auto& parameter : parameters) {
        if (parameter.name == name) return &parameter;
    }
    return nullptr;
}

std::vector<std::string_view> global_names()
{
    std::vector<std::string_view> names;
    names.reserve(parameters.size());
    for (const auto& parameter : parameters) names.push_back(parameter.name);
    return names;
}

}  // namespace junctor::script
