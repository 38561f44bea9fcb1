#include "modules/mi_fifo/reply_pipe.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/runtime/timer.h"

namespace junctor::mi_fifo
{
namespace
{

// In /tmp anybody may put anything under a name that a client has chosen: what was opened must be the FIFO
// that the name means, and only that.
Result<void> check(int fd, const std::string& path)
{
    struct stat opened {
    };
    struct stat named {
    };
    if (fstat(fd, &opened) != 0 || lstat(path.c_str(), &named) != 0) return fail(std::strerror(errno));
    if (!S_ISFIFO(opened.st_mode)) return fail("it is no FIFO");
    if (opened.st_nlink != 1) return fail("it has more than one name");
    if (opened.st_dev != named.st_dev || opened.st_ino != named.st_ino)
        return fail("it was exchanged while it was opened");
    return {};
}

Descriptor open_for_writing(const std::string& path)
{
    return Descriptor(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
}

}  // namespace

Task<Result<void>> ReplyPipe::open()
{
    Descriptor pipe = open_for_writing(path_);
    for (int retry = 0; !pipe && errno == ENXIO && retry < open_retries; ++retry) {
        co_await pause();
        pipe = open_for_writing(path_);
    }
    if (!pipe)
        co_return fail(errno == ENXIO ? std::string("nobody reads it") : std::string(std::strerror(errno)));
    if (auto checked = check(pipe.get(), path_); !checked) co_return fail(checked.error());
    pipe_ = std::make_unique<Readiness>(loop_, std::move(pipe));
    co_return Result<void>{};
}

bool ReplyPipe::queue(std::string text)
{
    if (texts_.size() >= max_queue) {
        log_error("mi_fifo", "reply pipe {}: its reader is too slow; a reply is lost", path_);
        return false;
    }
    texts_.push_back(std::move(text));
    return !std::exchange(draining_, true);
}

Task<bool> ReplyPipe::drain()
{
    for (; !texts_.empty(); texts_.pop_front()) {
        if (!pipe_) {
            const auto opened = co_await open();
            if (!opened) {
                log_error("mi_fifo", "reply pipe {}: {}; a reply is lost", path_, opened.error().text);
                continue;
            }
        }
        co_await write(texts_.front());
        pipe_.reset();
    }
    draining_ = false;
    co_return true;
}

Task<bool> ReplyPipe::write(std::string text)
{
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t taken = ::write(pipe_->fd(), text.data() + written, text.size() - written);
        if (taken > 0) {
            written += static_cast<std::size_t>(taken);
        } else if (errno == EAGAIN) {
            if (co_await writable()) continue;
            log_error("mi_fifo", "reply pipe {}: its reader stalls; the rest of the reply is lost", path_);
            co_return false;
        } else if (errno != EINTR) {
            log_error("mi_fifo", "reply pipe {}: {}; the rest of the reply is lost", path_,
                      std::strerror(errno));
            co_return false;
        }
    }
    co_return true;
}

Task<bool> ReplyPipe::pause()
{
    OneShot<bool> over;
    Timer timer(loop_.timers(), [resolver = over.resolver()]() mutable { resolver.resolve(true); });
    timer.start(open_pause);
    co_return co_await over;
}

Task<bool> ReplyPipe::writable()
{
    OneShot<bool> outcome;
    Timer patience(loop_.timers(), [resolver = outcome.resolver()]() mutable { resolver.resolve(false); });
    patience.start(write_patience);
    pipe_->when_writable([resolver = outcome.resolver()]() mutable { resolver.resolve(true); });
    co_return co_await outcome;
}

}  // namespace junctor::mi_fifo
