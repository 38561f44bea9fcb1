// Is this message one that we may act on? RFC 3261 §8.1.1, §16.3 step 1, §18.3, §21.4.1; torture tests of RFC
// 4475.
//
// Requests: the error carries the answer's status (400, 416, 505 ...) and a reason that names the header.
// Responses: any error means drop and count. Structured headers are judged with our scanners and, where these
// pass, with libosip2.
#pragma once

#include "core/base/result.h"
#include "core/sip/message.h"

namespace junctor::sip
{

Result<void> check_message(const Message& message);

}  // namespace junctor::sip
