#include "modules/tm/description.h"

#include <algorithm>

#include <fmt/format.h>

namespace junctor::tm
{
namespace
{

constexpr std::size_t max_route_set = 512;

class Lines
{
public:
    // A folded header comes as one line; nothing at all as a dot.
    void add(std::string_view value)
    {
        if (value.empty()) value = ".";
        for (const char c : value) text_ += c == '\r' || c == '\n' ? ' ' : c;
        text_ += '\n';
    }
    void add_raw(std::string_view text) { text_ += text; }
    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

struct Routing {
    std::string set;    // <uri>,<uri>
    std::string first;  // its first URI
    bool strict = false;
};

Result<Routing> routing_of(const sip::Message& request)
{
    Routing routing;
    for (const sip::Header& header : request.headers()) {
        if (header.type != sip::HeaderType::RecordRoute) continue;
        const auto elements = sip::parse_name_addr_list(header.value);
        if (!elements) return fail(elements.error());
        for (const sip::NameAddr& element : *elements) {
            if (routing.set.empty()) {
                routing.first = element.uri_text;
                routing.strict = !element.uri.has_param("lr");
            } else {
                routing.set += ',';
            }
            routing.set += fmt::format("<{}>", element.uri_text);
        }
    }
    if (routing.set.size() > max_route_set) return fail("the route set exceeds 512 bytes");
    return routing;
}

std::string remote_target(const sip::Message& request, const Routing& routing)
{
    if (routing.strict) return routing.first;
    if (const sip::Header* contact = request.first(sip::HeaderType::Contact))
        if (const auto target = sip::NameAddr::parse(sip::first_list_element(contact->value)))
            return std::string(target->uri_text);
    return std::string(request.from()->uri_text);
}

std::string reversed_hex(std::uint32_t flags)
{
    std::string digits = fmt::format("{:x}", flags);
    std::reverse(digits.begin(), digits.end());
    return digits;
}

}  // namespace

Result<std::string> describe_request(script::Message& message, const Description& what)
{
    const sip::Message& request = message.sip();
    const sip::Uri* uri = message.parsed_uri();
    if (uri == nullptr || request.from() == nullptr || request.to() == nullptr || request.cseq() == nullptr)
        return fail(400,
                    "the request cannot be described: Request-URI, From, To or CSeq is missing or malformed");
    const auto routing = routing_of(request);
    if (!routing) return fail(routing.error());
    const Endpoint here = message.flow().socket != nullptr ? message.flow().socket->address : Endpoint{};

    Lines lines;
    lines.add("0.3");
    lines.add(fmt::format("sip_request.{}", what.action));
    lines.add(request.method());
    lines.add(uri->user);
    lines.add(uri->host);
    lines.add(here.ip.text());
    lines.add(here.port == 5060 ? std::string() : std::to_string(here.port));
    lines.add(message.uri());
    lines.add(remote_target(request, *routing));
    lines.add(request.from()->whole);
    lines.add(request.to()->whole);
    lines.add(request.call_id());
    lines.add(request.from()->tag());
    lines.add(request.to()->tag());
    lines.add(std::to_string(request.cseq()->number));
    lines.add(what.transaction);
    lines.add(routing->set);
    lines.add(routing->strict ? std::string() : routing->first);
    lines.add(fmt::format("P-MsgFlags: {}", reversed_hex(message.flags)));
    lines.add_raw(what.appended.text);
    lines.add(".");
    const bool body = what.appended.body || request.method_id() == sip::Method::Invite;
    if (body && !request.body().empty()) {
        lines.add_raw(request.body());
        lines.add_raw("\n");
    } else {
        lines.add(".");
    }
    return lines.take();
}

}  // namespace junctor::tm
