// Equivalence of URIs: RFC 3261 §19.1.4 for sip and sips, RFC 3966 §5 for tel.
#include "core/base/ascii.h"
#include "core/sip/uri.h"

namespace junctor::sip
{
namespace
{

// Equal once each escape stands for its character (§19.1.4: "%61" is "a"). Both texts were validated.
bool same_escaped(std::string_view a, std::string_view b, bool ignore_case)
{
    const auto take = [&](std::string_view& text) {
        char c = text.front();
        std::size_t length = 1;
        if (c == '%' && text.size() >= 3) {
            c = static_cast<char>(hex_value(text[1]) * 16 + hex_value(text[2]));
            length = 3;
        }
        text.remove_prefix(length);
        return ignore_case ? to_lower(c) : c;
    };
    while (!a.empty() && !b.empty())
        if (take(a) != take(b)) return false;
    return a.empty() && b.empty();
}

bool same_host(const Uri& a, const Uri& b)
{
    if (iequals(a.host, b.host)) return true;
    if (!a.host.starts_with('[') || !b.host.starts_with('[')) return false;
    return a.ip() == b.ip();  // 2001:db8::1 may be written in several ways
}

// §19.1.4: these count even where only one URI has them; of all others only those in both are compared.
bool must_be_in_both(std::string_view name)
{
    for (const std::string_view special : {"transport", "user", "ttl", "method", "maddr"})
        if (iequals(name, special)) return true;
    return false;
}

// Of a name given twice, which §19.1.1 forbids, the first counts: then at least each
// URI is equivalent to itself.
bool repeats(std::string_view list, const Parameter& parameter, char separator)
{
    return find_parameter(list, parameter.name, separator)->name.data() != parameter.name.data();
}

bool parameters_agree(std::string_view list, std::string_view other, bool all_must)
{
    std::string_view rest = list;
    while (const auto parameter = next_parameter(rest)) {
        const auto twin = find_parameter(other, parameter->name);
        if (repeats(list, *parameter, ';')) continue;
        if (!twin) {
            if (all_must || must_be_in_both(parameter->name)) return false;
        } else if (!same_escaped(parameter->value, twin->value, true)) {
            return false;
        }
    }
    return true;
}

// Every header of one is in the other, in any order.
bool headers_agree(std::string_view list, std::string_view other)
{
    std::string_view rest = list;
    while (const auto header = next_parameter(rest, '&')) {
        const auto twin = find_parameter(other, header->name, '&');
        if (repeats(list, *header, '&')) continue;
        if (!twin || !same_escaped(header->value, twin->value, false)) return false;
    }
    return true;
}

bool is_visual_separator(char c)
{
    return c == '-' || c == '.' || c == '(' || c == ')';
}

bool same_number(std::string_view a, std::string_view b)
{
    const auto skip = [](std::string_view& text) {
        while (!text.empty() && is_visual_separator(text.front())) text.remove_prefix(1);
    };
    for (skip(a), skip(b); !a.empty() && !b.empty(); skip(a), skip(b)) {
        if (to_lower(a.front()) != to_lower(b.front())) return false;
        a.remove_prefix(1);
        b.remove_prefix(1);
    }
    return a.empty() && b.empty();
}

bool same_sip(const Uri& a, const Uri& b)
{
    return a.has_user == b.has_user && a.has_password == b.has_password &&
           same_escaped(a.user, b.user, false) && same_escaped(a.password, b.password, false) &&
           same_host(a, b) && a.port == b.port && parameters_agree(a.params, b.params, false) &&
           parameters_agree(b.params, a.params, false) && headers_agree(a.headers, b.headers) &&
           headers_agree(b.headers, a.headers);
}

}  // namespace

bool equivalent(const Uri& a, const Uri& b)
{
    if (a.scheme != b.scheme) return false;
    switch (a.scheme) {
        case Uri::Scheme::Sip:
        case Uri::Scheme::Sips: return same_sip(a, b);
        case Uri::Scheme::Tel:
            return same_number(a.user, b.user) && parameters_agree(a.params, b.params, true) &&
                   parameters_agree(b.params, a.params, true);
        case Uri::Scheme::Other:
            return a.host == b.host &&
                   iequals(a.text.substr(0, a.text.find(':')), b.text.substr(0, b.text.find(':')));
    }
    return false;
}

}  // namespace junctor::sip
