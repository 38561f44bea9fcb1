// The address-of-record of a request: RFC 3261 §10.3 step 5, in OpenSER's canonical form, the key of the
// location table.
#pragma once

#include <string>

#include "core/script/message.h"
#include "modules/registrar/refusal.h"
#include "modules/registrar/settings.h"

namespace junctor::registrar
{

// Of a URI: user[@domain], unescaped, in lower case.
OrRefusal<std::string> aor_of(const sip::Uri& uri, const Settings& settings);

// Of the To URI (REGISTER), or of the Request-URI (look-ups); aor_avp goes first.
OrRefusal<std::string> aor_of_to(script::Message& message, const Settings& settings);
OrRefusal<std::string> aor_of_request_uri(script::Message& message, const Settings& settings);

// The string that an AVP of the message holds; empty: none.
std::string_view avp_text(script::Message& message, const std::optional<script::AvpName>& name);

// A parameter's value without the quotes around it, if there are any; escapes stay as they are.
std::string_view unquoted(std::string_view value);

}  // namespace junctor::registrar
