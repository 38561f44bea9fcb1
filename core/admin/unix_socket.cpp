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

Descriptor open_socket(SocketType type)
{
    return Descriptor(socket(
        AF_UNIX, (type == SocketType::Stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

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
    const Descriptor probe = open_socket(type);
    const int connected = connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
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

    Descriptor bound = open_socket(type);
    if (!bound) return refuse(path, std::strerror(errno));
    if (auto cleared = clear(path, address, type); !cleared) return fail(cleared.error());

    // Nobody may slip in before the mode is set.
    const mode_t mask = umask(0777);
    const int result = bind(bound.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    const int error = errno;
    umask(mask);
    if (result != 0) return refuse(path, std::strerror(error));

    OwnedFile file(path);
    if (auto applied = apply(access, path); !applied) return fail(applied.error());
    if (type == SocketType::Stream && listen(bound.get(), 64) != 0) return refuse(path, std::strerror(errno));
    return BoundSocket{std::move(bound), std::move(file)};
}

}  // namespace junctor::admin
