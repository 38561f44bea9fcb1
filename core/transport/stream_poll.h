// The stream sockets of one worker, watched edge by edge: each is announced to the system once, and an event
// costs no further system call of its own. (A wait of the loop's is renewed with epoll_ctl: 5 % of a message
// over TCP, more among ten thousand connections.)
//
// A watcher is told when something has changed, and must take all there is before the next change is told:
// what it leaves it must remember itself. A bounded number is told in one turn of the loop. On its thread
// only.
#pragma once

#include <array>
#include <span>

#include <sys/epoll.h>

#include "core/runtime/readiness.h"

namespace junctor::transport
{

class StreamPoll
{
public:
    struct Event {
        bool readable = false;  // also the peer's end, and errors: the next read meets them
        bool writable = false;
        bool ended = false;  // the peer has ended its side, or an error has: read until that shows
    };
    class Watcher
    {
    public:
        virtual ~Watcher() = default;
        virtual void on_event(Event event) = 0;  // may destroy this watcher, and others
    };

    explicit StreamPoll(EventLoop& loop);
    StreamPoll(const StreamPoll&) = delete;
    StreamPoll& operator=(const StreamPoll&) = delete;

    // Until forget(), after which the descriptor is closed: that takes it out of the system's list. Where the
    // system's limit of watched descriptors is reached, that is logged and the watcher hears nothing.
    void watch(int fd, Watcher& watcher);
    void forget(const Watcher& watcher);

private:
    static constexpr std::size_t most_of_a_turn = 32;

    void wait();
    void tell();

    Readiness readiness_;  // of the system's list
    std::array<epoll_event, most_of_a_turn> events_{};
    std::span<epoll_event> untold_;  // of events_
};

}  // namespace junctor::transport
