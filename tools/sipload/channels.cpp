#include "tools/sipload/channels.h"

#include <array>
#include <ctime>

#include <sys/epoll.h>

#include "tools/sipload/tcp_channels.h"
#include "tools/sipload/udp_channels.h"

namespace junctor::load
{

Channels::Channels() : poll_(::epoll_create1(EPOLL_CLOEXEC)) {}

std::unique_ptr<Channels> Channels::open(const Options& options, unsigned count)
{
    if (options.protocol == Protocol::Udp) return std::make_unique<UdpChannels>(options, count);
    return std::make_unique<TcpChannels>(options, count);
}

void Channels::add(int fd)
{
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = count();
    ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &event);
    addresses_.push_back(transport::local_endpoint(fd).text());
}

void Channels::wait(Duration limit)
{
    std::array<epoll_event, 256> events;
    const timespec time{limit.count() / 1'000'000'000, limit.count() % 1'000'000'000};
    const int found = ::epoll_pwait2(poll_.get(), events.data(), events.size(), &time, nullptr);
    ready_.clear();
    for (int i = 0; i < found; ++i) ready_.push_back(events[static_cast<std::size_t>(i)].data.u32);
}

}  // namespace junctor::load
