#include "tools/sipload/echo.h"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/epoll.h>

#include "core/transport/system_socket.h"
#include "tools/sipload/udp_channels.h"

namespace junctor::load
{

namespace
{

constexpr std::size_t batch = 64, room = 65536;

Descriptor open_datagram_socket(const Endpoint& address)
{
    Descriptor fd(::socket(address.ip.is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const transport::SocketAddress own(address);
    if (!fd || ::bind(fd.get(), own.data(), own.size()) != 0)
        throw std::runtime_error("no socket on " + address.text() + ": " +
                                 transport::system_error_text(errno));
    enlarge_buffers(fd.get());
    return fd;
}

Descriptor open_listening_socket(const Endpoint& address)
{
    auto fd = transport::open_listening_socket(address, {}, true);
    if (!fd) throw std::runtime_error(fd.error().text);
    return std::move(*fd);
}

void echo_datagrams(const Descriptor& fd)
{
    std::vector<char> buffer(batch * room);
    std::array<sockaddr_storage, batch> peers;
    std::array<iovec, batch> parts;
    std::array<mmsghdr, batch> headers{};
    for (std::size_t i = 0; i < batch; ++i) {
        headers[i].msg_hdr.msg_name = &peers[i];
        headers[i].msg_hdr.msg_iov = &parts[i];
        headers[i].msg_hdr.msg_iovlen = 1;
    }
    while (true) {
        for (std::size_t i = 0; i < batch; ++i) {
            parts[i] = {buffer.data() + i * room, room};
            headers[i].msg_hdr.msg_namelen = sizeof(sockaddr_storage);
        }
        const int count = ::recvmmsg(fd.get(), headers.data(), batch, MSG_WAITFORONE, nullptr);
        if (count <= 0) continue;
        const auto received = static_cast<std::size_t>(count);
        for (std::size_t i = 0; i < received; ++i) parts[i].iov_len = headers[i].msg_len;
        for (std::size_t sent = 0; sent < received;) {
            const int more = ::sendmmsg(fd.get(), &headers[sent], static_cast<unsigned>(received - sent), 0);
            sent += more > 0 ? static_cast<std::size_t>(more) : 1;  // one that cannot be sent is lost
        }
    }
}

class StreamEcho
{
public:
    explicit StreamEcho(const Endpoint& address)
        : v6_(address.ip.is_v6()), listener_(open_listening_socket(address))
    {
        if (!watch(listener_.get()))
            throw std::runtime_error("a socket cannot be watched: " + transport::system_error_text(errno));
    }

    void serve()
    {
        std::array<epoll_event, batch> events{};
        while (true) {
            const int count = ::epoll_wait(poll_.get(), events.data(), batch, -1);
            for (int i = 0; i < count; ++i) {
                const int fd = events[static_cast<std::size_t>(i)].data.fd;
                fd == listener_.get() ? accept() : send_back(fd);
            }
        }
    }

private:
    bool watch(int fd)
    {
        epoll_event event{EPOLLIN, {.fd = fd}};
        return ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
    }

    void accept()
    {
        Descriptor fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!fd || !watch(fd.get())) return;
        transport::prepare_stream(fd.get(), v6_, {});
        const auto place = static_cast<std::size_t>(fd.get());
        if (place >= connections_.size()) connections_.resize(place + 1);
        connections_[place] = std::move(fd);
    }

    void send_back(int fd)
    {
        const ssize_t count = ::recv(fd, buffer_.data(), buffer_.size(), 0);
        if (count <= 0 || ::send(fd, buffer_.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) != count)
            connections_[static_cast<std::size_t>(fd)].reset();  // and is not watched any more
    }

    bool v6_;
    Descriptor listener_;
    Descriptor poll_{::epoll_create1(EPOLL_CLOEXEC)};
    std::vector<Descriptor> connections_;  // by their numbers
    std::vector<char> buffer_ = std::vector<char>(room);
};

}  // namespace

void serve_echo(const Endpoint& address)
{
    const Descriptor datagrams = open_datagram_socket(address);
    StreamEcho streams(address);
    const std::jthread thread([&] { streams.serve(); });
    echo_datagrams(datagrams);
}

}  // namespace junctor::load
