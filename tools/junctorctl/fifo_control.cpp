// The text protocol over the FIFO of mi_fifo (core/admin/mi_text.h), as openserctl used it.
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/ascii.h"
#include "core/base/descriptor.h"
#include "tools/junctorctl/control.h"

namespace junctor::ctl
{
namespace
{

// Our reply pipe: made before the request, removed in the end.
class ReplyFile
{
public:
    ReplyFile(const std::string& directory, std::string name)
        : name_(std::move(name)), path_(directory + name_)
    {
    }
    ~ReplyFile()
    {
        if (made_) unlink(path_.c_str());
    }
    ReplyFile(const ReplyFile&) = delete;
    ReplyFile& operator=(const ReplyFile&) = delete;

    bool make()
    {
        // The server may run as another user: it must be able to write.
        made_ = mkfifo(path_.c_str(), 0600) == 0;
        return made_ && chmod(path_.c_str(), 0622) == 0;
    }
    const std::string& name() const { return name_; }
    const std::string& path() const { return path_; }

private:
    std::string name_, path_;
    bool made_ = false;
};

class FifoControl final : public Control
{
public:
    FifoControl(std::string path, std::string reply_dir, std::chrono::seconds timeout)
        : path_(std::move(path)), reply_dir_(std::move(reply_dir)), timeout_(timeout)
    {
    }

    Result<mi::Reply> run(const std::string& command, const std::vector<std::string>& arguments) override
    {
        ReplyFile reply(reply_dir_, fmt::format("junctorctl_{}_{}", getpid(), ++calls_));
        if (!reply.make())
            return fail(no_reply_pipe,
                        "the reply FIFO " + reply.path() + " cannot be made: " + std::strerror(errno));
        const Descriptor reading(open(reply.path().c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
        if (!reading)
            return fail(no_reply_pipe, "the reply FIFO " + reply.path() + ": " + std::strerror(errno));

        std::string request = ":" + command + ":" + reply.name() + "\n";
        for (const auto& argument : arguments) {
            auto line = fifo_argument(argument);
            if (!line) return fail(line.error());
            request += *line + '\n';
        }
        request += '\n';
        if (auto sent = send(request); !sent) return fail(sent.error());
        auto text = read_to_end(reading.get());
        if (!text) return fail(text.error());
        return parse_fifo_reply(*text);
    }

    bool wait_until_gone(std::chrono::seconds patience) override
    {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (std::chrono::steady_clock::now() < deadline) {
            const Descriptor probe(open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
            if (!probe) return true;
            poll(nullptr, 0, 50);
        }
        return false;
    }

private:
    // In one write: requests of several clients do not mix as long as they are not longer than the pipe takes
    // at once.
    Result<void> send(const std::string& request) const
    {
        if (request.size() > PIPE_BUF)
            return fail(refused, fmt::format("the arguments have more than {} bytes; use the control socket",
                                             PIPE_BUF));
        const Descriptor fifo(open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
        if (!fifo) return fail(no_server, "FIFO " + path_ + ": " + std::strerror(errno));
        std::signal(SIGPIPE, SIG_IGN);
        const ssize_t written = write(fifo.get(), request.data(), request.size());
        if (written == static_cast<ssize_t>(request.size())) return {};
        return fail(no_server, "FIFO " + path_ + ": the server does not read it");
    }

    // Provisional results come first, each through an opening of its own; the last one counts.
    Result<std::string> read_to_end(int fd) const
    {
        const auto deadline = std::chrono::steady_clock::now() + timeout_;
        std::string text;
        for (;;) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                deadline - std::chrono::steady_clock::now());
            pollfd waiting{fd, POLLIN, 0};
            if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) == 0)
                return fail(no_server, fmt::format("no answer through the FIFO within {} s (--timeout)",
                                                   timeout_.count()));
            std::array<char, 1 << 16> buffer;
            const ssize_t got = read(fd, buffer.data(), buffer.size());
            if (got > 0) {
                text.append(buffer.data(), static_cast<std::size_t>(got));
            } else if (got == 0) {
                const std::string last = last_reply(text);
                if (!last.empty() && last.front() != '1') return last;
                poll(nullptr, 0, 10);  // a pipe without a writer shows its end again and again
            } else if (errno != EAGAIN && errno != EINTR) {
                return fail(no_server, std::string("the reply FIFO: ") + std::strerror(errno));
            }
        }
    }

    static std::string last_reply(const std::string& text)
    {
        std::size_t from = 0;
        while (from < text.size() && text[from] == '1') {
            const std::size_t end = text.find("\n\n", from);
            if (end == std::string::npos) break;
            from = end + 2;
        }
        return text.substr(from);
    }

    std::string path_, reply_dir_;
    std::chrono::seconds timeout_;
    int calls_ = 0;
};

}  // namespace

Result<std::unique_ptr<Control>> use_fifo(const std::string& path, const std::string& reply_dir,
                                          std::chrono::seconds timeout)
{
    const Descriptor probe(open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat status {
    };
    if (!probe)
        return fail(no_server,
                    "FIFO " + path + ": " + (errno == ENXIO ? "nobody reads it" : std::strerror(errno)));
    if (fstat(probe.get(), &status) != 0 || !S_ISFIFO(status.st_mode))
        return fail(no_server, "FIFO " + path + ": it is no FIFO");
    return std::make_unique<FifoControl>(path, reply_dir.ends_with('/') ? reply_dir : reply_dir + '/',
                                         timeout);
}

Result<std::string> fifo_argument(const std::string& argument)
{
    if (argument.find("\n\n") != std::string::npos || argument.starts_with('\n'))
        return fail(refused, "an argument with an empty line cannot pass the FIFO; use the control socket");
    const bool plain = !argument.empty() && trim(argument) == argument &&
                       argument.find_first_of("\"\n") == std::string::npos &&
                       argument.find("::") == std::string::npos;
    if (plain) return argument;
    if (argument.ends_with('\\'))
        return fail(refused,
                    "an argument that ends in a backslash cannot pass the FIFO; use the control socket");
    std::string quoted = "\"";
    for (const char c : argument) {
        if (c == '"') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

Result<mi::Reply> parse_fifo_reply(std::string_view text)
{
    const std::string_view first = text.substr(0, text.find('\n'));
    const std::size_t blank = first.find(' ');
    const auto code = parse_unsigned(first.substr(0, blank), 999);
    if (!code || *code < 100) return fail(no_server, "the reply through the FIFO does not begin with a code");
    mi::Reply reply = mi::Reply::error(static_cast<int>(*code),
                                       std::string(trim(first.substr(std::min(blank, first.size())))));
    text.remove_prefix(std::min(first.size() + 1, text.size()));
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end > 0) reply.add("", std::string(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return reply;
}

}  // namespace junctor::ctl
