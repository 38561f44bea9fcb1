// A descriptor on a worker's event loop: tells once that it can be read or written. What may then be done is
// the caller's affair. Closed with this object; callbacks that are waited for are then forgotten. On the
// loop's thread only.
#pragma once

#include <functional>
#include <memory>

#include "core/runtime/event_loop.h"
#include "core/transport/system_socket.h"

namespace junctor::transport
{

class Readiness
{
public:
    Readiness(EventLoop& loop, Descriptor descriptor);
    ~Readiness();
    Readiness(const Readiness&) = delete;
    Readiness& operator=(const Readiness&) = delete;

    int fd() const { return fd_; }
    // One callback of each kind at a time; it may destroy this object. An error of the descriptor also wakes:
    // the next read or write meets it.
    void when_readable(std::function<void()> then);
    void when_writable(std::function<void()> then);
    // The descriptor leaves the loop unclosed.
    Descriptor release();

private:
    struct State;
    std::shared_ptr<State> state_;
    int fd_;
};

}  // namespace junctor::transport
