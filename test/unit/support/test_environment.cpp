#include "test/unit/support/test_environment.h"

#include <stdexcept>

namespace junctor::test
{

namespace
{

constexpr std::string_view dialog_headers =
    "From: \"Alice\" <sip:alice@example.test>;tag=88sja8x\r\n"
    "Call-ID: a84b4c76e66710@192.0.2.7\r\n";

std::string with_crlf(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '\n' && (out.empty() || out.back() != '\r')) out += '\r';
        out += c;
    }
    return out;
}

std::string finished(std::string head, std::string_view headers, std::string_view body)
{
    head += with_crlf(headers);
    if (!body.empty()) head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return head.append("\r\n").append(body);
}

}  // namespace

FakeTransport::FakeTransport()
{
    const Endpoint address = *Endpoint::parse("192.0.2.1:5060");
    sockets_.push_back({0, Protocol::Udp, "192.0.2.1", address});
    sockets_.push_back({1, Protocol::Tcp, "192.0.2.1", address});
}

const transport::ListenSocket* FakeTransport::socket_for(const transport::Destination& to) const
{
    if (to.socket != nullptr) return to.socket;
    for (const auto& socket : sockets_)
        if (socket.protocol == to.protocol) return &socket;
    return nullptr;
}

Result<void> FakeTransport::send(const transport::Destination& to, std::string_view bytes, OnError)
{
    if (broken) return fail("the network is unreachable");
    sent.push_back({to, std::string(bytes)});
    return {};
}

void FakeTransport::extend_lifetime(std::uint64_t connection, std::uint32_t seconds)
{
    lifetimes.emplace_back(connection, seconds);
}

bool FakeTransport::add_alias(std::uint64_t connection, std::uint16_t port)
{
    aliases.emplace_back(connection, port);
    return true;
}

Task<Result<transport::DnsRecords>> FakeDns::query(std::string name, transport::DnsType type)
{
    const auto found = records.find({name, type});
    co_return found == records.end() ? transport::DnsRecords{} : found->second;
}

std::optional<transport::Destination> FakeResolver::literal(const transport::NextHop& hop) const
{
    const auto ip = IpAddress::parse(hop.host);
    if (!ip) return {};
    const Protocol protocol = hop.protocol == Protocol::Any ? Protocol::Udp : hop.protocol;
    return transport::Destination{protocol, {*ip, hop.port.value_or(hop.secure ? 5061 : 5060)}};
}

Task<Result<std::vector<transport::Destination>>> FakeResolver::resolve(transport::NextHop hop)
{
    if (const auto known = literal(hop)) co_return std::vector{*known};
    const auto found = hosts.find(hop.host);
    if (found == hosts.end()) co_return fail(478, "no such host: " + hop.host);
    co_return found->second;
}

bool FakeLocalNames::is_myself(std::string_view host, std::uint16_t port, Protocol) const
{
    return names.contains(host) && (port == 0 || port == 5060);
}

script::Target target(std::string uri, int q)
{
    script::Target target;
    target.uri = std::move(uri);
    target.q = q;
    return target;
}

const Endpoint TestEnvironment::peer = *Endpoint::parse("198.51.100.7:5062");

std::unique_ptr<script::Message> TestEnvironment::receive(std::string_view text)
{
    const std::size_t body = std::min(text.find("\n\n"), text.find("\r\n\r\n"));
    const std::size_t head = body == std::string_view::npos ? text.size() : body + 2;
    auto parsed = sip::Message::parse(with_crlf(text.substr(0, head)).append(text.substr(head)));
    if (!parsed) throw std::invalid_argument(parsed.error().text);
    const transport::Flow flow{&transport.sockets()[0], peer, 0};
    return std::make_unique<script::Message>(environment, *parsed, flow);
}

std::unique_ptr<script::Message> TestEnvironment::request(std::string_view uri, std::string_view headers,
                                                          std::string_view body, std::string_view method)
{
    const std::string name(method);
    std::string head = name + " " + std::string(uri) + " SIP/2.0\r\n";
    head += "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKnashds8\r\nTo: <sip:bob@example.test>\r\n";
    head.append(dialog_headers).append("CSeq: 314159 " + name + "\r\n");
    return receive(finished(std::move(head), headers, body));
}

std::unique_ptr<script::Message> TestEnvironment::reply(int status, std::string_view reason,
                                                        std::string_view headers, std::string_view body)
{
    std::string head = "SIP/2.0 " + std::to_string(status) + " " + std::string(reason) + "\r\n";
    head +=
        "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKnashds8\r\n";
    head += "To: <sip:bob@example.test>;tag=314159\r\n";
    head.append(dialog_headers).append("CSeq: 314159 INVITE\r\n");
    return receive(finished(std::move(head), headers, body));
}

std::string TestEnvironment::expand(script::Message& message, std::string_view text, std::size_t limit)
{
    const auto format = script::Format::parse(text, variables);
    if (!format) return "error: " + format.error().text;
    return format->expand(message, limit).value_or("(too long)");
}

std::string TestEnvironment::edited(const script::Message& message) const
{
    const auto bytes = message.sip().bytes();
    std::string out;
    message.edits.apply(bytes, 0, bytes.size(), message.send_path(transport.sockets()[0]), out);
    return out;
}

}  // namespace junctor::test
