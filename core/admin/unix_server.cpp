#include "core/admin/unix_server.h"

#include <cerrno>
#include <list>

#include <sys/socket.h>
#include <unistd.h>

#include "core/admin/unix_socket.h"
#include "core/base/log.h"
#include "core/runtime/readiness.h"
#include "core/runtime/task.h"

namespace junctor::admin
{
namespace
{

constexpr std::size_t read_size = 1 << 16;
constexpr Duration accept_pause = std::chrono::milliseconds(200);  // when descriptors have run out

class Connection : public std::enable_shared_from_this<Connection>
{
public:
    using OnRequest = std::function<void(std::shared_ptr<Connection>, std::string line)>;

    Connection(EventLoop& loop, Descriptor socket, const UnixServerSettings& settings, OnRequest on_request,
               std::function<void(Connection&)> on_closed)
        : socket_(loop, std::move(socket)),
          settings_(settings),
          on_request_(std::move(on_request)),
          on_closed_(std::move(on_closed))
    {
    }

    void begin() { go_on(); }  // reads the first requests

    // An empty answer belongs to a notification.
    void answer(const std::string& line)
    {
        --pending_;
        if (closed_) return;
        if (!line.empty()) (output_ += line) += '\n';
        if (waiting_output() > settings_.output_max) {
            log_warning("admin", "a client of {} does not read its answers: connection closed",
                        settings_.path);
            return close();
        }
        go_on();
    }

private:
    std::size_t waiting_output() const { return output_.size() - written_; }
    bool has_room() const { return pending_ < settings_.pending && waiting_output() <= settings_.output; }
    bool has_request() const { return input_.find('\n') != std::string::npos; }

    // All that can be done now. Commands that do not wait answer while it runs: those calls return at once,
    // and the loop here does their part.
    void go_on()
    {
        if (closed_ || std::exchange(going_on_, true)) return;
        do {
            take_requests();
            write();
        } while (!closed_ && has_request() && has_room());
        going_on_ = false;
        if (closed_) return;
        if (ended_ && pending_ == 0 && waiting_output() == 0 && !has_request()) return close();
        if (ended_ || reading_ || !has_room()) return;
        reading_ = true;
        socket_.when_readable([this] { readable(); });
    }

    void readable()
    {
        const auto self = shared_from_this();
        reading_ = false;
        std::array<char, read_size> buffer;
        const ssize_t got = ::read(socket_.fd(), buffer.data(), buffer.size());
        if (got < 0 && errno != EAGAIN && errno != EINTR) return close();
        if (got > 0) input_.append(buffer.data(), static_cast<std::size_t>(got));
        if (got == 0) {
            ended_ = true;  // perhaps its sending side only: answers still go out
            if (!input_.empty()) input_ += '\n';
        }
        if (input_.size() > settings_.limits.request && !has_request()) {
            // Where the next request begins cannot be known any more.
            input_.clear();
            ended_ = true;
            (output_ += json_rpc::error_line(json_rpc::too_large, "the request is too large")) += '\n';
        }
        go_on();
    }

    void take_requests()
    {
        std::size_t from = 0;
        while (!closed_ && has_room()) {
            const std::size_t end = input_.find('\n', from);
            if (end == std::string::npos) break;
            std::string line = input_.substr(from, end - from);
            from = end + 1;
            if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
            ++pending_;
            on_request_(shared_from_this(), std::move(line));
        }
        input_.erase(0, from);
    }

    void write()
    {
        while (!closed_ && !writing_ && waiting_output() > 0) {
            const ssize_t sent =
                send(socket_.fd(), output_.data() + written_, waiting_output(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent >= 0) {
                written_ += static_cast<std::size_t>(sent);
            } else if (errno == EAGAIN) {
                writing_ = true;
                socket_.when_writable([this] {
                    const auto self = shared_from_this();
                    writing_ = false;
                    go_on();
                });
            } else if (errno != EINTR) {
                close();
            }
        }
        if (waiting_output() == 0) {
            output_.clear();
            written_ = 0;
        }
    }

    void close()
    {
        if (std::exchange(closed_, true)) return;
        on_closed_(*this);  // the owner lets go; we live until the caller's reference goes
    }

    Readiness socket_;
    const UnixServerSettings& settings_;
    OnRequest on_request_;
    std::function<void(Connection&)> on_closed_;
    std::string input_;  // bounded by a request and one read
    std::string output_;
    std::size_t written_ = 0;  // of output_
    std::size_t pending_ = 0;
    bool reading_ = false, writing_ = false, going_on_ = false;
    bool ended_ = false;  // no more requests will come
    bool closed_ = false;
};

}  // namespace

struct UnixServer::Impl {
    EventLoop& loop;
    const Registry& commands;
    const UnixServerSettings settings;
    OwnedFile file;
    Readiness listener;
    Timer accept_again;
    std::list<std::shared_ptr<Connection>> connections;
    TaskGroup running;

    Impl(EventLoop& loop_, const Registry& registry, UnixServerSettings chosen, BoundSocket socket)
        : loop(loop_),
          commands(registry),
          settings(std::move(chosen)),
          file(std::move(socket.file)),
          listener(loop, std::move(socket.descriptor)),
          accept_again(loop.timers(), [this] { wait(); })
    {
    }

    void wait()
    {
        listener.when_readable([this] { accept(); });
    }

    void accept()
    {
        Descriptor accepted(accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (accepted) {
            welcome(std::move(accepted));
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            accept_again.start(accept_pause);
            return;
        }
        wait();
    }

    void welcome(Descriptor accepted)
    {
        if (connections.size() >= settings.connections) {
            const std::string line = json_rpc::error_line(json_rpc::too_large, "too many connections") + '\n';
            [[maybe_unused]] const auto sent =
                send(accepted.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            return;
        }
        auto connection = std::make_shared<Connection>(
            loop, std::move(accepted), settings,
            [this](std::shared_ptr<Connection> from, std::string line) {
                running.start(serve(commands, settings.limits, std::move(from), std::move(line)));
            },
            [this](Connection& closed) {
                connections.remove_if([&](const auto& held) { return held.get() == &closed; });
            });
        connections.push_back(connection);
        connection->begin();
    }

    // Goes on when the client has left: what a command has begun it shall end.
    static Task<bool> serve(const Registry& commands, json_rpc::Limits limits,
                            std::shared_ptr<Connection> from, std::string line)
    {
        const std::string answer = co_await json_rpc::answer(std::move(line), commands, limits);
        from->answer(answer);
        co_return true;
    }
};

Result<std::unique_ptr<UnixServer>> UnixServer::start(EventLoop& loop, const Registry& commands,
                                                      UnixServerSettings settings)
{
    auto bound = bind_unix(settings.path, SocketType::Stream, settings.access);
    if (!bound) return fail(std::move(bound.error()));
    auto impl = std::make_unique<Impl>(loop, commands, std::move(settings), std::move(*bound));
    impl->wait();
    return std::unique_ptr<UnixServer>(new UnixServer(std::move(impl)));
}

UnixServer::UnixServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

UnixServer::~UnixServer() = default;

std::size_t UnixServer::connections() const
{
    return impl_->connections.size();
}

}  // namespace junctor::admin
