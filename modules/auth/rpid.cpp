#include "modules/auth/rpid.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/sip/name_addr.h"

namespace junctor::auth
{
namespace
{

std::string_view user_of(std::string_view rpid)
{
    if (rpid.find('<') != std::string_view::npos) {
        const auto address = sip::NameAddr::parse(rpid);
        return address ? address->uri.user : std::string_view();
    }
    if (istarts_with(rpid, "sip:") || istarts_with(rpid, "sips:")) {
        const auto uri = sip::Uri::parse(rpid);
        return uri ? uri->user : std::string_view();
    }
    return rpid;
}

}  // namespace

bool is_e164(std::string_view rpid)
{
    const std::string_view user = user_of(trim(rpid));
    return user.size() >= 3 && user.size() <= 16 && user.front() == '+' &&
           std::all_of(user.begin() + 1, user.end(), is_digit);
}

}  // namespace junctor::auth
