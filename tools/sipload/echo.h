// A UDP echo: receives and sends the same datagrams back, in batches, and does nothing else. What a server's
// CPU time is compared with: below this it cannot get.
#pragma once

#include "core/base/address.h"

namespace junctor::load
{

// Until the process is ended. Throws std::runtime_error where the socket cannot be opened.
void serve_echo(const Endpoint& address);

}  // namespace junctor::load
