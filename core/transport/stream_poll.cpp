#include "core/transport/stream_poll.h"

#include <system_error>

#include "core/base/log.h"
#include "core/transport/system_socket.h"

namespace junctor::transport
{

namespace
{

Descriptor open_poll()
{
    Descriptor poll(::epoll_create1(EPOLL_CLOEXEC));
    if (!poll) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    return poll;
}

}  // namespace

StreamPoll::StreamPoll(EventLoop& loop) : readiness_(loop, open_poll())
{
    wait();
}

void StreamPoll::watch(int fd, Watcher& watcher)
{
    epoll_event event{EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.ptr = &watcher}};
    if (::epoll_ctl(readiness_.fd(), EPOLL_CTL_ADD, fd, &event) != 0)
        log_error("transport", "a connection cannot be watched: {}", system_error_text(errno));
}

void StreamPoll::forget(const Watcher& watcher)
{
    for (epoll_event& event : untold_)
        if (event.data.ptr == &watcher) event.data.ptr = nullptr;
}

void StreamPoll::wait()
{
    readiness_.when_readable([this] {
        tell();
        wait();
    });
}

void StreamPoll::tell()
{
    const int count = ::epoll_wait(readiness_.fd(), events_.data(), most_of_a_turn, 0);
    untold_ = std::span(events_).first(static_cast<std::size_t>(std::max(count, 0)));
    while (!untold_.empty()) {
        const epoll_event event = untold_.front();
        untold_ = untold_.subspan(1);
        if (event.data.ptr == nullptr) continue;
        Event what;
        what.ended = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
        what.readable = what.ended || (event.events & EPOLLIN) != 0;
        what.writable = what.ended || (event.events & EPOLLOUT) != 0;
        static_cast<Watcher*>(event.data.ptr)->on_event(what);
    }
}

}  // namespace junctor::transport
