// One UDP socket of one worker: receives in batches, and what is sent during one turn of the loop leaves in
// one system call at its end, whether datagrams, timers or a database's answers were the cause; in trains
// (trains.h) where that can be.
//
// A turn takes at most one batch, so that timers and other sockets get their turn, too. What the system does
// not take at the moment (EAGAIN, ENOBUFS) waits in a bounded queue for a millisecond. One worker.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/runtime/readiness.h"
#include "core/transport/options.h"
#include "core/transport/system_socket.h"
#include "core/transport/trains.h"
#include "core/transport/transport.h"

namespace junctor::transport
{

// Room for what one system call receives; one for all sockets of a worker, since nothing stays in it.
class DatagramBatch
{
public:
    static constexpr std::size_t size = 64;

    DatagramBatch();
    // How many arrived; negative: errno.
    int receive(int fd);
    std::string_view bytes(std::size_t index) const;
    Endpoint source(std::size_t index) const { return sources_[index].endpoint(); }

private:
    static constexpr std::size_t room = 65536;
    std::unique_ptr<char[]> buffer_;  // pages that no datagram reaches are never touched
    std::array<SocketAddress, size> sources_;
    std::array<iovec, size> parts_{};
    std::array<mmsghdr, size> headers_{};
};

class UdpSocket;

// What the sockets of a worker send during one turn. Measured with 64 OPTIONS in flight: a fifth less CPU
// time than a system call each, most of it saved by waking the receiver once.
class SendBatch
{
public:
    static constexpr std::size_t size = Trains::most;

    explicit SendBatch(EventLoop& loop) : loop_(loop) {}
    // A socket that sends now is called by somebody who heard of an error: it sends at once.
    bool is_flushing() const { return flushing_; }
    void add(UdpSocket& socket, const Endpoint& to, std::string_view bytes, Transport::OnError on_error);
    void flush();

private:
    friend class UdpSocket;
    struct Item {
        UdpSocket* socket = nullptr;
        Endpoint to;
        std::size_t offset = 0, length = 0;  // in bytes_
        Transport::OnError on_error;
    };
    std::string_view bytes(const Item& item) const { return {bytes_.data() + item.offset, item.length}; }

    void flush_at_turn_end();

    EventLoop& loop_;
    bool will_flush_ = false, flushing_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::string bytes_;
    std::vector<Item> items_;

    std::array<Datagram, size> datagrams_;
    Trains trains_;
    // What the system call is given; all but the parts, which are a datagram each, by trains.
    struct Segmented {  // a control message, UDP_SEGMENT: how long the datagrams of the train are
        alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(std::uint16_t))];
    };
    std::array<iovec, size> parts_{};
    std::array<SocketAddress, size> addresses_;
    std::array<Segmented, size> segmented_{};
    std::array<mmsghdr, size> headers_{};
};

class UdpSocket
{
public:
    UdpSocket(EventLoop& loop, const ListenSocket& socket, Descriptor descriptor, const Options& options,
              DatagramBatch& received, SendBatch& sending, Receiver& receiver, Statistics& statistics);

    // What the system says of it, when the turn's batch is sent, is told to `on_error` if it is an error.
    Result<void> send(const Endpoint& to, std::string_view bytes, Transport::OnError on_error = {});

private:
    friend class SendBatch;
    struct Waiting {
        Endpoint to;
        std::string bytes;
    };

    void receive();
    void wait();
    int try_send(const Endpoint& to, std::string_view bytes) const;  // 0 or errno
    // After the system took it or not.
    Result<void> settle(int error, const Endpoint& to, std::string_view bytes);
    // Of sending_.
    void send_all(std::span<SendBatch::Item> items);
    void fill_in(std::size_t train);
    void send_singly(std::span<SendBatch::Item> items, std::span<const std::uint8_t> train, int error);
    void send_waiting();

    const ListenSocket& socket_;
    const std::size_t queue_limit_;
    const bool in_trains_;
    DatagramBatch& received_;
    SendBatch& sending_;
    Receiver& receiver_;
    Statistics& statistics_;
    Readiness readiness_;
    std::deque<Waiting> waiting_;
    Timer retry_send_;
    Timer retry_receive_;
};

}  // namespace junctor::transport
