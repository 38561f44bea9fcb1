#include "core/transport/udp.h"

#include <cstring>

#include <netinet/udp.h>

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

// A system that does not know UDP_SEGMENT would send the whole train as one datagram.
bool takes_trains(int fd)
{
    const int none = 0;
    return ::setsockopt(fd, SOL_UDP, UDP_SEGMENT, &none, sizeof none) == 0;
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
        const auto count = static_cast<std::size_t>(other - rest.begin());
        socket->send_all(rest.first(count));
        rest = rest.subspan(count);
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
      in_trains_(options.udp_segmentation && takes_trains(descriptor.get())),
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

// What sendmmsg() is given for one train.
void UdpSocket::fill_in(std::size_t index)
{
    SendBatch& room = sending_;
    const auto train = room.trains_[index];
    const std::size_t first_part = static_cast<std::size_t>(train.data() - room.trains_[0].data());
    for (std::size_t i = 0; i < train.size(); ++i) {
        const std::string_view bytes = room.datagrams_[train[i]].bytes;
        room.parts_[first_part + i] = {const_cast<char*>(bytes.data()), bytes.size()};  // it only reads them
    }
    const Datagram& first = room.datagrams_[train.front()];
    room.addresses_[index] = SocketAddress(first.to);

    msghdr& header = room.headers_[index].msg_hdr;
    header = {};
    header.msg_name = room.addresses_[index].data();
    header.msg_namelen = room.addresses_[index].size();
    header.msg_iov = &room.parts_[first_part];
    header.msg_iovlen = train.size();
    if (train.size() == 1) return;
    header.msg_control = room.segmented_[index].bytes;
    header.msg_controllen = sizeof room.segmented_[index].bytes;
    cmsghdr& control = *CMSG_FIRSTHDR(&header);
    control.cmsg_level = SOL_UDP;
    control.cmsg_type = UDP_SEGMENT;
    control.cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
    const auto segment = static_cast<std::uint16_t>(first.bytes.size());
    std::memcpy(CMSG_DATA(&control), &segment, sizeof segment);
}

void UdpSocket::send_all(std::span<SendBatch::Item> items)
{
    SendBatch& room = sending_;
    for (std::size_t i = 0; i < items.size(); ++i) room.datagrams_[i] = {items[i].to, room.bytes(items[i])};
    room.trains_.plan({room.datagrams_.data(), items.size()}, in_trains_);
    const std::size_t trains = room.trains_.size();
    for (std::size_t i = 0; i < trains; ++i) fill_in(i);
    for (std::size_t next = 0; next < trains;) {
        if (!waiting_.empty()) {  // not past what is waiting already
            send_singly(items, room.trains_[next++], EAGAIN);
            continue;
        }
        const int count = ::sendmmsg(readiness_.fd(), &room.headers_[next],
                                     static_cast<unsigned>(trains - next), MSG_DONTWAIT);
        if (count > 0) {
            next += static_cast<std::size_t>(count);
        } else if (errno != EINTR) {
            // The next train was refused. A way that takes none (a device without checksums, a small MTU) may
            // take its datagrams.
            const auto train = room.trains_[next++];
            send_singly(items, train, train.size() == 1 ? errno : 0);
        }
    }
}

// `error`: what is known of them already; 0: nothing.
void UdpSocket::send_singly(std::span<SendBatch::Item> items, std::span<const std::uint8_t> train, int error)
{
    for (const std::size_t place : train) {
        const SendBatch::Item& item = items[place];
        const std::string_view bytes = sending_.bytes(item);
        const int result = error != 0 ? error : waiting_.empty() ? try_send(item.to, bytes) : EAGAIN;
        if (const auto sent = settle(result, item.to, bytes); !sent) {
            ++statistics_.send_errors;
            if (item.on_error) item.on_error(sent.error());
        }
    }
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
