#include "core/runtime/signals.h"

#include <csignal>

#include "core/runtime/asio.h"

namespace junctor
{

struct Signals::Impl : std::enable_shared_from_this<Impl> {
    Impl(asio::io_context& io, std::function<void(int)> handler) : set(io), on_signal(std::move(handler)) {}

    asio::signal_set set;
    std::function<void(int)> on_signal;

    void wait()
    {
        set.async_wait([weak = weak_from_this()](const error_code& error, int number) {
            const auto self = weak.lock();
            if (error || !self) return;
            self->on_signal(number);
            self->wait();
        });
    }
};

Signals::Signals(EventLoop& loop, std::span<const int> numbers, std::function<void(int)> on_signal)
    : impl_(std::make_shared<Impl>(loop.io(), std::move(on_signal)))
{
    std::signal(SIGPIPE, SIG_IGN);
    for (const int number : numbers) impl_->set.add(number);
    impl_->wait();
}

Signals::~Signals()
{
    std::signal(SIGPIPE, SIG_DFL);
}

}  // namespace junctor
