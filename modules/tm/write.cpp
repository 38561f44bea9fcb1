// t_write_req and t_write_unix: another program is told of the request and answers it, by MI, when it likes.
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/descriptor.h"
#include "core/runtime/pause.h"
#include "modules/tm/description.h"
#include "modules/tm/tm_module.h"

namespace junctor::tm
{
namespace
{

constexpr Duration retry_interval = std::chrono::milliseconds(20);

Error system_error(std::string_view what, std::string_view path)
{
    return {500, fmt::format("{} {}: {}", what, path, std::strerror(errno)), Error::nowhere};
}

// Never waits: without a reader, or with a full pipe, it fails.
Result<void> write_to_fifo(const std::string& path, std::string_view text)
{
    const Descriptor fifo(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    if (!fifo) return fail(system_error("the FIFO cannot be opened:", path));
    const ssize_t written = ::write(fifo.get(), text.data(), text.size());
    if (written < 0) return fail(system_error("the FIFO cannot be written:", path));
    if (static_cast<std::size_t>(written) < text.size())
        return fail(fmt::format("the FIFO {} took {} of {} bytes", path, written, text.size()));
    return {};
}

sockaddr_un address_of(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

std::string_view action_of(std::string_view info)
{
    return info.substr(0, info.find('/'));
}

std::string_view append_of(std::string_view info)
{
    const std::size_t slash = info.find('/');
    return slash == std::string_view::npos ? std::string_view() : info.substr(slash + 1);
}

}  // namespace

Result<void> Tm::refuse_write(std::span<const script::Argument> arguments) const
{
    const std::string& path = arguments[0].text;
    if (path.empty()) return fail(500, "the path is empty", 0);
    if (path.size() >= sizeof(sockaddr_un::sun_path)) return fail(500, "the path has more than 107 bytes", 0);
    if (action_of(arguments[1].text).empty()) return fail(500, "write action or action/append_name", 1);
    const std::string_view append = append_of(arguments[1].text);
    if (append.empty()) return {};
    for (const std::string& definition : append_texts_)
        if (AppendLists::name_of(definition) == append) return {};
    return fail(500, "no tw_append defines " + std::string(append), 1);
}

Result<std::string> Tm::describe(Message& message, const std::string& action) const
{
    if (user_of(message) == nullptr) return fail("there is no transaction");
    const transaction::Transaction& transaction = *message.transaction;
    Description what;
    what.action = action_of(action);
    what.transaction = fmt::format("{}:{}", transaction.hash_index(), transaction.short_label());
    if (const std::string_view append = append_of(action); !append.empty()) {
        auto lines = appends_.expand(append, message);
        if (!lines) return fail(lines.error());
        what.appended = std::move(*lines);
    }
    return describe_request(message, what);
}

// The reply comes by MI (t_reply) or not at all: then fr_timer ends the transaction.
Code Tm::await_reply(Message& message)
{
    const auto branch = message.transaction->add_blind_branch();
    return branch ? done : message.fail(branch.error(), failed);
}

Code Tm::write_fifo(Message& message, const std::string& path, const std::string& action)
{
    const auto text = describe(message, action);
    if (!text) return message.fail({500, "t_write_req: " + text.error().text}, failed);
    if (const auto written = write_to_fifo(path, *text); !written)
        return message.fail(written.error(), failed);
    return await_reply(message);
}

Task<Code> Tm::write_unix(Message& message, std::string path, std::string action)
{
    const auto text = describe(message, action);
    if (!text) co_return message.fail({500, "t_write_unix: " + text.error().text}, failed);
    const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) co_return message.fail(system_error("no socket for", path), failed);
    const sockaddr_un address = address_of(path);

    Worker& worker = message.environment().worker;
    const TimePoint deadline = worker.clock().now() + std::chrono::seconds(unix_tx_timeout_);
    for (;;) {
        const ssize_t sent = ::sendto(socket.get(), text->data(), text->size(), 0,
                                      reinterpret_cast<const sockaddr*>(&address), sizeof address);
        if (sent >= 0) break;
        const bool full = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
        if (!full || worker.clock().now() >= deadline)
            co_return message.fail(system_error("t_write_unix: nothing could be written to", path), failed);
        co_await pause(worker, retry_interval);
    }
    if (user_of(message) == nullptr)
        co_return message.fail({500, "the transaction has ended meanwhile"}, failed);
    co_return await_reply(message);
}

}  // namespace junctor::tm
