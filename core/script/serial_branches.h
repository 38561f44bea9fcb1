// Serial forking: serialize_branches() puts the destination set away in AVPs, ordered by q, and
// next_branches() takes out one group of equal q after the other (core.md, 3.3). The AVPs (number 0x3434,
// alias serial_branch) live with the transaction, so that a failure_route finds the next group.
#pragma once

#include "core/script/message.h"

namespace junctor::script
{

// Nothing happens unless the branches differ in q. `clean`: groups left from before are forgotten. False: in
// a reply.
bool serialize_branches(Message& message, bool clean);
// False: none is left, or this is no route or failure_route.
bool next_branches(Message& message);

}  // namespace junctor::script
