// Remote-Party-ID values, as an account's rpid column has them.
#pragma once

#include <string_view>

namespace junctor::auth
{

// The user part of a name-addr, of a SIP URI, or the value itself, is "+" and 2 to 15 digits.
bool is_e164(std::string_view rpid);

}  // namespace junctor::auth
