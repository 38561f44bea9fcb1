#include "core/transport/network.h"

#include <cassert>

#include "core/transport/socket_transport.h"

namespace junctor::transport
{

struct Network::Impl {
    Impl(Options all, unsigned count)
        : options(std::move(all)),
          descriptors(count),
          hub(std::make_shared<StreamHub>(options.tcp_max_connections))
    {
    }

    const Options options;
    std::vector<ListenSocket> sockets;
    std::vector<Alias> aliases;
    std::vector<std::vector<Descriptor>> descriptors;  // by worker, then by socket
    std::shared_ptr<StreamHub> hub;

    Result<Descriptor> open_one(const ListenSocket& socket, bool alone) const
    {
        auto opened = is_stream(socket.protocol) ? open_listening_socket(socket.address, options, alone)
                                                 : open_datagram_socket(socket.address, options, alone);
        if (!opened) return fail("cannot listen on " + socket.text() + ": " + opened.error().text);
        return opened;
    }
};

Network::Network(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Network::~Network() = default;

Result<std::unique_ptr<Network>> Network::create(Options options, unsigned workers)
{
    auto impl = std::make_unique<Impl>(std::move(options), std::max(workers, 1U));
    auto sockets = resolve_listen(impl->options);
    if (!sockets) return fail(sockets.error());
    impl->sockets = std::move(*sockets);
    impl->aliases = resolve_aliases(impl->options, impl->sockets);
    return std::unique_ptr<Network>(new Network(std::move(impl)));
}

const std::vector<ListenSocket>& Network::sockets() const
{
    return impl_->sockets;
}

const std::vector<Alias>& Network::aliases() const
{
    return impl_->aliases;
}

const Options& Network::options() const
{
    return impl_->options;
}

std::size_t Network::connections() const
{
    return impl_->hub->table.size();
}

Result<void> Network::open()
{
    for (auto& socket : impl_->sockets) {
        // With SO_REUSEPORT a second server of the same user would share our port unnoticed: so first without
        // it.
        const auto trial = impl_->open_one(socket, true);
        if (!trial) return fail(trial.error());
        if (socket.address.port == 0) socket.address.port = local_endpoint(trial->get()).port;
    }
    for (auto& of_worker : impl_->descriptors) {
        for (const auto& socket : impl_->sockets) {
            auto opened = impl_->open_one(socket, false);
            if (!opened) return fail(opened.error());
            of_worker.push_back(std::move(*opened));
        }
    }
    return {};
}

std::unique_ptr<Transport> Network::transport(EventLoop& worker, Receiver& receiver)
{
    auto& descriptors = impl_->descriptors.at(worker.index());
    assert(descriptors.size() == impl_->sockets.size() &&
           "open() was called, and this worker has no transport yet");
    return std::make_unique<SocketTransport>(worker, impl_->sockets, std::exchange(descriptors, {}),
                                             impl_->options, impl_->hub, receiver);
}

}  // namespace junctor::transport
