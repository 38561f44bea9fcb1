// Via: RFC 3261 §20.42, rport of RFC 3581.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/address.h"
#include "core/base/result.h"
#include "core/sip/uri.h"

namespace junctor::sip
{

constexpr std::string_view magic_cookie = "z9hG4bK";  // §8.1.1.7

struct Via {
    std::string_view whole;      // this element of the list
    std::string_view transport;  // "UDP"
    std::string_view host;       // sent-by, IPv6 with brackets
    std::string_view port_text;
    std::optional<std::uint16_t> port;
    std::string_view params;  // without the leading ';'
    std::string_view branch;  // empty if there is none
    std::string_view received;
    bool has_rport = false;
    std::string_view rport;                        // its value, empty in a request
    std::string_view received_param, rport_param;  // the whole parameters, "rport=5060"; empty if absent

    static Result<Via> parse(std::string_view element);
    std::string_view sent_by() const;       // host[:port] as written
    std::uint16_t port_or_default() const;  // §18.1: 5061 for TLS, else 5060
    bool has_cookie() const
    {
        return branch.starts_with(magic_cookie) && branch.size() > magic_cookie.size();
    }
    std::optional<Parameter> param(std::string_view name) const { return find_parameter(params, name); }
};

}  // namespace junctor::sip
