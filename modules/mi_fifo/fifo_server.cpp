#include "modules/mi_fifo/fifo_server.h"

#include <cerrno>
#include <cstring>
#include <deque>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/admin/mi_text.h"
#include "core/base/ascii.h"
#include "core/base/log.h"
#include "core/runtime/readiness.h"
#include "core/runtime/task.h"
#include "modules/mi_fifo/reply_pipe.h"

namespace junctor::mi_fifo
{
namespace
{

constexpr std::size_t read_size = 4096;

struct OpenFifo {
    Descriptor reading;
    Descriptor writing;  // ours, never written to: without it each client's leaving would be an end of file
};

tl::unexpected<Error> refuse(const std::string& path, const std::string& what)
{
    return fail("FIFO " + path + ": " + what);
}

Result<void> make_fifo(const FifoSettings& settings)
{
    // A shell that wrote to the FIFO while no server ran has left a plain file there.
    if (unlink(settings.path.c_str()) != 0 && errno != ENOENT)
        return refuse(settings.path, std::string("what is there cannot be removed: ") + std::strerror(errno));
    if (mkfifo(settings.path.c_str(), 0600) != 0)
        return refuse(settings.path, std::string("it cannot be made: ") + std::strerror(errno));
    return admin::apply(settings.access, settings.path);
}

Result<OpenFifo> open_fifo(const std::string& path)
{
    OpenFifo fifo;
    fifo.reading.reset(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {
    };
    if (!fifo.reading || fstat(fifo.reading.get(), &status) != 0) return refuse(path, std::strerror(errno));
    if (S_ISFIFO(status.st_mode))
        fifo.writing.reset(open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (!fifo.writing) return refuse(path, "it cannot be opened");
    return fifo;
}

}  // namespace

struct FifoServer::Impl : std::enable_shared_from_this<Impl> {
    EventLoop& loop;
    const Registry& commands;
    const FifoSettings settings;
    admin::OwnedFile file;
    Readiness reading;
    Readiness writing;
    bool waiting = false;  // for bytes
    mi::text::RequestReader reader;
    std::deque<Result<mi::text::FramedRequest>> found;  // no more than one read holds
    TaskGroup running;

    Impl(EventLoop& main_loop, const Registry& registry, FifoSettings chosen, OpenFifo fifo)
        : loop(main_loop),
          commands(registry),
          settings(std::move(chosen)),
          file(settings.path),
          reading(loop, std::move(fifo.reading)),
          writing(loop, std::move(fifo.writing))
    {
    }

    void readable()
    {
        waiting = false;
        std::array<char, read_size> buffer;
        const ssize_t got = read(reading.fd(), buffer.data(), buffer.size());
        if (got < 0 && errno != EAGAIN && errno != EINTR) {
            log_error("mi_fifo", "FIFO {}: {}; no more commands are read from it", settings.path,
                      std::strerror(errno));
            return;
        }
        if (got > 0)
            for (auto& request : reader.feed({buffer.data(), static_cast<std::size_t>(got)}))
                found.push_back(std::move(request));
        go_on();
    }

    // Runs what was found as long as there is room, then reads on.
    void go_on()
    {
        while (!found.empty() && running.waiting() < settings.running) {
            auto request = std::move(found.front());
            found.pop_front();
            if (request)
                running.start(serve(*this, std::move(*request)));
            else
                log_error("mi_fifo", "request ignored: {}", request.error().text);
        }
        if (running.waiting() >= settings.running || std::exchange(waiting, true)) return;
        reading.when_readable([this] { readable(); });
    }

    // A task calls this as its last act. It counts as running until it has returned: hence the post.
    void ended()
    {
        if (waiting) return;
        loop.post([weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->go_on();
        });
    }

    // The text leaves through `pipe` behind those that wait there already.
    void send(const std::shared_ptr<ReplyPipe>& pipe, std::string text)
    {
        if (pipe->queue(std::move(text))) running.start(drain(*this, pipe));
    }

    static Task<bool> drain(Impl& self, std::shared_ptr<ReplyPipe> pipe)
    {
        co_await pipe->drain();
        self.ended();
        co_return true;
    }

    static Task<bool> serve(Impl& self, mi::text::FramedRequest request)
    {
        const bool executed = co_await execute(self, std::move(request));
        self.ended();
        co_return executed;
    }

    // The reply pipe comes first: without one nothing is executed.
    static Task<bool> execute(Impl& self, mi::text::FramedRequest framed)
    {
        const std::string path = self.settings.reply_dir + framed.reply_name;
        if (!mi::text::is_reply_name(framed.reply_name) || path.size() > max_reply_path) {
            log_error("mi_fifo", "command {} not executed: {} is no good name for a reply file",
                      quoted_for_log(framed.command), quoted_for_log(framed.reply_name));
            co_return false;
        }
        const auto pipe = std::make_shared<ReplyPipe>(self.loop, path);
        const auto opened = co_await pipe->open();
        if (!opened) {
            log_error("mi_fifo", "command {} not executed: reply pipe {}: {}", quoted_for_log(framed.command),
                      quoted_for_log(path), opened.error().text);
            co_return false;
        }
        // The texts of refusals have no empty line at their end, as OpenSER's.
        const mi::Command* command = self.commands.find_command(framed.command);
        if (command == nullptr) {
            self.send(pipe, "500 command '" + framed.command + "' not available\n");
            co_return false;
        }
        mi::Request request;
        request.command = framed.command;
        if (command->takes_input) {
            auto arguments = mi::text::parse_arguments(framed.input);
            if (!arguments || framed.input_too_long) {
                self.send(pipe, "400 parse error in command '" + framed.command + "'\n");
                co_return false;
            }
            request.arguments = std::move(*arguments);
        }
        request.progress = [&self, pipe](const mi::Reply& reply) { self.print(pipe, reply); };
        const mi::Reply reply = co_await command->run(std::move(request));
        self.print(pipe, reply);
        co_return true;
    }

    void print(const std::shared_ptr<ReplyPipe>& pipe, const mi::Reply& reply)
    {
        send(pipe, mi::text::print(reply, settings.reply_indent));
    }
};

Result<std::unique_ptr<FifoServer>> FifoServer::start(EventLoop& loop, const Registry& commands,
                                                      FifoSettings settings)
{
    if (auto made = make_fifo(settings); !made) return fail(made.error());
    auto fifo = open_fifo(settings.path);
    if (!fifo) return fail(fifo.error());
    auto impl = std::make_shared<Impl>(loop, commands, std::move(settings), std::move(*fifo));
    impl->go_on();
    return std::unique_ptr<FifoServer>(new FifoServer(std::move(impl)));
}

FifoServer::FifoServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

FifoServer::~FifoServer() = default;

}  // namespace junctor::mi_fifo
