// A unix socket that waits at a path, for the servers of this folder.
#pragma once

#include <cstddef>
#include <string>

#include "core/admin/file_access.h"
#include "core/base/descriptor.h"
#include "core/base/result.h"

namespace junctor::admin
{

constexpr std::size_t max_socket_path = 107;  // bytes: what sockaddr_un holds

struct BoundSocket {
    Descriptor descriptor;  // non-blocking
    OwnedFile file;         // removes the path
};

enum class SocketType { Stream, Datagram };  // Stream also listens

// What a dead server has left at the path is replaced; refused where a live one answers, or where the file is
// no socket.
Result<BoundSocket> bind_unix(const std::string& path, SocketType type, const FileAccess& access);

}  // namespace junctor::admin
