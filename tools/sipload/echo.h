// An echo: receives datagrams and sends the same back, in batches, on another thread what comes over TCP, and
// does nothing else. What a server's CPU time is compared with: below this it cannot get.
#pragma once

#include "core/base/address.h"

namespace junctor::load
{

// Until the process is ended. Throws std::runtime_error where the socket cannot be opened.
void serve_echo(const Endpoint& address);

}  // namespace junctor::load
