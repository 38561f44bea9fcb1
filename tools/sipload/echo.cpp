#include "tools/sipload/echo.h"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <vector>

#include <poll.h>

#include "core/transport/system_socket.h"

namespace junctor::load
{

void serve_echo(const Endpoint& address)
{
    const transport::Descriptor fd(
        ::socket(address.ip.is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const transport::SocketAddress own(address);
    if (!fd || ::bind(fd.get(), own.data(), own.size()) != 0)
        throw std::runtime_error("no socket on " + address.text() + ": " +
                                 transport::system_error_text(errno));

    constexpr std::size_t batch = 64, room = 65536;
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

}  // namespace junctor::load
