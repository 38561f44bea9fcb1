// What management commands ask of the server. The server implements it; main loop only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "core/base/result.h"
#include "core/runtime/clock.h"
#include "core/runtime/task.h"

namespace junctor::transport
{
class Blacklists;
}

namespace junctor::admin
{

class ServerControl
{
public:
    // A thread of the server: what OpenSER called a process.
    struct Process {
        pid_t id = 0;      // the kernel's thread id
        std::string type;  // "main", "worker 0", "database sqlite"
    };

    virtual ~ServerControl() = default;

    virtual const Clock& clock() const = 0;
    virtual WallTime started() const = 0;
    virtual std::vector<std::string> arguments() const = 0;  // of the command line, the program first
    virtual std::string script_file() const = 0;             // the routing script in force
    virtual WallTime script_loaded() const = 0;
    virtual std::vector<Process> processes() const = 0;  // the main one first
    virtual unsigned workers() const = 0;
    virtual std::vector<std::string> sockets() const = 0;  // "udp:192.0.2.1:5060"
    virtual std::vector<std::string> modules() const = 0;  // in load order

    virtual const transport::Blacklists* blacklists() const { return nullptr; }  // null: it has none

    // Checks the file and makes it the script in force; messages under way finish on the old one. The value
    // is for the admin (warnings), perhaps empty; an error's text holds all diagnostics, one or more lines
    // each.
    virtual Task<Result<std::string>> reload_script() = 0;
    virtual Task<Result<std::string>> check_script(std::string file) = 0;  // empty: the one in force
    // Begins to stop in good order and returns at once: the answer to the command still goes out.
    virtual void stop() = 0;
};

}  // namespace junctor::admin
