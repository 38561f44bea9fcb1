// The running server, as the tool reaches it: JSON-RPC over its control socket, or the FIFO of module
// mi_fifo. Blocking, with a limit on each wait.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/module/mi.h"
#include "tools/junctorctl/settings.h"

namespace junctor::ctl
{

class Control
{
public:
    virtual ~Control() = default;
    // The server's reply, whatever its code. An error: none came; its status is the tool's exit status.
    virtual Result<mi::Reply> run(const std::string& command, const std::vector<std::string>& arguments) = 0;
    // After `kill`: waits until the server has gone. False: it has not, in that time.
    virtual bool wait_until_gone(std::chrono::seconds patience) = 0;
};

// The control socket that answers; if none does, the FIFO where OSER_FIFO names one.
Result<std::unique_ptr<Control>> connect_to_server(const Settings& settings);

// The two ways themselves.
Result<std::unique_ptr<Control>> connect_to_socket(const std::string& path, std::chrono::seconds timeout);
Result<std::unique_ptr<Control>> use_fifo(const std::string& path, const std::string& reply_dir,
                                          std::chrono::seconds timeout);

// As a request's argument line: quoted where the FIFO's protocol needs it. An error: it has no form there.
Result<std::string> fifo_argument(const std::string& argument);
// The reply's text as a tree of unnamed lines: the text form does not tell where an attribute begins.
Result<mi::Reply> parse_fifo_reply(std::string_view text);

}  // namespace junctor::ctl
