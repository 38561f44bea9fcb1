// The sockets of the whole process: resolves what to listen on, opens everything (as root, before privileges
// go), then hands each worker its Transport.
//
//     auto network = Network::create(options, children);     // resolves; a dry run stops here
//     network->open();                                        // binds
//     worker_transport = network->transport(loop, receiver);  // once for each worker, from any thread
//
// It outlives the transports. Errors are sentences: "cannot listen on udp:127.0.0.1:5060: the address is in
// use; is another SIP server running?".
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "core/base/result.h"
#include "core/runtime/event_loop.h"
#include "core/transport/listen.h"
#include "core/transport/options.h"
#include "core/transport/transport.h"

namespace junctor::transport
{

class Network
{
public:
    static Result<std::unique_ptr<Network>> create(Options options, unsigned workers);
    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    const std::vector<ListenSocket>& sockets() const;  // port 0 is the system's choice once they are open
    const std::vector<Alias>& aliases() const;
    const Options& options() const;
    std::size_t connections() const;  // open now, of all workers

    Result<void> open();
    // For the worker of this index (below `workers`); each only once, after open().
    std::unique_ptr<Transport> transport(EventLoop& worker, Receiver& receiver);

private:
    struct Impl;
    explicit Network(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace junctor::transport
