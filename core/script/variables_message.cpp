// Variables of the message as a whole: first line, body, where it came from, flags, time, errors.
#include <ctime>

#include <unistd.h>

#include "core/script/variables_core.h"

namespace junctor::script
{

namespace
{

Value method(Message& message)
{
    const sip::Message& sip = message.sip();
    const auto id = static_cast<std::int64_t>(sip.transaction_method());
    if (sip.is_request()) return Value::both(sip.method(), id);
    return sip.cseq() == nullptr ? Value::null() : Value::both(sip.cseq()->method, id);
}

Value status(Message& message)
{
    return message.is_request() ? Value::null() : Value::number(message.sip().status());
}

Value reason(Message& message)
{
    return message.is_request() ? Value::null() : Value::view(message.sip().reason());
}

Value body(Message& message)
{
    const std::string_view body = message.sip().body();
    if (body.empty()) return Value::view({});
    const auto length = message.sip().content_length();
    return length ? Value::view(body.substr(0, *length)) : Value::null();
}

Value whole(Message& message)
{
    return Value::view(message.sip().bytes());
}

Value length(Message& message)
{
    const std::size_t size = message.sip().bytes().size();
    return Value::both(std::to_string(size), static_cast<std::int64_t>(size));
}

Value count(Message& message)
{
    return Value::number(static_cast<std::int64_t>(message.id()));
}

Value source_ip(Message& message)
{
    return Value::text(message.flow().remote.ip.text());
}

Value port_value(std::uint16_t port)
{
    return Value::both(std::to_string(port), port);
}

Value source_port(Message& message)
{
    return port_value(message.flow().remote.port);
}

Value received_ip(Message& message)
{
    const auto* socket = message.flow().socket;
    return socket == nullptr ? Value::null() : Value::text(socket->address.ip.text());
}

Value received_port(Message& message)
{
    const auto* socket = message.flow().socket;
    return socket == nullptr ? Value::null() : port_value(socket->address.port);
}

std::uint32_t message_flags(const Message& message)
{
    return message.flags;
}

std::uint32_t script_flags(const Message& message)
{
    return message.script_flags;
}

std::uint32_t branch_flags(const Message& message)
{
    return message.target().flags;
}

template <std::uint32_t (*flags)(const Message&)>
Value decimal(Message& message)
{
    return Value::both(std::to_string(flags(message)), flags(message));
}

template <std::uint32_t (*flags)(const Message&)>
Value hexadecimal(Message& message)
{
    return Value::both(fmt::format("{:08x}", flags(message)), flags(message));
}

Value return_code(Message& message)
{
    return Value::number(message.return_code);
}

Value process_id(Message&)
{
    return Value::number(::getpid());
}

std::time_t received_seconds(const Message& message)
{
    return std::chrono::system_clock::to_time_t(message.received_at());
}

Value unix_time(Message& message)
{
    return Value::number(received_seconds(message));
}

Value local_time(Message& message)
{
    const std::time_t seconds = received_seconds(message);
    char text[26];  // ctime's form is exactly that long, whatever the locale
    if (::ctime_r(&seconds, text) == nullptr) return Value::null();
    return Value::both(std::string(text, 24), seconds);
}

Value error_class(Message& message)
{
    return Value::number(message.parse_error.error_class);
}

Value error_level(Message& message)
{
    return Value::number(message.parse_error.level);
}

Value error_code(Message& message)
{
    return Value::number(message.parse_error.reply_code);
}

Value error_info(Message& message)
{
    return Value::view(message.parse_error.info);
}

Value error_reason(Message& message)
{
    return Value::view(message.parse_error.reason);
}

constexpr CoreVariable of_messages[] = {
    {"rm", method},
    {"rs", status},
    {"rr", reason},
    {"rb", body},
    {"mb", whole},
    {"ml", length},
    {"mi", count},
    {"si", source_ip},
    {"src_ip", source_ip},
    {"sp", source_port},
    {"Ri", received_ip},
    {"Rp", received_port},
    {"mf", decimal<message_flags>},
    {"mF", hexadecimal<message_flags>},
    {"sf", decimal<script_flags>},
    {"sF", hexadecimal<script_flags>},
    {"bf", decimal<branch_flags>},
    {"bF", hexadecimal<branch_flags>},
    {"rc", return_code},
    {"retcode", return_code},
    {"pp", process_id},
    {"Ts", unix_time},
    {"Tf", local_time},
    {"err.class", error_class},
    {"err.level", error_level},
    {"err.rcode", error_code},
    {"err.info", error_info},
    {"err.rreason", error_reason},
};

}  // namespace

std::span<const CoreVariable> message_variables()
{
    return of_messages;
}

}  // namespace junctor::script
