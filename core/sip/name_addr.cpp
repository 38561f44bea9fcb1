#include "core/sip/name_addr.h"

#include "core/base/ascii.h"
#include "core/sip/scan.h"

namespace junctor::sip
{
namespace
{

constexpr std::uint32_t default_expires = 3600;  // §20.10: a malformed expires parameter counts as this

// display-name = *(token LWS) / quoted-string. Without quotes the field holds UTF-8 and brackets besides
// tokens; they stay acceptable as long as they cannot be taken for another part of the header.
bool valid_display(std::string_view display)
{
    if (display.starts_with('"')) return scan::quoted_length(display) == display.size();
    for (const char c : display) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && !is_space(c)) || byte == 0x7f) return false;
        if (c == '"' || c == '<' || c == '>' || c == ',' || c == ';' || c == ':' || c == '@' || c == '\\')
            return false;
    }
    return true;
}

// Offset of the '<' that opens the URI; npos if this is a bare addr-spec.
std::size_t find_bracket(std::string_view text)
{
    if (text.starts_with('"')) {
        const std::size_t quoted = scan::quoted_length(text);
        return quoted == 0 ? std::string_view::npos : text.find('<', quoted);
    }
    const std::size_t found = text.find_first_of("<;\"");
    return found != std::string_view::npos && text[found] == '<' ? found : std::string_view::npos;
}

}  // namespace

Result<NameAddr> NameAddr::parse(std::string_view text)
{
    NameAddr address;
    address.whole = text = trim(text);
    std::string_view rest;  // the parameters, if any
    const std::size_t open = find_bracket(text);
    if (open != std::string_view::npos) {
        address.display = trim(text.substr(0, open));
        if (!valid_display(address.display)) return fail(400, "bad display name", 0);
        const std::size_t close = text.find('>', open);
        if (close == std::string_view::npos) return fail(400, "no '>' after the URI", open);
        address.uri_text = text.substr(open + 1, close - open - 1);
        rest = text.substr(close + 1);
    } else {
        std::size_t end = 0;
        while (end < text.size() && text[end] != ';' && !is_space(text[end])) ++end;
        address.uri_text = text.substr(0, end);
        rest = text.substr(end);
        // §20: a URI with a question mark or a comma has to stand in <>, or its rest could be anything.
        if (const auto found = address.uri_text.find_first_of("?,"); found != std::string_view::npos)
            return fail(400, "URI has to be enclosed in <>", found);
    }
    auto uri = Uri::parse(address.uri_text);
    if (!uri) return fail(std::move(uri.error()));
    address.uri = *uri;

    rest = scan::skip_space(rest);
    if (!rest.empty()) address.params = rest.substr(1);
    scan::HeaderParameter parameter;
    while (true) {
        switch (scan::header_parameter(rest, parameter)) {
            case scan::Step::End: return address;
            case scan::Step::Bad:
                return fail(400, "bad parameter", static_cast<std::size_t>(rest.data() - text.data()));
            case scan::Step::One:
                if (address.tag_.data() == nullptr && iequals(parameter.name, "tag"))
                    address.tag_ = parameter.value;
                break;
        }
    }
}

std::string_view first_list_element(std::string_view value, std::string_view* rest)
{
    const std::size_t end = scan::element_length(value);
    if (rest != nullptr) *rest = end < value.size() ? value.substr(end + 1) : std::string_view{};
    return trim(value.substr(0, end));
}

Result<std::vector<NameAddr>> parse_name_addr_list(std::string_view value, std::size_t limit)
{
    std::vector<NameAddr> all;
    scan::List list(value);
    for (std::string_view element; list.next(element);) {
        if (all.size() == limit) return fail(400, "too many elements");
        auto address = NameAddr::parse(element);
        if (!address) return fail(std::move(address.error()));
        all.push_back(*address);
    }
    return all;
}

Result<Contact> Contact::of(const NameAddr& address)
{
    Contact contact;
    contact.address = address;
    if (const auto q = address.param("q")) {
        auto value = parse_q(q->value);
        if (!value) return fail(std::move(value.error()));
        contact.q = *value;
    }
    if (const auto expires = address.param("expires")) {
        const auto seconds = parse_unsigned(expires->value, UINT32_MAX);
        contact.expires = seconds ? static_cast<std::uint32_t>(*seconds) : default_expires;
    }
    return contact;
}

std::string q_text(int thousandths)
{
    if (thousandths >= 1000) return "1";
    std::string text = "0";
    if (thousandths > 0) text += '.';
    for (int unit = 100; thousandths > 0; unit /= 10) {
        text += static_cast<char>('0' + thousandths / unit);
        thousandths %= unit;
    }
    return text;
}

Result<int> parse_q(std::string_view text)
{
    if (text.empty()) return fail(400, "Empty q parameter");
    const std::size_t dot = text.find('.');
    const std::string_view whole = text.substr(0, dot);
    const std::string_view decimals =
        dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
    for (const std::string_view part : {whole, decimals})
        for (const char c : part)
            if (!is_digit(c)) return fail(400, "Invalid character in q parameter");
    if (dot != std::string_view::npos && decimals.empty()) return fail(400, "Decimal part missing in q");

    const auto units = whole.empty() ? std::optional<std::uint64_t>{0} : parse_unsigned(whole, 1);
    if (!units) return fail(400, "q parameter too big");
    int thousandths = static_cast<int>(*units) * 1000;
    int weight = 100;
    for (const char c : decimals) {
        thousandths += (c - '0') * weight;
        weight /= 10;  // what follows the third digit counts nothing
    }
    if (thousandths > 1000) return fail(400, "q parameter too big");
    return thousandths;
}

}  // namespace junctor::sip
