// Reads MI requests from a FIFO and runs them: the order of work of OpenSER 1.2 (modules/mi_fifo/README.md),
// on the main loop, blocking nobody. Commands that wait run side by side.
#pragma once

#include <memory>
#include <string>

#include "core/admin/file_access.h"
#include "core/base/result.h"
#include "core/module/registry.h"
#include "core/runtime/event_loop.h"

namespace junctor::mi_fifo
{

struct FifoSettings {
    std::string path;
    admin::FileAccess access;
    std::string reply_dir = "/tmp/";  // ends with '/'
    std::string reply_indent = "\t";
    std::size_t running = 64;  // commands at a time; then the FIFO is not read
};

constexpr std::size_t max_reply_path = 127;  // bytes of reply_dir and the name

class FifoServer
{
public:
    // Replaces a file of that name. `commands` outlives the server.
    static Result<std::unique_ptr<FifoServer>> start(EventLoop& loop, const Registry& commands,
                                                     FifoSettings settings);
    ~FifoServer();  // removes the FIFO, destroys commands that wait

private:
    struct Impl;
    explicit FifoServer(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace junctor::mi_fifo
