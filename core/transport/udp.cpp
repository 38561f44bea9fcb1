#include "core/transport/udp.h"

#include "core/base/log.h"
#include "core/transport/datagram.h"

namespace junctor::transport
{

namespace
{

constexpr Duration send_pause = std::chrono::milliseconds(1);
constexpr Duration receive_pause = std::chrono::milliseconds(100);  // after an error that should not be
constexpr std::size_t longest_payload = 65507;                      // over IPv4; IPv6 has room for 20 more

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

void SendBatch::add(UdpSocket& socket, const Endpoint& to, std::string_view bytes,
                    Transport::OnError on_error)
{
    if (items_.size() == size) flush();
    if (!std::exchange(will_flush_, true)) flush_at_turn_end();
    items_.push_back({&socket, to, bytes_.size(), bytes.size(), std::move(on_error)});
    bytes_ += bytes;
}

void SendBatch::flush_at_turn_end()
{
    loop_.at_turn_end([this, alive = std::weak_ptr(alive_)] {
        if (alive.expired()) return;
        will_flush_ = false;
        flush();
    });
}

void SendBatch::flush()
{
    flushing_ = true;
    for (std::span<Item> rest(items_); !rest.empty();) {
        UdpSocket* const socket = rest.front().socket;
        const auto other = std::find_if(rest.begin(), rest.end(),
                                        [socket](const Item& item) { return item.socket != socket; });
        rest = rest.subspan(socket->send_some(rest.first(static_cast<std::size_t>(other - rest.begin()))));
    }
    items_.clear();
    bytes_.clear();
    flushing_ = false;
}

UdpSocket::UdpSocket(EventLoop& loop, const ListenSocket& socket, Descriptor descriptor,
                     const Options& options, DatagramBatch& received, SendBatch& sending, Receiver& receiver,
                     Statistics& statistics)
    : socket_(socket),
      queue_limit_(options.udp_send_queue),
      received_(received),
      sending_(sending),
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
    const int count = received_.receive(readiness_.fd());
    for (int i = 0; i < count; ++i) {
        const auto index = static_cast<std::size_t>(i);
        const Flow from{&socket_, received_.source(index), 0};
        const std::string_view message = message_in(received_.bytes(index));
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

Result<void> UdpSocket::send(const Endpoint& to, std::string_view bytes, Transport::OnError on_error)
{
    if (sending_.is_flushing()) return settle(waiting_.empty() ? try_send(to, bytes) : EAGAIN, to, bytes);
    if (bytes.size() > longest_payload) return settle(EMSGSIZE, to, bytes);
    sending_.add(*this, to, bytes, std::move(on_error));
    return {};
}

Result<void> UdpSocket::settle(int error, const Endpoint& to, std::string_view bytes)
{
    if (error == 0) return {};
    if (!is_passing(error)) return fail(503, to.text() + ": " + system_error_text(error));
    if (waiting_.size() >= queue_limit_) return fail(503, socket_.text() + ": its send queue is full");
    waiting_.push_back({to, std::string(bytes)});
    if (!retry_send_.is_running()) retry_send_.start(send_pause);
    return {};
}

std::size_t UdpSocket::send_some(std::span<SendBatch::Item> items)
{
    SendBatch& room = sending_;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::string_view bytes = room.bytes(items[i]);
        room.addresses_[i] = SocketAddress(items[i].to);
        room.parts_[i] = {const_cast<char*>(bytes.data()), bytes.size()};  // sendmmsg only reads them
        room.headers_[i].msg_hdr.msg_name = room.addresses_[i].data();
        room.headers_[i].msg_hdr.msg_namelen = room.addresses_[i].size();
        room.headers_[i].msg_hdr.msg_iov = &room.parts_[i];
        room.headers_[i].msg_hdr.msg_iovlen = 1;
    }
    int count = -1;
    int error = EAGAIN;  // not past what is waiting already
    if (waiting_.empty()) {
        count = ::sendmmsg(readiness_.fd(), room.headers_.data(), static_cast<unsigned>(items.size()),
                           MSG_DONTWAIT);
        error = errno;
    }
    if (count > 0) return static_cast<std::size_t>(count);
    if (error == EINTR) return 0;
    // The first one was refused: the others are tried again.
    if (const auto sent = settle(error, items.front().to, room.bytes(items.front())); !sent) {
        ++statistics_.send_errors;
        if (items.front().on_error) items.front().on_error(sent.error());
    }
    return 1;
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
