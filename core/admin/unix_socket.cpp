#include "core/admin/unix_socket.h"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace junctor::admin
{
namespace
{

class Socket
{
public:
    explicit Socket(SocketType type)
        : fd_(socket(AF_UNIX,
                     (type == SocketType::Stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK,
                     0))
    {
    }
    ~Socket()
    {
        if (fd_ >= 0) close(fd_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    int fd() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

private:
    int fd_;
};

tl::unexpected<Error> refuse(const std::string& path, const std::string& what)
{
    return fail("unix socket " + path + ": " + what);
}

// Makes room for our socket: a stale one goes.
Result<void> clear(const std::string& path, const sockaddr_un& address, SocketType type)
{
    struct stat status {
    };
    if (lstat(path.c_str(), &status) != 0) return {};
    if (!S_ISSOCK(status.st_mode)) return refuse(path, "a file of that name exists and is no socket");
    const Socket probe(type);
    const int connected = connect(probe.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    // EAGAIN: its queue is full; EPROTOTYPE: a socket of another kind. Somebody is there.
    if (connected == 0 || errno == EAGAIN || errno == EPROTOTYPE)
        return refuse(path, "a server answers there already; stop it or choose another path");
    if (errno == ECONNREFUSED && unlink(path.c_str()) == 0) return {};
    return errno == ENOENT ? Result<void>{} : refuse(path, std::strerror(errno));
}

}  // namespace

Result<BoundSocket> bind_unix(const std::string& path, SocketType type, const FileAccess& access)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() > max_socket_path)
        return refuse(path, "the path must have 1 to 107 characters");
    std::memcpy(address.sun_path, path.data(), path.size());

    Socket bound(type);
    if (bound.fd() < 0) return refuse(path, std::strerror(errno));
    if (auto cleared = clear(path, address, type); !cleared) return fail(cleared.error());

    // Nobody may slip in before the mode is set.
    const mode_t mask = umask(0777);
    const int result = bind(bound.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int error = errno;
    umask(mask);
    if (result != 0) return refuse(path, std::strerror(error));

    OwnedFile file(path);
    if (auto applied = apply(access, path); !applied) return fail(applied.error());
    if (type == SocketType::Stream && listen(bound.fd(), 64) != 0) return refuse(path, std::strerror(errno));
    return BoundSocket{bound.release(), std::move(file)};
}

}  // namespace junctor::admin
