// JSON-RPC over the server's control socket (core/admin/unix_server.h): one call at a time.
#include <cerrno>
#include <cstring>

#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/admin/json_rpc.h"
#include "core/admin/reply_json.h"
#include "core/admin/unix_socket.h"
#include "tools/junctorctl/control.h"

namespace junctor::ctl
{
namespace
{

using Json = nlohmann::ordered_json;
using Deadline = std::chrono::steady_clock::time_point;

// False: nothing came before the deadline.
bool wait_for(int fd, short events, Deadline deadline)
{
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd waiting{fd, events, 0};
        const int ready = poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready >= 0 || errno != EINTR) return ready > 0;
    }
}

// The protocol's own errors have negative codes; they become what the FIFO says.
mi::Reply error_reply(const Json& error, const std::string& command)
{
    const int code = error.value("code", 500);
    if (code == admin::json_rpc::method_not_found)
        return mi::Reply::error(500, "command '" + command + "' not available");
    mi::Reply reply = mi::Reply::error(code > 0 ? code : 500, error.value("message", "error"));
    if (error.contains("data") && error["data"].contains("nodes"))
        if (auto nodes = admin::nodes_from_json(error["data"]["nodes"])) reply.nodes = std::move(*nodes);
    return reply;
}

Result<mi::Reply> parse_response(const std::string& line, const std::string& command)
try {
    const Json response = Json::parse(line);
    if (response.contains("error")) return error_reply(response["error"], command);
    const Json& result = response.at("result");
    mi::Reply reply;
    reply.code = result.value("code", 200);
    reply.reason = result.value("reason", "OK");
    auto nodes = admin::nodes_from_json(result.value("nodes", Json::array()));
    if (!nodes) return fail(no_server, nodes.error().text);
    reply.nodes = std::move(*nodes);
    return reply;
} catch (const Json::exception&) {
    return fail(no_server, "what answers on the control socket is no Junctor: it sent no JSON-RPC response");
}

class SocketControl final : public Control
{
public:
    SocketControl(int fd, std::string path, std::chrono::seconds timeout)
        : fd_(fd), path_(std::move(path)), timeout_(timeout)
    {
    }
    ~SocketControl() override { close(fd_); }

    Result<mi::Reply> run(const std::string& command, const std::vector<std::string>& arguments) override
    {
        const Json call{{"jsonrpc", "2.0"}, {"id", ++last_id_}, {"method", command}, {"params", arguments}};
        const auto deadline = std::chrono::steady_clock::now() + timeout_;
        const std::string line = call.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
        if (auto sent = send_all(line, deadline); !sent) return fail(sent.error());
        auto answer = read_line(deadline);
        if (!answer) return fail(answer.error());
        return parse_response(*answer, command);
    }

    bool wait_until_gone(std::chrono::seconds patience) override
    {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        for (char c = 0; wait_for(fd_, POLLIN, deadline);)
            if (recv(fd_, &c, 1, 0) <= 0) return true;
        return false;
    }

private:
    tl::unexpected<Error> broken(const std::string& what) const
    {
        return fail(no_server, "control socket " + path_ + ": " + what);
    }

    Result<void> send_all(std::string_view text, Deadline deadline) const
    {
        while (!text.empty()) {
            const ssize_t sent = send(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent >= 0)
                text.remove_prefix(static_cast<std::size_t>(sent));
            else if (errno == EAGAIN && !wait_for(fd_, POLLOUT, deadline))
                return broken("the server does not take the request");
            else if (errno != EAGAIN && errno != EINTR)
                return broken(std::strerror(errno));
        }
        return {};
    }

    Result<std::string> read_line(Deadline deadline)
    {
        std::size_t searched = 0;
        for (;;) {
            if (const std::size_t end = input_.find('\n', searched); end != std::string::npos) {
                std::string line = input_.substr(0, end);
                input_.erase(0, end + 1);
                return line;
            }
            searched = input_.size();
            if (!wait_for(fd_, POLLIN, deadline))
                return broken(fmt::format("no answer within {} s (--timeout)", timeout_.count()));
            std::array<char, 1 << 16> buffer;
            const ssize_t got = recv(fd_, buffer.data(), buffer.size(), 0);
            if (got == 0) return broken("the server closed the connection");
            if (got < 0 && errno != EINTR) return broken(std::strerror(errno));
            if (got > 0) input_.append(buffer.data(), static_cast<std::size_t>(got));
        }
    }

    int fd_;
    std::string path_;
    std::chrono::seconds timeout_;
    std::string input_;
    int last_id_ = 0;
};

}  // namespace

Result<std::unique_ptr<Control>> connect_to_socket(const std::string& path, std::chrono::seconds timeout)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() > admin::max_socket_path)
        return fail(no_server, "control socket " + path + ": the path has more than 107 characters");
    std::memcpy(address.sun_path, path.data(), path.size());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail(no_server, std::string("no socket: ") + std::strerror(errno));
    if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const std::string why = std::strerror(errno);
        close(fd);
        return fail(no_server, "control socket " + path + ": " + why);
    }
    return std::make_unique<SocketControl>(fd, path, timeout);
}

}  // namespace junctor::ctl
