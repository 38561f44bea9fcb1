#include "core/sip/scan.h"

namespace junctor::sip::scan
{
namespace
{

constexpr std::size_t max_host_length = 255;

std::size_t ipv6_length(std::string_view text)
{
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || !IpAddress::parse(text.substr(0, end + 1))) return 0;
    return end + 1;
}

// Of the IPv4 address at the start of `text`; 0: there is none, or more digits and dots follow.
std::size_t ipv4_length(std::string_view text)
{
    const char* at = text.data();
    const char* const end = at + text.size();
    for (int octet = 0; octet < 4; ++octet) {
        if (octet > 0 && (at == end || *at++ != '.')) return 0;
        const char* const start = at;
        unsigned value = 0;
        for (unsigned digit = 0; at != end && (digit = static_cast<unsigned char>(*at) - unsigned{'0'}) < 10;
             ++at)
            value = value * 10 + digit;  // more digits than fit are refused by their number
        if (at == start || at - start > 3 || value > 255) return 0;
    }
    return static_cast<std::size_t>(at - text.data());
}

}  // namespace

bool all_escaped(std::string_view text, Class which)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!is(text[i], which)) return false;
        if (text[i] != '%') continue;
        if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) return false;
        if (text[i + 1] == '0' && text[i + 2] == '0') return false;
        i += 2;
    }
    return true;
}

bool all(std::string_view text, Class which)
{
    for (const char c : text)
        if (!is(c, which)) return false;
    return true;
}

std::size_t host_length(std::string_view text)
{
    if (text.empty()) return 0;
    if (text.front() == '[') return ipv6_length(text);
    // First the address that nearly all hosts on the wire are: a third of the general way below.
    if (const std::size_t address = ipv4_length(text); address > 0)
        if (address == text.size() || !is(text[address], HostName)) return address;
    std::size_t length = 0;
    while (length < text.size() && is(text[length], HostName)) ++length;
    const std::string_view host = text.substr(0, length);
    if (length > max_host_length || host.starts_with('.') || host.find("..") != std::string_view::npos)
        return 0;
    // Dots and digits only: then it would have to be an address, for no host name ends in a number (§25.1,
    // toplabel).
    return host.find_first_not_of("0123456789.") == std::string_view::npos ? 0 : length;
}

std::size_t quoted_length(std::string_view text)
{
    // Hardly ever is anything escaped, and memchr() is quick.
    const std::size_t end = text.find('"', 1);
    if (end == std::string_view::npos) return 0;
    if (text.substr(0, end).find('\\') == std::string_view::npos) return end + 1;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == '"')
            return i + 1;
    }
    return 0;
}

std::size_t element_length(std::string_view value)
{
    if (value.find(',') == std::string_view::npos)
        return value.size();  // nearly always, and memchr() is quick
    std::size_t i = 0;
    while (i < value.size()) {
        switch (value[i]) {
            case ',': return i;
            case '"': {
                const std::size_t quoted = scan::quoted_length(value.substr(i));
                if (quoted == 0) return value.size();
                i += quoted;
                break;
            }
            case '<': {
                const std::size_t close = value.find('>', i);
                if (close == std::string_view::npos) return value.size();
                i = close + 1;
                break;
            }
            default: ++i;
        }
    }
    return i;
}

bool List::next(std::string_view& element)
{
    if (done_) return false;
    const std::size_t length = element_length(rest_);
    element = rest_.substr(0, length);
    done_ = length == rest_.size();
    if (!done_) rest_.remove_prefix(length + 1);
    return true;
}

std::optional<std::uint16_t> port(std::string_view digits)
{
    if (digits.empty() || digits.size() > 5) return {};
    unsigned value = 0;
    for (const char c : digits) {
        if (!is_digit(c)) return {};
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (value == 0 || value > 65535) return {};
    return static_cast<std::uint16_t>(value);
}

std::string_view skip_space(std::string_view text)
{
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    return text;
}

std::string_view take_token(std::string_view& rest)
{
    rest = skip_space(rest);
    std::size_t length = 0;
    while (length < rest.size() && is(rest[length], Token)) ++length;
    const std::string_view token = rest.substr(0, length);
    rest.remove_prefix(length);
    return token;
}

bool take(std::string_view& rest, char c)
{
    const std::string_view after = skip_space(rest);
    if (after.empty() || after.front() != c) return false;
    rest = after.substr(1);
    return true;
}

Step header_parameter(std::string_view& rest, HeaderParameter& parameter)
{
    rest = skip_space(rest);
    if (rest.empty()) return Step::End;
    if (rest.front() != ';') return Step::Bad;
    rest = skip_space(rest.substr(1));

    std::size_t end = 0;
    while (end < rest.size() && is(rest[end], Token)) ++end;
    if (end == 0) return Step::Bad;
    parameter.name = rest.substr(0, end);
    parameter.value = {};
    parameter.has_value = false;
    parameter.whole = parameter.name;

    std::string_view after = rest.substr(end);
    if (after.empty() || after.front() != ';') after = skip_space(after);
    if (!after.empty() && after.front() == '=') {
        after = skip_space(after.substr(1));
        std::size_t length = 0;
        if (!after.empty() && after.front() == '"')
            length = quoted_length(after);
        else
            while (length < after.size() && is(after[length], ParamValue)) ++length;
        if (length == 0) return Step::Bad;
        parameter.value = after.substr(0, length);
        parameter.has_value = true;
        parameter.whole = {rest.data(), static_cast<std::size_t>(after.data() + length - rest.data())};
        after.remove_prefix(length);
    }
    rest = after;
    return Step::One;
}

bool header_parameters(std::string_view& rest)
{
    HeaderParameter parameter;
    Step step = Step::One;
    while (step == Step::One) step = header_parameter(rest, parameter);
    return step == Step::End;
}

// A uri may come without quotes and holds more than tokens, so an unquoted value ends at the comma.
bool take_credential(std::string_view& rest, std::string_view& name, std::string_view& value)
{
    name = take_token(rest);
    if (name.empty() || !take(rest, '=')) return false;
    rest = skip_space(rest);
    if (rest.starts_with('"')) {
        const std::size_t length = quoted_length(rest);
        if (length == 0) return false;
        value = rest.substr(1, length - 2);
        rest.remove_prefix(length);
        return true;
    }
    std::size_t length = 0;
    while (length < rest.size() && (is(rest[length], ParamValue) || rest[length] == ';')) ++length;
    value = rest.substr(0, length);
    rest.remove_prefix(length);
    return length > 0;
}

}  // namespace junctor::sip::scan
