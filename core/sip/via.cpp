#include "core/sip/via.h"

#include "core/base/ascii.h"
#include "core/sip/scan.h"

namespace junctor::sip
{
namespace
{

// sent-protocol = protocol-name SLASH protocol-version SLASH transport
bool take_sent_protocol(std::string_view& rest, Via& via)
{
    if (rest.starts_with("SIP/2.0/")) {
        rest.remove_prefix(8);
    } else if (!iequals(scan::take_token(rest), "SIP") || !scan::take(rest, '/') ||
               scan::take_token(rest) != "2.0" || !scan::take(rest, '/')) {
        return false;
    }
    via.transport = scan::take_token(rest);
    return !via.transport.empty() && !rest.empty() && is_space(rest.front());
}

bool take_sent_by(std::string_view& rest, Via& via)
{
    rest = scan::skip_space(rest);
    const std::size_t length = scan::host_length(rest);
    if (length == 0) return false;
    via.host = rest.substr(0, length);
    rest = scan::skip_space(rest.substr(length));
    if (rest.empty() || rest.front() != ':') return true;

    rest = scan::skip_space(rest.substr(1));
    std::size_t digits = 0;
    while (digits < rest.size() && is_digit(rest[digits])) ++digits;
    via.port_text = rest.substr(0, digits);
    via.port = scan::port(via.port_text);
    rest.remove_prefix(digits);
    return via.port.has_value();
}

void note_parameter(const scan::HeaderParameter& parameter, Via& via)
{
    if (iequals(parameter.name, "branch")) {
        via.branch = parameter.value;
    } else if (iequals(parameter.name, "received")) {
        via.received = parameter.value;
        via.received_param = parameter.whole;
    } else if (iequals(parameter.name, "rport")) {
        via.has_rport = true;
        via.rport = parameter.value;
        via.rport_param = parameter.whole;
    }
}

}  // namespace

Result<Via> Via::parse(std::string_view element)
{
    Via via;
    via.whole = element = trim(element);
    std::string_view rest = element;
    const auto bad = [&](const char* text) {
        return fail(400, text, static_cast<std::size_t>(rest.data() - element.data()));
    };
    if (!take_sent_protocol(rest, via)) return bad("Via: bad protocol");
    if (!take_sent_by(rest, via)) return bad("Via: bad sent-by");

    rest = scan::skip_space(rest);
    if (!rest.empty()) via.params = rest.substr(1);
    scan::HeaderParameter parameter;
    while (true) {
        switch (scan::header_parameter(rest, parameter)) {
            case scan::Step::End: return via;
            case scan::Step::Bad: return bad("Via: bad parameter");
            case scan::Step::One: note_parameter(parameter, via); break;
        }
    }
}

std::string_view Via::sent_by() const
{
    const std::string_view last = port ? port_text : host;
    return {host.data(), static_cast<std::size_t>(last.data() + last.size() - host.data())};
}

std::uint16_t Via::port_or_default() const
{
    return port.value_or(iequals(transport, "TLS") ? 5061 : 5060);
}

}  // namespace junctor::sip
