// $ru and its parts, $ou, $du, and the branches: where a request is going.
#include "core/script/uri_rewrite.h"
#include "core/script/variables_core.h"

namespace junctor::script
{

namespace
{

constexpr std::size_t most_branches_text = 511;  // what OpenSER's buffers hold: $ds and $bR
constexpr std::uint16_t default_port = 5060;

const sip::Uri* current_uri(Message& message)
{
    return message.parsed_uri();
}

const sip::Uri* received_uri(Message& message)
{
    return message.is_request() ? message.sip().uri() : nullptr;
}

Value port_value(const sip::Uri& uri)
{
    if (!uri.port) return Value::both(std::string_view("5060"), default_port);
    return Value::both(uri.port_text, *uri.port);
}

Value protocol_value(const sip::Uri& uri)
{
    const auto transport = uri.param("transport");
    if (!transport) return Value::both(std::string_view("UDP"), static_cast<int>(Protocol::Udp));
    const auto protocol = protocol_from(transport->value).value_or(Protocol::Any);
    return Value::both(transport->value, static_cast<int>(protocol));
}

using UriOf = const sip::Uri* (*)(Message&);

template <UriOf uri_of>
Value text_of(Message& message)
{
    const sip::Uri* uri = uri_of(message);
    return uri == nullptr ? Value::null() : Value::view(uri->text);
}

template <UriOf uri_of>
Value user_of(Message& message)
{
    const sip::Uri* uri = uri_of(message);
    return uri == nullptr || !uri->has_user ? Value::null() : Value::view(uri->user);
}

template <UriOf uri_of>
Value host_of(Message& message)
{
    const sip::Uri* uri = uri_of(message);
    return uri == nullptr ? Value::null() : Value::view(uri->host);
}

template <UriOf uri_of>
Value port_of(Message& message)
{
    const sip::Uri* uri = uri_of(message);
    return uri == nullptr ? Value::null() : port_value(*uri);
}

template <UriOf uri_of>
Value protocol_of(Message& message)
{
    const sip::Uri* uri = uri_of(message);
    return uri == nullptr ? Value::null() : protocol_value(*uri);
}

// Text to assign; a value of integer type is none.
std::optional<std::string_view> text_to_set(const Value& value)
{
    if (!value.is_present() || !value.has_text() || value.is_integer()) return {};
    return value.text();
}

bool set_uri(Message& message, const Value& value)
{
    const auto text = text_to_set(value);
    return text && message.is_request() && rewrite_uri(message, *text);
}

bool set_user(Message& message, const Value& value)
{
    if (value.is_null()) return rewrite_user(message, {});
    const auto text = text_to_set(value);
    return text && rewrite_user(message, *text);
}

bool set_domain(Message& message, const Value& value)
{
    const auto text = text_to_set(value);
    return text && rewrite_host(message, *text);
}

Value destination(Message& message)
{
    return Value::view(message.target().destination_uri);
}

bool set_destination(Message& message, const Value& value)
{
    if (value.is_null()) {
        message.target().destination_uri.clear();
        return true;
    }
    const auto text = text_to_set(value);
    if (!text || text->size() > sip::max_uri_length) return false;
    message.target().destination_uri = *text;
    return true;
}

template <Value (*part)(const sip::Uri&)>
Value destination_part(Message& message)
{
    const std::string& text = message.target().destination_uri;
    if (text.empty()) return Value::view({});
    const auto uri = sip::Uri::parse(text);
    return uri ? part(*uri) : Value::null();
}

Value host_value(const sip::Uri& uri)
{
    return Value::view(uri.host);
}

Value first_branch(Message& message)
{
    if (!message.is_request() || message.branches().empty()) return Value::null();
    return Value::view(message.branches().front().uri);
}

// $bR: brackets only where a q follows, as in OpenSER.
Value all_branches(Message& message)
{
    if (!message.is_request()) return Value::null();
    std::string text;
    for (const Target& branch : message.branches()) {
        if (!text.empty()) text += ", ";
        if (branch.q >= 0)
            text.append("<").append(branch.uri).append(">;q=").append(sip::q_text(branch.q));
        else
            text.append(branch.uri);
    }
    return text.size() > most_branches_text ? Value::null() : Value::text(std::move(text));
}

// $ds: a Contact header, so every URI stands in brackets: its parameters must not become the header's.
Value destination_set(Message& message)
{
    std::string text = "Contact: ";
    const std::size_t empty = text.size();
    const auto add = [&](std::string_view uri, int q) {
        if (text.size() > empty) text += ", ";
        text.append("<").append(uri).append(">");
        if (q >= 0) text.append(";q=").append(sip::q_text(q));
    };
    if (message.is_uri_rewritten()) add(message.uri(), message.target().q);
    for (const Target& branch : message.branches()) add(branch.uri, branch.q);
    if (text.size() == empty || text.size() > most_branches_text) return Value::null();
    return Value::text(std::move(text));
}

Value forced_socket(Message& message)
{
    const transport::ListenSocket* socket = message.target().socket;
    if (socket == nullptr) return Value::null();
    return Value::text(std::string(to_text(socket->protocol)) + ":" + socket->address.text());
}

constexpr CoreVariable of_uris[] = {
    {"ru", text_of<current_uri>, set_uri},
    {"ruri", text_of<current_uri>, set_uri},
    {"rU", user_of<current_uri>, set_user},
    {"ruri.user", user_of<current_uri>, set_user},
    {"rd", host_of<current_uri>, set_domain},
    {"ruri.domain", host_of<current_uri>, set_domain},
    {"rp", port_of<current_uri>},
    {"rP", protocol_of<current_uri>},
    {"ou", text_of<received_uri>},
    {"ouri", text_of<received_uri>},
    {"oU", user_of<received_uri>},
    {"od", host_of<received_uri>},
    {"op", port_of<received_uri>},
    {"oP", protocol_of<received_uri>},
    {"du", destination, set_destination},
    {"duri", destination, set_destination},
    {"dd", destination_part<host_value>},
    {"dp", destination_part<port_value>},
    {"dP", destination_part<protocol_value>},
    {"ds", destination_set},
    {"br", first_branch},
    {"bR", all_branches},
    {"fs", forced_socket},
};

}  // namespace

std::span<const CoreVariable> uri_variables()
{
    return of_uris;
}

}  // namespace junctor::script
