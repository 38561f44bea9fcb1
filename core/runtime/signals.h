// Unix signals as calls on the main loop, where anything may be done. While this object lives SIGPIPE is
// ignored: a peer or a FIFO reader that goes away is an error of that write alone. One object a process.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "core/runtime/event_loop.h"

namespace junctor
{

class Signals
{
public:
    // `on_signal` gets the signal's number, for example SIGTERM; on the thread of `loop`.
    Signals(EventLoop& loop, std::span<const int> numbers, std::function<void(int)> on_signal);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace junctor
