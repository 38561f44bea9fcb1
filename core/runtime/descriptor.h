// A file descriptor (pipe, unix socket) that the event loop watches: tells when it can be read or written.
//
// It owns and closes the descriptor and makes it non-blocking; reading and writing is the caller's, with
// plain read() and write(). Each wait tells once. Nothing is told after destruction, and a callback may
// destroy it. The loop's thread only.
#pragma once

#include <functional>
#include <memory>

#include "core/runtime/event_loop.h"

namespace junctor
{

class Descriptor
{
public:
    Descriptor(EventLoop& loop, int fd);
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int fd() const;
    // One wait of each kind at a time. Also told at the end of file and on errors: the read or write shows
    // which.
    void when_readable(std::function<void()> then);
    void when_writable(std::function<void()> then);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace junctor
