// {uri.*}: parts of a SIP or tel URI; {param.*}: lists such as "a=1;b;c=2".
#include "core/script/transformation.h"
#include "core/sip/uri.h"

namespace junctor::script
{

namespace
{

using Arguments = TransformationSpec::Arguments;
using Kind = TransformationSpec::Kind;

// What is not a URI is an error; a part that it does not have is empty.
template <std::string_view (*part)(const sip::Uri&)>
Value uri_part(const Value& input, const Arguments&)
{
    const auto uri = sip::Uri::parse(input.text());
    return uri ? Value::view(part(*uri)) : Value::error();
}

std::string_view user(const sip::Uri& uri)
{
    return uri.user;
}

std::string_view host(const sip::Uri& uri)
{
    return uri.host;
}

std::string_view password(const sip::Uri& uri)
{
    return uri.password;
}

std::string_view params(const sip::Uri& uri)
{
    return uri.params;
}

std::string_view headers(const sip::Uri& uri)
{
    return uri.headers;
}

Value port(const Value& input, const Arguments&)
{
    const auto uri = sip::Uri::parse(input.text());
    if (!uri) return Value::error();
    return uri->port ? Value::both(uri->port_text, *uri->port) : Value::view({});
}

std::string_view value_of(std::string_view list, std::string_view name)
{
    const auto parameter = sip::find_parameter(list, name);
    return parameter ? parameter->value : std::string_view();
}

Value uri_param(const Value& input, const Arguments& arguments)
{
    const auto uri = sip::Uri::parse(input.text());
    return uri ? Value::view(value_of(uri->params, arguments[0].text)) : Value::error();
}

constexpr char transport_name[] = "transport", ttl_name[] = "ttl", user_name[] = "user",
               maddr_name[] = "maddr", method_name[] = "method", lr_name[] = "lr", r2_name[] = "r2";

template <const char* name>
std::string_view named_param(const sip::Uri& uri)
{
    return value_of(uri.params, name);
}

std::string_view without_quotes(std::string_view text)
{
    const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    return quoted ? text.substr(1, text.size() - 2) : text;
}

Value list_value(const Value& input, const Arguments& arguments)
{
    if (input.text().empty()) return Value::error();
    return Value::view(without_quotes(value_of(input.text(), arguments[0].text)));
}

Value list_name(const Value& input, const Arguments& arguments)
{
    if (input.text().empty()) return Value::error();
    std::int64_t index = arguments[0].number;
    std::string_view list = input.text();
    if (index < 0) {  // from the end: add how many there are
        while (sip::next_parameter(list)) ++index;
        list = input.text();
    }
    if (index < 0) return Value::view({});
    while (const auto parameter = sip::next_parameter(list))
        if (index-- == 0) return Value::view(parameter->name);
    return Value::view({});
}

constexpr TransformationSpec on_uris[] = {
    {"uri.user", uri_part<user>},
    {"uri.host", uri_part<host>},
    {"uri.domain", uri_part<host>},
    {"uri.passwd", uri_part<password>},
    {"uri.port", port},
    {"uri.params", uri_part<params>},
    {"uri.headers", uri_part<headers>},
    {"uri.param", uri_param, {Kind::Text, Kind::None}},
    {"uri.transport", uri_part<named_param<transport_name>>},
    {"uri.ttl", uri_part<named_param<ttl_name>>},
    {"uri.uparam", uri_part<named_param<user_name>>},
    {"uri.maddr", uri_part<named_param<maddr_name>>},
    {"uri.method", uri_part<named_param<method_name>>},
    {"uri.lr", uri_part<named_param<lr_name>>},
    {"uri.r2", uri_part<named_param<r2_name>>},
    {"param.value", list_value, {Kind::Text, Kind::None}},
    {"param.name", list_name, {Kind::Number, Kind::None}},
};

}  // namespace

std::span<const TransformationSpec> uri_transformations()
{
    return on_uris;
}

}  // namespace junctor::script
