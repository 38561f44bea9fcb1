#include "core/runtime/descriptor.h"

#include "core/runtime/asio.h"

namespace junctor
{

struct Descriptor::Impl : std::enable_shared_from_this<Impl> {
    Impl(asio::io_context& io, int fd) : stream(io, fd) { stream.non_blocking(true); }

    asio::posix::stream_descriptor stream;

    void wait(asio::posix::stream_descriptor::wait_type what, std::function<void()> then)
    {
        stream.async_wait(what, [weak = weak_from_this(), then = std::move(then)](const error_code& error) {
            if (error != asio::error::operation_aborted && weak.lock()) then();
        });
    }
};

Descriptor::Descriptor(EventLoop& loop, int fd) : impl_(std::make_shared<Impl>(loop.io(), fd)) {}

Descriptor::~Descriptor()
{
    error_code ignored;
    impl_->stream.close(ignored);
}

int Descriptor::fd() const
{
    return impl_->stream.native_handle();
}

void Descriptor::when_readable(std::function<void()> then)
{
    impl_->wait(asio::posix::stream_descriptor::wait_read, std::move(then));
}

void Descriptor::when_writable(std::function<void()> then)
{
    impl_->wait(asio::posix::stream_descriptor::wait_write, std::move(then));
}

}  // namespace junctor
