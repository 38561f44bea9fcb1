// Who a request was authorised as: the credentials that www_authorize() or proxy_authorize() of some module
// verified. Kept as a header line in Message::authorized_header; parsed here when somebody asks.
#pragma once

#include <optional>
#include <string_view>

#include "core/script/message.h"
#include "core/sip/digest.h"

namespace junctor::script
{

// Views into message.authorized_header. Empty: nothing was verified.
std::optional<sip::DigestCredentials> verified_credentials(const Message& message);

// The account's domain: what follows the '@' of the digest user name, else the realm.
std::string_view account_domain(const sip::DigestCredentials& credentials);

}  // namespace junctor::script
