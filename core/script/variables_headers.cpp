// Variables that read one header of the message as it was received.
#include "core/base/log.h"
#include "core/script/credentials.h"
#include "core/script/variables_core.h"
#include "core/sip/digest.h"

namespace junctor::script
{

namespace
{

using sip::HeaderType;

// From and To: a failure is what error_route is for (config-language.md, 4.3).
template <HeaderType type>
const sip::NameAddr* address_of(Message& message)
{
    const sip::NameAddr* address = type == HeaderType::From ? message.sip().from() : message.sip().to();
    if (address == nullptr && message.parse_error.error_class == 0)
        message.set_parse_error(std::string(sip::to_text(type)) + " is missing or does not parse",
                                "Bad " + std::string(sip::to_text(type)) + " header");
    return address;
}

template <HeaderType type>
Value address_uri(Message& message)
{
    const auto* address = address_of<type>(message);
    return address == nullptr ? Value::null() : Value::view(address->uri_text);
}

template <HeaderType type>
Value address_user(Message& message)
{
    const auto* address = address_of<type>(message);
    return address == nullptr || !address->uri.has_user ? Value::null() : Value::view(address->uri.user);
}

template <HeaderType type>
Value address_domain(Message& message)
{
    const auto* address = address_of<type>(message);
    return address == nullptr ? Value::null() : Value::view(address->uri.host);
}

template <HeaderType type>
Value address_display(Message& message)
{
    const auto* address = address_of<type>(message);
    return address == nullptr ? Value::null() : Value::view(address->display);
}

template <HeaderType type>
Value address_tag(Message& message)
{
    const auto* address = address_of<type>(message);
    return address == nullptr || address->tag().empty() ? Value::null() : Value::view(address->tag());
}

// Headers that are read seldom: parsed each time. Null if absent; a malformed one is logged.
template <HeaderType type>
std::optional<sip::NameAddr> first_address(Message& message)
{
    const sip::Header* header = message.sip().first(type);
    if (header == nullptr) return {};
    auto address = sip::NameAddr::parse(sip::first_list_element(header->value));
    if (address) return *address;
    const std::string name(sip::to_text(type));
    const std::string info = name + " does not parse: " + address.error().text;
    if constexpr (type == HeaderType::PPreferredIdentity)
        message.set_parse_error(info, "Bad " + name + " header");
    else
        log_warning("script", "{}", info);
    return {};
}

template <HeaderType type>
Value identity_uri(Message& message)
{
    const auto address = first_address<type>(message);
    return address ? Value::view(address->uri_text) : Value::null();
}

Value preferred_user(Message& message)
{
    const auto address = first_address<HeaderType::PPreferredIdentity>(message);
    return address ? Value::view(address->uri.user) : Value::null();
}

Value preferred_domain(Message& message)
{
    const auto address = first_address<HeaderType::PPreferredIdentity>(message);
    return address ? Value::view(address->uri.host) : Value::null();
}

Value preferred_display(Message& message)
{
    const auto address = first_address<HeaderType::PPreferredIdentity>(message);
    return address ? Value::view(address->display) : Value::null();
}

template <HeaderType type>
Value body_or_null(Message& message)
{
    const sip::Header* header = message.sip().first(type);
    return header == nullptr ? Value::null() : Value::view(header->value);
}

Value call_id(Message& message)
{
    return message.sip().call_id().empty() ? Value::null() : Value::view(message.sip().call_id());
}

// The digits as they stand; class S, although it is a number: OpenSER's scripts compare it as text.
Value cseq_number(Message& message)
{
    if (message.sip().cseq() == nullptr) return Value::null();
    const std::string_view value = message.sip().first(HeaderType::CSeq)->value;
    std::size_t digits = 0;
    while (digits < value.size() && is_digit(value[digits])) ++digits;
    return Value::view(value.substr(0, digits));
}

Value content_type(Message& message)
{
    const sip::Header* header = message.sip().first(HeaderType::ContentType);
    return Value::view(header == nullptr ? std::string_view() : header->value);
}

Value content_length(Message& message)
{
    const sip::Header* header = message.sip().first(HeaderType::ContentLength);
    if (header == nullptr) return Value::view({});
    const auto length = message.sip().content_length();
    return length ? Value::both(header->value, static_cast<std::int64_t>(*length)) : Value::null();
}

// Proxy-Authorization counts more than Authorization. OpenSER's states: no header at all is an error; what
// cannot be read, and what a client may not be challenged for, is empty.
template <std::string_view (*part)(const sip::DigestCredentials&)>
Value credentials_part(Message& message)
{
    const sip::Message& sip = message.sip();
    if (sip.is_request() && (sip.method_id() == sip::Method::Ack || sip.method_id() == sip::Method::Cancel))
        return Value::view({});
    const sip::Header* header = sip.first(HeaderType::ProxyAuthorization);
    if (header == nullptr) header = sip.first(HeaderType::Authorization);
    if (header == nullptr) return Value::error();
    const auto credentials = sip::DigestCredentials::parse(header->value);
    if (!credentials) {
        log_warning("script", "{} does not parse: {}", header->name, credentials.error().text);
        return Value::view({});
    }
    return Value::view(part(*credentials));
}

std::string_view credentials_user(const sip::DigestCredentials& credentials)
{
    return credentials.user();
}

std::string_view credentials_realm(const sip::DigestCredentials& credentials)
{
    return credentials.realm;
}

// Who pays: the account that was verified, else who From says it is.
Value accounting_name(Message& message)
{
    if (const auto credentials = verified_credentials(message))
        return Value::text(std::string(credentials->user()) + "@" + std::string(credentials->realm));
    const sip::NameAddr* from = address_of<HeaderType::From>(message);
    if (from == nullptr) return Value::null();
    if (!from->uri.has_user) return Value::view(from->uri.host);
    return Value::text(std::string(from->uri.user) + "@" + std::string(from->uri.host));
}

constexpr CoreVariable of_headers[] = {
    {"fu", address_uri<HeaderType::From>},
    {"from", address_uri<HeaderType::From>},
    {"fU", address_user<HeaderType::From>},
    {"from.user", address_user<HeaderType::From>},
    {"fd", address_domain<HeaderType::From>},
    {"from.domain", address_domain<HeaderType::From>},
    {"fn", address_display<HeaderType::From>},
    {"ft", address_tag<HeaderType::From>},
    {"tu", address_uri<HeaderType::To>},
    {"to", address_uri<HeaderType::To>},
    {"tU", address_user<HeaderType::To>},
    {"to.user", address_user<HeaderType::To>},
    {"td", address_domain<HeaderType::To>},
    {"to.domain", address_domain<HeaderType::To>},
    {"tn", address_display<HeaderType::To>},
    {"tt", address_tag<HeaderType::To>},
    {"ci", call_id},
    {"cs", cseq_number},
    {"ct", body_or_null<HeaderType::Contact>},
    {"cT", content_type},
    {"cl", content_length},
    {"ua", body_or_null<HeaderType::UserAgent>},
    {"rt", identity_uri<HeaderType::ReferTo>},
    {"di", identity_uri<HeaderType::Diversion>},
    {"re", identity_uri<HeaderType::RemotePartyId>},
    {"ai", identity_uri<HeaderType::PAssertedIdentity>},
    {"pu", identity_uri<HeaderType::PPreferredIdentity>},
    {"pU", preferred_user},
    {"pd", preferred_domain},
    {"pn", preferred_display},
    {"au", credentials_part<credentials_user>},
    {"ar", credentials_part<credentials_realm>},
    {"Au", accounting_name},
};

}  // namespace

std::span<const CoreVariable> header_variables()
{
    return of_headers;
}

}  // namespace junctor::script
