// The command line of junctord: OpenSER 1.2's options (core.md, section 5) and Junctor's own long ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace junctor::server
{

struct Options {
    enum class Mode { Serve, Check, CheckRoutes, Version, Help, Scenarios } mode = Mode::Serve;

    std::string script;          // -f; empty: cfg/junctor.cfg or the installed one
    std::string module_path;     // --mpath
    std::string database;        // --db: what db_url "" means in the default script
    std::string control_socket;  // --socket: where junctorctl talks to us; empty: the default, "none": off
    std::vector<std::string> listen;           // -l, repeatable
    std::vector<std::string> scenarios;        // --test FILE...
    std::optional<int> children;               // -n
    std::optional<int> tcp_children;           // -N
    std::optional<int> max_buffer;             // -b
    int debug_steps = 0;                       // -d, repeatable
    bool dns = false;                          // -r
    bool rev_dns = false;                      // -R
    bool check_via = false;                    // -v
    bool single = false;                       // -D: one worker, foreground
    bool log_stderr = false;                   // -E
    bool no_tcp = false;                       // -T
    bool background = false;                   // --daemon
    std::string workdir, chroot, user, group;  // -w -t -u -g
    std::string pid_file, group_file;          // -P -G
    std::string unix_socket;                   // -x
    std::vector<std::string> without_meaning;  // options that were accepted and do nothing here (-m, -W)
    std::vector<std::string> arguments;        // all of them, for MI `arg`
};

// The error is the sentence for standard error.
Result<Options> parse_options(int argc, const char* const* argv);
std::string help_text();
std::string version_text();

}  // namespace junctor::server
