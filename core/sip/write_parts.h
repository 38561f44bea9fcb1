// Pieces that several writers share. Not for use outside core/sip.
#pragma once

#include <string>
#include <string_view>

#include "core/base/address.h"
#include "core/sip/message.h"
#include "core/sip/splicer.h"

namespace junctor::sip
{

inline constexpr std::string_view crlf = "\r\n";

void append_number(std::string& out, std::uint64_t number);

// A Via that came in, as it goes on: `received` and `rport` say where from (RFC 3261 §18.2.1, RFC 3581 §4).
// What the sender wrote into them himself is replaced.
bool via_needs_source(const Via& via, const Endpoint& source, bool force_rport);
void append_via_with_source(std::string& out, const Via& via, const Endpoint& source, bool force_rport);

// What the Content-Length line has to become once the edits are applied.
struct LengthFix {
    std::size_t offset = 0;  // where in the message
    std::size_t remove = 0;  // bytes to take out there
    std::string text;        // and what to put there
    bool needed = false;
};
LengthFix content_length_fix(const Message& message, const Splicer& splicer, bool stream);

}  // namespace junctor::sip
