// One UDP socket of one worker: receives in batches, sends at once.
//
// A turn takes at most one batch, so that timers and other sockets get their turn, too. What the system does
// not take at the moment (EAGAIN, ENOBUFS) waits in a bounded queue for a millisecond. One worker.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/transport/options.h"
#include "core/transport/readiness.h"
#include "core/transport/transport.h"

namespace junctor::transport
{

// Room for what one system call receives; one for all sockets of a worker, since nothing stays in it.
class DatagramBatch
{
public:
    static constexpr std::size_t size = 32;

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

class UdpSocket
{
public:
    UdpSocket(EventLoop& loop, const ListenSocket& socket, Descriptor descriptor, const Options& options,
              DatagramBatch& batch, Receiver& receiver, Statistics& statistics);

    Result<void> send(const Endpoint& to, std::string_view bytes);

private:
    struct Waiting {
        Endpoint to;
        std::string bytes;
    };

    void receive();
    void wait();
    int try_send(const Endpoint& to, std::string_view bytes) const;  // 0 or errno
    void send_waiting();

    const ListenSocket& socket_;
    const std::size_t queue_limit_;
    DatagramBatch& batch_;
    Receiver& receiver_;
    Statistics& statistics_;
    Readiness readiness_;
    std::deque<Waiting> waiting_;
    Timer retry_send_;
    Timer retry_receive_;
};

}  // namespace junctor::transport
