// Is this message one that we may act on? RFC 3261 §8.1.1, §16.3 step 1, §18.3, §21.4.1;
// torture tests of RFC 4475.
//
// Requests: the error carries the answer's status (400) and a reason that names the header. Responses: any
// error means drop and count. A URI of a scheme that we do not know passes: whether it is a 416 is the
// proxy's to say.
//
// Only what a proxy reads is judged (§16.3 step 1), by our scanners. libosip2, asked after them, judges what
// they do not cover: Digest credentials and a Content-Type that has parameters. For all else it is the laxer
// judge, as test/unit/sip/libosip2_test.cpp shows header by header, so it would cost its time for nothing.
#pragma once

#include "core/base/result.h"
#include "core/sip/message.h"

namespace junctor::sip
{

Result<void> check_message(const Message& message);

}  // namespace junctor::sip
