// JSON-RPC (json_rpc.h) over a unix stream socket: how junctorctl talks to the server. A line a request, a
// line an answer. Requests of a connection run side by side, and answers come as commands end: the id tells
// which.
//
// On the main loop. All that a client can grow is bounded: who sends without reading is not read from any
// more.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "core/admin/file_access.h"
#include "core/admin/json_rpc.h"
#include "core/base/result.h"
#include "core/module/registry.h"
#include "core/runtime/event_loop.h"

namespace junctor::admin
{

// Where the server listens unless it is told otherwise, and where junctorctl looks first: in the working
// directory, beside junctor.db. The service unit uses the second, where junctorctl looks next.
inline constexpr const char* default_socket = "junctor.sock";
inline constexpr const char* service_socket = "/run/junctor/junctor.sock";

struct UnixServerSettings {
    std::string path = default_socket;
    FileAccess access;  // 0600: the server's own user, and root

    std::size_t connections = 64;        // more are told so and closed
    std::size_t pending = 64;            // requests of a connection that run; then it is not read from
    std::size_t output = 1 << 20;        // bytes not yet taken by the client; then it is not read from
    std::size_t output_max = 512 << 20;  // then the connection is closed
    json_rpc::Limits limits;
};

class UnixServer
{
public:
    // `commands` outlives the server. The error is a sentence: no such directory, a live server there, ...
    static Result<std::unique_ptr<UnixServer>> start(EventLoop& loop, const Registry& commands,
                                                     UnixServerSettings settings);
    ~UnixServer();  // closes connections, destroys commands that wait, removes the socket file

    std::size_t connections() const;

private:
    struct Impl;
    explicit UnixServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace junctor::admin
