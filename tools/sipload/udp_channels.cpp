#include "tools/sipload/udp_channels.h"

#include <cerrno>
#include <stdexcept>

#include <poll.h>

namespace junctor::load
{
namespace
{

// Enough for every answer to a window of thousands, where the system allows it.
constexpr int socket_buffer = 8 << 20;

Descriptor open_socket(const Options& options)
{
    const int family = options.target.ip.is_v6() ? AF_INET6 : AF_INET;
    Descriptor fd(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const transport::SocketAddress from(Endpoint{options.local, 0}), to(options.target);
    if (!fd || ::bind(fd.get(), from.data(), from.size()) != 0 ||
        ::connect(fd.get(), to.data(), to.size()) != 0)
        throw std::runtime_error("no UDP socket from " + options.local.text() + " to " +
                                 options.target.text() + ": " + transport::system_error_text(errno));
    enlarge_buffers(fd.get());
    return fd;
}

}  // namespace

void enlarge_buffers(int fd)
{
    for (const int option : {SO_RCVBUF, SO_RCVBUFFORCE, SO_SNDBUF, SO_SNDBUFFORCE})
        ::setsockopt(fd, SOL_SOCKET, option, &socket_buffer, sizeof socket_buffer);
}

void SendBatch::add(std::string_view datagram)
{
    bytes_ += datagram;
    lengths_.push_back(datagram.size());
}

void SendBatch::send(int fd)
{
    std::array<iovec, size> parts;
    std::array<mmsghdr, size> headers{};
    char* next = bytes_.data();
    for (std::size_t i = 0; i < lengths_.size(); ++i) {
        parts[i] = {next, lengths_[i]};
        next += lengths_[i];
        headers[i].msg_hdr.msg_iov = &parts[i];
        headers[i].msg_hdr.msg_iovlen = 1;
    }
    for (std::size_t sent = 0; sent < lengths_.size();) {
        const int count =
            ::sendmmsg(fd, &headers[sent], static_cast<unsigned>(lengths_.size() - sent), MSG_DONTWAIT);
        if (count > 0) {
            sent += static_cast<std::size_t>(count);
        } else if (errno == EAGAIN || errno == ENOBUFS) {
            pollfd ready{fd, POLLOUT, 0};
            ::poll(&ready, 1, 10);
        } else if (errno != EINTR) {
            ++sent;  // lost on the way, as datagrams may be (ECONNREFUSED: nobody listens at the moment)
        }
    }
    bytes_.clear();
    lengths_.clear();
}

UdpChannels::UdpChannels(const Options& options, unsigned count) : buffer_(new char[batch * room])
{
    for (unsigned i = 0; i < count; ++i) {
        sockets_.push_back({open_socket(options), {}});
        add(sockets_.back().fd.get());
    }
    for (std::size_t i = 0; i < batch; ++i) {
        parts_[i] = {buffer_.get() + i * room, room};
        headers_[i].msg_hdr.msg_iov = &parts_[i];
        headers_[i].msg_hdr.msg_iovlen = 1;
    }
}

void UdpChannels::send(unsigned channel, std::string_view message)
{
    Socket& socket = sockets_[channel];
    if (socket.out.empty()) unsent_.push_back(channel);
    socket.out.add(message);
    if (socket.out.full()) {
        socket.out.send(socket.fd.get());
        std::erase(unsent_, channel);
    }
}

void UdpChannels::flush()
{
    for (const unsigned channel : unsent_) sockets_[channel].out.send(sockets_[channel].fd.get());
    unsent_.clear();
}

bool UdpChannels::receive(const OnMessage& on_message)
{
    if (count() == 1) return receive_from(0, on_message);  // no need to be told which one
    wait({});
    for (const unsigned channel : ready_) receive_from(channel, on_message);
    return !ready_.empty();
}

bool UdpChannels::receive_from(unsigned channel, const OnMessage& on_message)
{
    const int count = ::recvmmsg(sockets_[channel].fd.get(), headers_.data(), batch, MSG_DONTWAIT, nullptr);
    for (int i = 0; i < count; ++i) {
        const auto index = static_cast<std::size_t>(i);
        on_message(channel, {buffer_.get() + index * room, headers_[index].msg_len});
    }
    return count > 0;
}

}  // namespace junctor::load
