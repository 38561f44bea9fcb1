// TCP connections to the target. What cannot be written at once waits in the connection. A connection that
// the target closes stays closed: what was under way on it times out and is counted.
#pragma once

#include "core/sip/framing.h"
#include "tools/sipload/channels.h"

namespace junctor::load
{

class TcpChannels final : public Channels
{
public:
    TcpChannels(const Options& options, unsigned count);

    void send(unsigned channel, std::string_view message) override;
    void flush() override;
    bool receive(const OnMessage& on_message) override;

private:
    struct Connection {
        Descriptor fd;
        std::string out;
        std::unique_ptr<sip::StreamFramer> in;
        bool unsent = false;  // it is in unsent_
        bool broken = false;
    };
    bool write(Connection& connection);  // true: nothing is left to write
    void read(unsigned channel, const OnMessage& on_message);

    std::vector<Connection> connections_;
    std::vector<unsigned> unsent_;  // connections that have something to write
    std::vector<char> buffer_;
};

}  // namespace junctor::load
