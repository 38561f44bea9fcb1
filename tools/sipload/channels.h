// Our sockets, many of one kind: UDP sockets connected to the target, or TCP connections to it.
//
// Sending collects; flush() hands all that was collected to the system in few calls (sendmmsg). Whatever
// comes from elsewhere than the target is not seen. One thread each. Errors at opening are exceptions:
// nothing can be loaded then.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/transport/system_socket.h"
#include "tools/sipload/options.h"

namespace junctor::load
{

class Channels
{
public:
    using OnMessage = std::function<void(unsigned channel, std::string_view bytes)>;

    static std::unique_ptr<Channels> open(const Options& options, unsigned count);
    virtual ~Channels() = default;

    unsigned count() const { return static_cast<unsigned>(addresses_.size()); }
    const std::string& address(unsigned channel) const
    {
        return addresses_[channel];
    }  // ours: 127.0.0.1:40001

    virtual void send(unsigned channel, std::string_view message) = 0;
    virtual void flush() = 0;
    // Everything that has come in by now; false: nothing.
    virtual bool receive(const OnMessage& on_message) = 0;
    // Until something can be received or the time is over.
    void wait(Duration limit);

protected:
    Channels();
    void add(int fd);  // a further channel

    std::vector<std::string> addresses_;
    std::vector<unsigned> ready_;  // channels that the last wait() found readable

private:
    Descriptor poll_;
};

}  // namespace junctor::load
