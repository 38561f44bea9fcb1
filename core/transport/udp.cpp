#include "core/transport/udp.h"

#include "core/base/log.h"
#include "core/transport/datagram.h"

namespace junctor::transport
{

namespace
{

constexpr Duration send_pause = std::chrono::milliseconds(1);
constexpr Duration receive_pause = std::chrono::milliseconds(100);  // after an error that should not be

bool is_passing(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

DatagramBatch::DatagramBatch() : buffer_(new char[size * room])
{
    for (std::size_t i = 0; i < size; ++i) {
        parts_[i] = {buffer_.get() + i * room, room};
        headers_[i].msg_hdr.msg_name = sources_[i].data();
        headers_[i].msg_hdr.msg_iov = &parts_[i];
        headers_[i].msg_hdr.msg_iovlen = 1;
    }
}

int DatagramBatch::receive(int fd)
{
    for (auto& header : headers_) header.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    for (;;) {
        const int count = ::recvmmsg(fd, headers_.data(), size, MSG_DONTWAIT, nullptr);
        if (count >= 0) return count;
        if (errno != EINTR) return -errno;
    }
}

std::string_view DatagramBatch::bytes(std::size_t index) const
{
    return {buffer_.get() + index * room, headers_[index].msg_len};
}

UdpSocket::UdpSocket(EventLoop& loop, const ListenSocket& socket, Descriptor descriptor,
                     const Options& options, DatagramBatch& batch, Receiver& receiver, Statistics& statistics)
    : socket_(socket),
      queue_limit_(options.udp_send_queue),
      batch_(batch),
      receiver_(receiver),
      statistics_(statistics),
      readiness_(loop, std::move(descriptor)),
      retry_send_(loop.timers(), [this] { send_waiting(); }),
      retry_receive_(loop.timers(), [this] { wait(); })
{
    wait();
}

void UdpSocket::wait()
{
    readiness_.when_readable([this] { receive(); });
}

void UdpSocket::receive()
{
    const int count = batch_.receive(readiness_.fd());
    for (int i = 0; i < count; ++i) {
        const auto index = static_cast<std::size_t>(i);
        const Flow from{&socket_, batch_.source(index), 0};
        const std::string_view message = message_in(batch_.bytes(index));
        if (message.empty() || from.remote.port == 0) continue;
        ++statistics_.received;
        statistics_.bytes_received += message.size();
        receiver_.on_message(std::string(message), from);
    }
    if (count < 0 && !is_passing(-count)) {
        log_error("transport", "{}: receiving failed: {}", socket_.text(), system_error_text(-count));
        retry_receive_.start(receive_pause);
        return;
    }
    wait();
}

int UdpSocket::try_send(const Endpoint& to, std::string_view bytes) const
{
    const SocketAddress address(to);
    for (;;) {
        if (::sendto(readiness_.fd(), bytes.data(), bytes.size(), MSG_DONTWAIT, address.data(),
                     address.size()) >= 0)
            return 0;
        if (errno != EINTR) return errno;
    }
}

Result<void> UdpSocket::send(const Endpoint& to, std::string_view bytes)
{
    const int error = waiting_.empty() ? try_send(to, bytes) : EAGAIN;
    if (error == 0) return {};
    if (!is_passing(error)) return fail(503, to.text() + ": " + system_error_text(error));
    if (waiting_.size() >= queue_limit_) return fail(503, socket_.text() + ": its send queue is full");
    waiting_.push_back({to, std::string(bytes)});
    if (!retry_send_.is_running()) retry_send_.start(send_pause);
    return {};
}

void UdpSocket::send_waiting()
{
    while (!waiting_.empty()) {
        const int error = try_send(waiting_.front().to, waiting_.front().bytes);
        if (is_passing(error)) return retry_send_.start(send_pause);
        if (error != 0) ++statistics_.send_errors;
        waiting_.pop_front();
    }
}

}  // namespace junctor::transport
