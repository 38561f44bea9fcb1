#include "tools/sipload/tcp_channels.h"

#include <cerrno>
#include <stdexcept>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace junctor::load
{
namespace
{

Descriptor open_connection(const Options& options)
{
    const int family = options.target.ip.is_v6() ? AF_INET6 : AF_INET;
    Descriptor fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const transport::SocketAddress from(Endpoint{options.local, 0}), to(options.target);
    const int on = 1;
    // Ports are given at connect() then, so that those of a run before can be had again.
    ::setsockopt(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (!fd || ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        ::bind(fd.get(), from.data(), from.size()) != 0 || ::connect(fd.get(), to.data(), to.size()) != 0 ||
        ::fcntl(fd.get(), F_SETFL, O_NONBLOCK) != 0)
        throw std::runtime_error("no TCP connection from " + options.local.text() + " to " +
                                 options.target.text() + ": " + transport::system_error_text(errno));
    return fd;
}

}  // namespace

TcpChannels::TcpChannels(const Options& options, unsigned count) : buffer_(256 * 1024)
{
    for (unsigned i = 0; i < count; ++i) {
        connections_.push_back({open_connection(options), {}, std::make_unique<sip::StreamFramer>()});
        add(connections_.back().fd.get());
    }
}

void TcpChannels::send(unsigned channel, std::string_view message)
{
    Connection& connection = connections_[channel];
    if (connection.broken) return;
    connection.out += message;
    if (!std::exchange(connection.unsent, true)) unsent_.push_back(channel);
}

bool TcpChannels::write(Connection& connection)
{
    const ssize_t count = ::send(connection.fd.get(), connection.out.data(), connection.out.size(),
                                 MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0)
        connection.out.erase(0, static_cast<std::size_t>(count));
    else if (errno != EAGAIN && errno != EINTR)
        connection.broken = true;
    return connection.out.empty() || connection.broken;
}

void TcpChannels::flush()
{
    std::erase_if(unsent_, [this](unsigned channel) {
        Connection& connection = connections_[channel];
        const bool done = write(connection);
        connection.unsent = !done;
        return done;
    });
}

bool TcpChannels::receive(const OnMessage& on_message)
{
    wait({});
    for (const unsigned channel : ready_) read(channel, on_message);
    return !ready_.empty();
}

void TcpChannels::read(unsigned channel, const OnMessage& on_message)
{
    Connection& connection = connections_[channel];
    const ssize_t count = ::recv(connection.fd.get(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        connection.broken = true;
        connection.fd.reset();  // and is not waited for any more
        return;
    }
    connection.in->feed({buffer_.data(), static_cast<std::size_t>(count)});
    while (true) {
        const auto event = connection.in->next();
        if (!event || !*event) break;
        if ((*event)->kind == sip::StreamFramer::Event::Kind::Message) on_message(channel, (*event)->bytes);
    }
}

}  // namespace junctor::load
