// The operating system's sockets, and how each kind of ours is made. All of them are non-blocking and closed
// on exec. Errors are sentences that name the address.
#pragma once

#include <sys/socket.h>

#include "core/base/address.h"
#include "core/base/descriptor.h"
#include "core/base/result.h"
#include "core/transport/options.h"
#include "core/transport/transport.h"

namespace junctor::transport
{

// An endpoint as system calls take it.
class SocketAddress
{
public:
    SocketAddress() = default;  // room for the system to write one
    explicit SocketAddress(const Endpoint& endpoint);

    sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage_); }
    const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t size() const { return size_; }
    socklen_t* size_pointer() { return &size_; }
    Endpoint endpoint() const;

private:
    sockaddr_storage storage_{};
    socklen_t size_ = sizeof storage_;
};

std::string system_error_text(int error);  // "Connection refused"

// Bound to the listening address, beside those of other workers (SO_REUSEPORT) unless it is to be `alone`: a
// trial that finds out whether another program has the address.
Result<Descriptor> open_datagram_socket(const Endpoint& address, const Options& options, bool alone = false);
Result<Descriptor> open_listening_socket(const Endpoint& address, const Options& options, bool alone = false);
// On its way to `to`, from any port of `from`; the outcome is SO_ERROR once it is writable.
Result<Descriptor> open_connecting_socket(const IpAddress& from, const Endpoint& to, const Options& options);
void prepare_stream(int fd, bool v6, const Options& options);  // a socket that was accepted

Endpoint local_endpoint(int fd);
int pending_error(int fd);  // SO_ERROR
// Which of our addresses the kernel would send from; empty: no route. Nothing is sent.
std::optional<IpAddress> source_address_to(const IpAddress& to);

}  // namespace junctor::transport
