#include "core/sip/write_parts.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/ascii.h"
#include "core/sip/write.h"

namespace junctor::sip
{
namespace
{

bool host_is_source(const Via& via, const Endpoint& source)
{
    return IpAddress::parse(via.host) == source.ip;
}

void append_source_ip(std::string& out, const Endpoint& source)
{
    (out += "received=") += source.ip.text();
}

void append_source_port(std::string& out, const Endpoint& source)
{
    out += "rport=";
    append_number(out, source.port);
}

}  // namespace

void append_number(std::string& out, std::uint64_t number)
{
    std::array<char, 20> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), end);
}

bool via_needs_source(const Via& via, const Endpoint& source, bool force_rport)
{
    if (source.ip.is_unspecified()) return false;  // made here: it came from nowhere
    return force_rport || via.has_rport || !via.received_param.empty() || !host_is_source(via, source);
}

void append_via_with_source(std::string& out, const Via& via, const Endpoint& source, bool force_rport)
{
    if (!via_needs_source(via, source, force_rport)) {
        out += via.whole;
        return;
    }
    struct Part {
        std::string_view present;
        void (*append)(std::string&, const Endpoint&);
    };
    std::array<Part, 2> parts{
        {{via.received_param, append_source_ip}, {via.rport_param, append_source_port}}};
    if (via.rport_param.data() < via.received_param.data()) std::swap(parts[0], parts[1]);

    const char* position = via.whole.data();
    for (const Part& part : parts) {
        if (part.present.empty()) continue;
        out.append(position, part.present.data());
        part.append(out, source);
        position = part.present.data() + part.present.size();
    }
    out.append(position, via.whole.data() + via.whole.size());
    if (via.received_param.empty()) append_source_ip(out += ';', source);
    if (via.rport_param.empty() && force_rport) append_source_port(out += ';', source);
}

LengthFix content_length_fix(const Message& message, const Splicer& splicer, bool stream)
{
    const std::size_t size = message.bytes().size();
    const std::size_t length =
        message.body().size() + static_cast<std::size_t>(splicer.growth(message.body_offset(), size));
    LengthFix fix;
    const Header* header = message.first(HeaderType::ContentLength);
    if (header != nullptr && !splicer.removes(message.offset_of(header->line))) {
        fix.needed = message.content_length() != length;
        fix.offset = message.offset_of(header->value);
        fix.remove = header->value.size();
        if (fix.needed) append_number(fix.text, length);
    } else if (stream) {  // §18.3: without it a stream cannot be followed
        fix.needed = true;
        fix.offset = message.headers_end();
        fix.text = "Content-Length: ";
        append_number(fix.text, length);
        fix.text += crlf;
    }
    return fix;
}

std::string via_value(const LocalName& local, std::string_view branch, std::string_view params)
{
    std::string value;
    value.reserve(local.host.size() + branch.size() + params.size() + 32);
    value += "SIP/2.0/";
    value += to_via_text(local.protocol);
    (value += ' ') += local.host;
    // Without a port the reader assumes 5060, for TLS 5061 (RFC 3261 §18.1.1): so TLS always has one.
    if (local.advertised_port || local.port != 5060 || local.protocol == Protocol::Tls) {
        value += ':';
        append_number(value, local.port);
    }
    (value += ";branch=") += branch;
    return value += params;
}

}  // namespace junctor::sip
