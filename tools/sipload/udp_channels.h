// UDP sockets connected to the target.
#pragma once

#include <array>

#include "tools/sipload/channels.h"

namespace junctor::load
{

// Room for datagrams that come while this program is held up, as much as the system allows.
void enlarge_buffers(int fd);

// Datagrams on their way out, sent with one system call.
class SendBatch
{
public:
    static constexpr std::size_t size = 64;

    bool full() const { return lengths_.size() == size; }
    bool empty() const { return lengths_.empty(); }
    void add(std::string_view datagram);
    void send(int fd);  // and is empty then

private:
    std::string bytes_;
    std::vector<std::size_t> lengths_;
};

class UdpChannels final : public Channels
{
public:
    UdpChannels(const Options& options, unsigned count);

    void send(unsigned channel, std::string_view message) override;
    void flush() override;
    bool receive(const OnMessage& on_message) override;

private:
    static constexpr std::size_t batch = 64, room = 16384;

    struct Socket {
        Descriptor fd;
        SendBatch out;
    };
    bool receive_from(unsigned channel, const OnMessage& on_message);

    std::vector<Socket> sockets_;
    std::vector<unsigned> unsent_;  // channels whose batch is not empty
    std::unique_ptr<char[]> buffer_;
    std::array<iovec, batch> parts_{};
    std::array<mmsghdr, batch> headers_{};
};

}  // namespace junctor::load
