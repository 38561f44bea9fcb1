// Stateless sending of the message at hand: forward() and send() (core.md, 3.1; RFC 3261 §16.11).
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/runtime/task.h"
#include "core/script/message.h"
#include "core/transport/resolver.h"

namespace junctor::script
{

// "[proto:]host[:port]" as a next hop; what is not named is left to RFC 3263.
Result<transport::NextHop> parse_next_hop(std::string_view text);

// Sends a request on with a Via of ours: to `hop`, or (null) to $du, or else to the Request-URI. All its
// addresses are tried in turn. Waits for names only. -1: no address, or none took it.
Task<Code> forward_request(Message& message, const transport::NextHop* hop);

// Sends the received bytes as they are.
Task<Code> send_as_received(Message& message, transport::NextHop hop);

}  // namespace junctor::script
