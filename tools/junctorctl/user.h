// Users and addresses on the command line: openserctl's forms and checks.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace junctor::ctl
{

struct User {
    std::string name, domain;
    std::string aor() const { return name + '@' + domain; }
};

// "name" or "name@domain"; a name alone belongs to `default_domain`.
Result<User> parse_user(std::string_view text, std::string_view default_domain);

bool is_host(std::string_view text);     // a name or an address, without a port
bool is_aor(std::string_view text);      // name@domain
bool is_sip_aor(std::string_view text);  // sip:name@domain or sips:
bool is_sip_uri(std::string_view text);  // sip:[user@]host..., sips:

// What `ha1` and `ha1b` of table subscriber hold: MD5 over user:domain:password and
// user@domain:domain:password.
std::string ha1(const User& user, std::string_view password);
std::string ha1b(const User& user, std::string_view password);

}  // namespace junctor::ctl
