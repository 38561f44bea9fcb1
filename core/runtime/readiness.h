// A descriptor (socket, pipe) on a worker's event loop: tells once that it can be read or written. What may
// then be done is the caller's affair. It is made non-blocking, and closed with this object; callbacks that
// are waited for are then forgotten. On the loop's thread only.
#pragma once

#include <functional>
#include <memory>

#include "core/base/descriptor.h"
#include "core/runtime/event_loop.h"

namespace junctor
{

class Readiness
{
public:
    // Where the system's limit of watched descriptors is reached that is logged, and it stays silent.
    Readiness(EventLoop& loop, Descriptor descriptor);
    ~Readiness();
    Readiness(const Readiness&) = delete;
    Readiness& operator=(const Readiness&) = delete;

    int fd() const { return fd_; }
    // One callback of each kind at a time; it may destroy this object. An error of the descriptor, or the end
    // of the file, also wakes: the next read or write meets it.
    void when_readable(std::function<void()> then);
    void when_writable(std::function<void()> then);
    // The descriptor leaves the loop unclosed.
    Descriptor release();

private:
    struct State;
    std::shared_ptr<State> state_;
    int fd_;
};

}  // namespace junctor
