#include "core/runtime/readiness.h"

#include "core/base/log.h"
#include "core/runtime/asio.h"

namespace junctor
{

struct Readiness::State : std::enable_shared_from_this<State> {
    State(asio::io_context& io, int fd) : descriptor(io)
    {
        error_code error;
        descriptor.assign(fd, error);
        if (!error) descriptor.non_blocking(true, error);
        if (!error) return;
        log_error("runtime", "a descriptor cannot be watched: {}", error.message());
        if (!descriptor.is_open()) refused.reset(fd);
    }

    asio::posix::stream_descriptor descriptor;
    Descriptor refused;  // the system's limit of watched descriptors is reached: it stays silent

    void wait(asio::posix::stream_descriptor::wait_type what, std::function<void()> then)
    {
        // A handler that was already on its way when the descriptor went must not call.
        descriptor.async_wait(what,
                              [weak = weak_from_this(), then = std::move(then)](const error_code& error) {
                                  if (!error && !weak.expired()) then();
                              });
    }
};

Readiness::Readiness(EventLoop& loop, Descriptor descriptor)
    : state_(std::make_shared<State>(loop.io(), descriptor.get())), fd_(descriptor.release())
{
}

Readiness::~Readiness() = default;

void Readiness::when_readable(std::function<void()> then)
{
    state_->wait(asio::posix::stream_descriptor::wait_read, std::move(then));
}

void Readiness::when_writable(std::function<void()> then)
{
    state_->wait(asio::posix::stream_descriptor::wait_write, std::move(then));
}

Descriptor Readiness::release()
{
    return Descriptor(state_->descriptor.release());
}

}  // namespace junctor
