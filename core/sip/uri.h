// A SIP, SIPS or tel URI, taken apart without copying: RFC 3261 §19.1, §25.1; RFC 3966.
//
// Views into the text that was parsed. Unknown schemes are kept whole (`Scheme::Other`, everything after the
// colon in `host`). Limits: 1,024 bytes, as in OpenSER.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/address.h"
#include "core/base/result.h"

namespace junctor::sip
{

constexpr std::size_t max_uri_length = 1024;

// ";name=value" lists as in URIs and headers, walked without allocation. `list` starts
// at or after the first ';'.
struct Parameter {
    std::string_view name;
    std::string_view value;  // quotes kept; empty if there is none
    bool has_value = false;
};
std::optional<Parameter> next_parameter(std::string_view& list, char separator = ';');
std::optional<Parameter> find_parameter(std::string_view list, std::string_view name, char separator = ';');

struct Uri {
    enum class Scheme : std::uint8_t { Sip, Sips, Tel, Other };

    Scheme scheme = Scheme::Sip;
    std::string_view text;  // the whole
    std::string_view user;  // escapes kept; user parameters (";phone=1") stay part of it; tel: the number
    std::string_view password;
    std::string_view host;  // IPv6 with its brackets
    std::string_view port_text;
    std::string_view params;   // without the leading ';'
    std::string_view headers;  // without the '?'
    std::optional<std::uint16_t> port;
    bool has_user = false;  // an empty user ("sip:@host") is refused, so: user present
    bool has_password = false;

    static Result<Uri> parse(std::string_view text);

    std::optional<Parameter> param(std::string_view name) const { return find_parameter(params, name); }
    bool has_param(std::string_view name) const { return param(name).has_value(); }
    bool is_sip() const { return scheme == Scheme::Sip || scheme == Scheme::Sips; }
    std::uint16_t port_or_default() const;  // 5061 for sips, else 5060
    Protocol transport() const;             // of the parameter; Any if absent or unknown
    std::optional<IpAddress> ip() const { return IpAddress::parse(host); }
};

// §19.1.4: comparison of two URIs (user case-sensitive, escapes equal to what they stand
// for, parameters by the rules).
bool equivalent(const Uri& a, const Uri& b);

std::optional<std::string> unescape(std::string_view text);  // %HH; empty on a bad escape or %00
std::string escape_user(std::string_view text);

}  // namespace junctor::sip
