// Where the tool's settings come from: the command line, then the environment, then files in openserctlrc's
// form.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "tools/junctorctl/rc_file.h"

namespace junctor::ctl
{

// Exit statuses, openserctl's where it had one.
enum Exit : int {
    done = 0,
    refused = 1,        // wrong use, unknown user, or the server or the database said no
    no_server = 2,      // the server cannot be reached
    no_reply_pipe = 3,  // the FIFO for the reply cannot be made
    no_database = 255,  // the database cannot be opened
};

// Options that every command takes; empty: not given.
struct GlobalOptions {
    std::string database;  // --db
    std::string socket;    // --socket
    std::string config;    // --config
    std::string modules;   // --mpath
    bool json = false;
    unsigned timeout = 30;  // seconds to wait for the server's answer
};

class Settings
{
public:
    using Environment = std::function<const char*(const char* name)>;  // as getenv

    // Reads --config, or /etc/junctor/junctorctlrc and ~/.junctorctlrc, where they exist. The error: --config
    // cannot be read.
    static Result<Settings> load(GlobalOptions options, Environment environment);

    // NAME of the files, else of the environment, else `otherwise`.
    std::string get(std::string_view name, std::string_view otherwise = {}) const;
    bool is_on(std::string_view name, bool otherwise) const;  // 1, yes, true, on
    const std::vector<std::string>& remarks() const
    {
        return remarks_;
    }  // lines of the files that mean nothing

    // --db, $JUNCTOR_DB, JUNCTOR_DB of the files, DBENGINE with DBHOST, DBNAME, DBRWUSER and DBRWPW, else
    // sqlite://junctor.db. The error: an engine that is not known.
    struct DatabaseChoice {
        std::string url;
        bool password_missing = false;  // the file names a user and leaves the password to be asked for
    };
    Result<DatabaseChoice> database() const;
    static std::string with_password(std::string url, std::string_view password);

    // --socket, $JUNCTOR_SOCKET, JUNCTOR_SOCKET of the files; else the two defaults, in their order.
    std::vector<std::string> sockets() const;
    bool socket_is_chosen() const;
    std::optional<std::string> fifo() const;  // OSER_FIFO
    std::string reply_dir() const { return get("JUNCTOR_REPLY_DIR", "/tmp/"); }
    std::chrono::seconds timeout() const { return std::chrono::seconds(options_.timeout); }

    // --mpath, $JUNCTOR_MPATH, else where the server looks for its own.
    std::string module_directory() const;
    std::string server_program() const;  // OSERBIN, else junctord beside this program or in ../sbin
    std::string domain() const { return get("SIP_DOMAIN"); }

private:
    GlobalOptions options_;
    Environment environment_;
    Variables variables_;
    std::vector<std::string> remarks_;

    std::optional<std::string> from_environment(const char* name) const;
    std::optional<std::string> own(const std::string& option, const char* name) const;
};

}  // namespace junctor::ctl
