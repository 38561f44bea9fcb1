// What the scanners of this folder share: character classes of RFC 3261 §25.1 as one table, and the pieces of
// grammar that URIs, name-addrs and Vias have in common. Not for use outside core/sip.
//
// Everything is one pass without allocation or recursion.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/ascii.h"
#include "core/sip/uri.h"

namespace junctor::sip::scan
{

enum Class : std::uint8_t {
    Token = 1,
    User = 2,  // user of a SIP URI, user parameters included; '%' is judged with its digits
    Password = 4,
    UriParam = 8,    // uri-parameter, '=' and ';' included
    UriHeader = 16,  // headers of a URI, '=' and '&' included
    HostName = 32,
    ParamValue = 64,  // unquoted value of a header parameter
    Opaque = 128,  // of a URI whose scheme we do not know: visible ASCII without quotes, commas and brackets
};

constexpr std::array<std::uint8_t, 256> make_classes()
{
    std::array<std::uint8_t, 256> table{};
    const auto add = [&](std::string_view characters, unsigned classes) {
        for (const char c : characters) {
            auto& entry = table[static_cast<unsigned char>(c)];
            entry = static_cast<std::uint8_t>(entry | classes);
        }
    };
    for (unsigned c = 0x21; c < 0x7f; ++c) {
        const char one = static_cast<char>(c);
        if (is_token_char(one)) add({&one, 1}, Token);
        if (is_alnum(one)) add({&one, 1}, User | Password | UriParam | UriHeader | HostName);
        // Tags and received parameters in the field hold more than tokens ('=', '/', ':', '@'); none of these
        // can be taken for the end of the parameter.
        if (std::string_view("\"<>,;").find(one) == std::string_view::npos) add({&one, 1}, ParamValue);
        if (std::string_view("\"<>,").find(one) == std::string_view::npos) add({&one, 1}, Opaque);
    }
    for (unsigned c = 0x80; c < 0x100; ++c) table[c] |= ParamValue;  // UTF-8 where tokens belong: harmless
    add("-_.!~*'()%", User | Password | UriParam | UriHeader);       // mark and escaped
    add("&=+$,;?/#", User);  // '#' should be escaped, but phones dial "*72#" as it stands
    add("&=+$,", Password);
    add("[]/:&+$=;", UriParam);
    add("[]/?:+$=&", UriHeader);
    add("-._", HostName);  // '_' is no host name's, yet names of services and containers have it
    return table;
}
inline constexpr std::array<std::uint8_t, 256> classes = make_classes();

constexpr bool is(char c, Class which)
{
    return (classes[static_cast<unsigned char>(c)] & which) != 0;
}

// All of `text` is of that class, and each '%' begins an escape other than %00.
bool all_escaped(std::string_view text, Class which);
bool all(std::string_view text, Class which);

// Length of the host name, IPv4 address or [IPv6 address] at the start of `text`; 0 if
// there is none that is valid.
std::size_t host_length(std::string_view text);

// Length of the quoted string at the start of `text`, quotes included; 0 if it does not end. RFC 3261 §25.1
// also wants no line ends in it; folded lines are let through.
std::size_t quoted_length(std::string_view text);

// Length of the first element of a comma-separated list, quoted strings and <...> respected.
std::size_t element_length(std::string_view value);

// The elements of such a list one by one, untrimmed. An empty list has one, empty
// element; so has a comma too many.
class List
{
public:
    explicit List(std::string_view value) : rest_(value) {}
    bool next(std::string_view& element);

private:
    std::string_view rest_;
    bool done_ = false;
};

// 1..65535, up to five digits.
std::optional<std::uint16_t> port(std::string_view digits);

std::string_view skip_space(std::string_view text);

// White space, then a token or a character, taken off the front of `rest`; empty or false if it is not there.
std::string_view take_token(std::string_view& rest);
bool take(std::string_view& rest, char c);

// Takes one ";name[=value]" off the front of `rest`, white space allowed as RFC 3261 §7.3.1 does.
enum class Step { End, One, Bad };
struct HeaderParameter : Parameter {
    std::string_view whole;  // "name=value" without the ';'
};
Step header_parameter(std::string_view& rest, HeaderParameter& parameter);
// All of `rest` is such parameters; where it is not, `rest` begins with the one that is wrong.
bool header_parameters(std::string_view& rest);

// Takes one name=value of credentials (RFC 7616 §3.4) off the front of `rest`; a quoted `value` loses its
// quotes.
bool take_credential(std::string_view& rest, std::string_view& name, std::string_view& value);

}  // namespace junctor::sip::scan
