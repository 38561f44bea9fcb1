// The verbs, one function each, without the parsing of the command line (command_line.h). Each gives the exit
// status.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/junctorctl/session.h"

namespace junctor::ctl
{

// account_commands.cpp. A password: none is asked for, twice and without echo; "-" is a line of standard
// input.
int add_account(Session& session, const std::string& user, const std::optional<std::string>& password,
                const std::string& email);
int change_password(Session& session, const std::string& user, const std::optional<std::string>& password);
int remove_account(Session& session, const std::string& user);

// location_commands.cpp: `ul` and `alias`, which differ in the table of usrloc that they mean.
enum class LocationTable { Location, Aliases };
int show_location(Session& session, LocationTable table, const std::string& user, bool brief);  // empty: all
int add_location(Session& session, LocationTable table, const std::string& user, const std::string& uri,
                 unsigned expires);  // seconds, 0: permanent
int remove_location(Session& session, LocationTable table, const std::string& user, const std::string& uri);
int show_online(Session& session);

// acl_commands.cpp: table grp. An empty user: all.
int show_acl(Session& session, const std::string& user, bool without_asking);
int grant_acl(Session& session, const std::string& user, const std::vector<std::string>& groups);
int revoke_acl(Session& session, const std::string& user, const std::string& group);  // empty: all

// alias_db_commands.cpp: table dbaliases. An empty user: all.
int list_db_aliases(Session& session, const std::string& user, bool without_asking);
int show_db_alias(Session& session, const std::string& alias);
int add_db_alias(Session& session, const std::string& alias, const std::string& user);
int remove_db_alias(Session& session, const std::string& alias);

// domain_commands.cpp: table domain, and the running server's copy.
int show_domains(Session& session);         // in force in the server; without one, those of the table
int show_stored_domains(Session& session);  // of the table
int add_domain(Session& session, const std::string& domain);
int remove_domain(Session& session, const std::string& domain);

// rpid_commands.cpp: column rpid of table subscriber. An empty user: all.
int show_rpid(Session& session, const std::string& user);
int set_rpid(Session& session, const std::string& user, const std::optional<std::string>& rpid);

// database_commands.cpp
int create_database(Session& session, const std::vector<std::string>& tables);  // none: all
int drop_database(Session& session, const std::vector<std::string>& tables, bool without_asking);
int reinit_database(Session& session, const std::vector<std::string>& tables, bool without_asking);
int check_database(Session& session);
struct BranchFlags {
    std::optional<int> nat, sipping;  // migration.h
};
int migrate_database(Session& session, const std::vector<std::string>& tables, const BranchFlags& flags);
int show_table(Session& session, const std::string& table);
int execute_sql(Session& session, const std::string& sql);

// transfer_commands.cpp. Without `replace` a table that has rows already is an error.
int copy_database(Session& session, const std::string& from_url, const std::string& to_url, bool replace);
int backup_database(Session& session, const std::string& file);  // "-": to standard output
int restore_database(Session& session, const std::string& file, bool replace);

// server_commands.cpp
int show_statistics(Session& session, const std::vector<std::string>& names);  // groups or names; none: all
int show_spool(Session& session);
int check_script(Session& session, const std::string& file);                  // empty: the one in force
int play_scenarios(Session& session, const std::vector<std::string>& files);  // 1: one of them failed
int start_server(Session& session, const std::vector<std::string>& options);
int stop_server(Session& session);
int restart_server(Session& session, const std::vector<std::string>& options);

}  // namespace junctor::ctl
