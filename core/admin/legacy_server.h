// OpenSER's unix datagram command server (`unix_sock`, -x): one datagram a request, one an answer, sent to
// the address that the client has bound. legacy_commands.h has the commands.
//
// On the main loop; commands that wait run side by side. A client that does not take its answer is tried
// again until `send_timeout`, then the answer is lost.
#pragma once

#include <memory>
#include <string>

#include "core/admin/file_access.h"
#include "core/base/result.h"
#include "core/module/registry.h"
#include "core/runtime/event_loop.h"

namespace junctor::admin
{

struct LegacyServerSettings {
    std::string path;                                 // `unix_sock`
    FileAccess access;                                // `sock_mode`, `sock_user`, `sock_group`
    Duration send_timeout = std::chrono::seconds(2);  // `unix_tx_timeout`
    std::size_t running = 64;                         // commands at a time; then nothing is read
};

class LegacyServer
{
public:
    static Result<std::unique_ptr<LegacyServer>> start(EventLoop& loop, const Registry& commands,
                                                       LegacyServerSettings settings);
    ~LegacyServer();  // removes the socket file, destroys commands that wait

private:
    struct Impl;
    explicit LegacyServer(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace junctor::admin
