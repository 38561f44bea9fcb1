// Changes of the Request-URI in force, as the script's rewrite functions and assignments to $ru, $rU and $rd
// make them.
//
// The URI is taken apart and written anew with scheme sip: (a sips: or tel: URI becomes sip:, as in OpenSER).
// The new text is not parsed here; it is refused only where it could not stand in a request line: white space
// and control characters, nothing at all, or more than 1,024 bytes. False: refused, or the present URI does
// not parse; then nothing changed.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/script/message.h"

namespace junctor::script
{

bool rewrite_uri(Message& message, std::string_view uri);              // the whole; any scheme
bool rewrite_host(Message& message, std::string_view host);            // the port stays
bool rewrite_host_port(Message& message, std::string_view host_port);  // without a port: the old one goes
bool rewrite_port(Message& message, std::string_view port);            // empty: removed
bool rewrite_user(Message& message, std::string_view user);            // the password stays; empty: both go
bool rewrite_user_password(Message& message, std::string_view user);   // "user" or "user:password"
bool prefix_user(Message& message, std::string_view prefix);
bool strip_user(Message& message, std::size_t count);       // first characters; all of them: the user goes
bool strip_user_tail(Message& message, std::size_t count);  // last ones

}  // namespace junctor::script
