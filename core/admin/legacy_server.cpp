#include "core/admin/legacy_server.h"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>

#include "core/admin/legacy_commands.h"
#include "core/admin/unix_socket.h"
#include "core/base/log.h"
#include "core/runtime/pause.h"
#include "core/runtime/readiness.h"

namespace junctor::admin
{
namespace
{

constexpr Duration send_pause = std::chrono::milliseconds(20);

struct Sender {
    sockaddr_un address{};
    socklen_t length = 0;
    bool has_name() const { return length > sizeof(sa_family_t); }
};

}  // namespace

struct LegacyServer::Impl : std::enable_shared_from_this<Impl> {
    EventLoop& loop;
    const Registry& commands;
    const LegacyServerSettings settings;
    OwnedFile file;
    Readiness socket;
    bool waiting = false;  // for a datagram
    TaskGroup running;

    Impl(EventLoop& main_loop, const Registry& registry, LegacyServerSettings chosen, BoundSocket taken)
        : loop(main_loop),
          commands(registry),
          settings(std::move(chosen)),
          file(std::move(taken.file)),
          socket(loop, std::move(taken.descriptor))
    {
    }

    void wait()
    {
        if (running.waiting() >= settings.running || std::exchange(waiting, true)) return;
        socket.when_readable([this] {
            waiting = false;
            receive();
            wait();
        });
    }

    void receive()
    {
        std::string text(legacy::max_datagram, '\0');
        Sender from;
        from.length = sizeof from.address;
        const ssize_t got = recvfrom(socket.fd(), text.data(), text.size(), MSG_DONTWAIT,
                                     reinterpret_cast<sockaddr*>(&from.address), &from.length);
        if (got < 0) return;  // taken by nobody else: only an interruption or a spurious wake-up
        if (!from.has_name()) {
            log_warning("admin", "{}: a command from a socket without a name cannot be answered: ignored",
                        settings.path);
            return;
        }
        text.resize(static_cast<std::size_t>(got));
        running.start(serve(*this, std::move(text), from));
    }

    // The last act of a task, which still counts as running: hence the post.
    void ended()
    {
        if (waiting) return;
        loop.post([weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->wait();
        });
    }

    static Task<bool> serve(Impl& self, std::string request, Sender from)
    {
        std::function<void(std::string)> progress = [&self, from](std::string text) {
            self.running.start(deliver(self, std::move(text), from));
        };
        std::string text = co_await legacy::answer(std::move(request), self.commands, std::move(progress));
        const bool sent = co_await send(self, std::move(text), from);
        self.ended();
        co_return sent;
    }

    static Task<bool> deliver(Impl& self, std::string text, Sender to)
    {
        const bool sent = co_await send(self, std::move(text), to);
        self.ended();
        co_return sent;
    }

    static Task<bool> send(Impl& self, std::string text, Sender to)
    {
        const TimePoint deadline = self.loop.clock().now() + self.settings.send_timeout;
        for (;;) {
            const ssize_t sent =
                sendto(self.socket.fd(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                       reinterpret_cast<const sockaddr*>(&to.address), to.length);
            if (sent >= 0) co_return true;
            // A full queue of the client cannot be waited for: readiness tells of our side only.
            const bool may_pass = errno == EAGAIN || errno == ENOBUFS || errno == EINTR;
            if (!may_pass || self.loop.clock().now() >= deadline) {
                log_warning("admin", "{}: an answer could not be sent: {}", self.settings.path,
                            std::strerror(errno));
                co_return false;
            }
            co_await pause(self.loop, send_pause);
        }
    }
};

Result<std::unique_ptr<LegacyServer>> LegacyServer::start(EventLoop& loop, const Registry& commands,
                                                          LegacyServerSettings settings)
{
    auto bound = bind_unix(settings.path, SocketType::Datagram, settings.access);
    if (!bound) return fail(std::move(bound.error()));
    auto impl = std::make_shared<Impl>(loop, commands, std::move(settings), std::move(*bound));
    impl->wait();
    return std::unique_ptr<LegacyServer>(new LegacyServer(std::move(impl)));
}

LegacyServer::LegacyServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

LegacyServer::~LegacyServer() = default;

}  // namespace junctor::admin
