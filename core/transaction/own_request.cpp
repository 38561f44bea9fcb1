#include "core/transaction/own_request.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/ascii.h"
#include "core/sip/write.h"
#include "core/transaction/keyed_hash.h"
#include "core/transport/local_name.h"

namespace junctor::transaction
{
namespace
{

Result<transport::NextHop> hop_to(std::string_view uri)
{
    const auto parsed = sip::Uri::parse(uri);
    if (!parsed) return fail(400, fmt::format("bad URI {}", quoted_for_log(uri)));
    return transport::NextHop::from(*parsed);
}

// §12.2.1.1: the URI of the next hop. A first route without lr is a strict router: it becomes the
// Request-URI, and the target comes last.
Result<std::string> apply_routes(std::string& uri, std::vector<std::string>& routes)
{
    if (routes.empty()) return uri;
    const auto first = sip::NameAddr::parse(routes.front());
    if (!first) return fail(400, "bad Route " + quoted_for_log(routes.front()));
    std::string hop(first->uri_text);
    if (first->uri.has_param("lr")) return hop;
    routes.erase(routes.begin());
    routes.push_back(fmt::format("<{}>", uri));
    uri = hop;
    return hop;
}

void replace_all(std::string& text, std::string_view what, std::string_view by)
{
    if (what.empty()) return;
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

void append_routes(std::string& out, const std::vector<std::string>& routes)
{
    for (const std::string& route : routes) ((out += "Route: ") += route) += "\r\n";
}

}  // namespace

Result<std::shared_ptr<const OwnRequest>> OwnRequest::make(OriginatedRequest request, std::uint64_t unique,
                                                           std::string_view host,
                                                           std::string_view user_agent_line)
{
    auto own = std::make_shared<OwnRequest>();
    own->request_ = std::move(request);
    own->user_agent_line_ = user_agent_line;
    if (auto completed = own->complete(unique, host); !completed) return fail(completed.error());
    return own;
}

Result<void> OwnRequest::complete(std::uint64_t unique, std::string_view host)
{
    const bool is_token = std::all_of(request_.method.begin(), request_.method.end(), is_token_char);
    if (request_.method.empty() || !is_token) return fail(400, "bad method");
    const auto from = sip::NameAddr::parse(request_.from);
    if (!from) return fail(400, "From: " + from.error().text);
    if (!sip::NameAddr::parse(request_.to)) return fail(400, "bad To");
    const bool tagged = !from->tag().empty();
    if (!tagged) request_.from += fmt::format(";tag={:016x}", keyed_hash({unique, 1}, request_.from));
    if (request_.call_id.empty()) request_.call_id = fmt::format("{:016x}@{}", unique, host);
    if (!request_.cseq) request_.cseq = 10;

    auto hop = apply_routes(request_.uri, request_.routes);
    if (!hop) return fail(hop.error());
    auto next = hop_to(request_.next_hop.empty() ? *hop : request_.next_hop);
    if (!next) return fail(next.error());
    next_hop_ = std::move(*next);
    return {};
}

std::string OwnRequest::write(const transport::ListenSocket& socket, std::string_view branch) const
{
    std::string headers = request_.headers;
    replace_all(headers, request_.address_mark,
                fmt::format("{}:{}", socket.address.ip.text_in_uri(), socket.address.port));
    std::string out = fmt::format(
        "{0} {1} SIP/2.0\r\nVia: {2}\r\nTo: {3}\r\nFrom: {4}\r\nCSeq: {5} {0}\r\nCall-ID: {6}\r\n",
        request_.method, request_.uri, sip::via_value(transport::local_name(socket), branch, {}), request_.to,
        request_.from, *request_.cseq, request_.call_id);
    append_routes(out, request_.routes);
    out += fmt::format("Max-Forwards: {}\r\nContent-Length: {}\r\n", request_.max_forwards,
                       request_.body.size());
    if (!user_agent_line_.empty()) (out += user_agent_line_) += "\r\n";
    return ((out += headers) += "\r\n") += request_.body;
}

OwnRequest::Acknowledgement OwnRequest::acknowledgement(const sip::Message& success) const
{
    Acknowledgement ack;
    ack.uri = request_.uri;
    if (const sip::Header* contact = success.first(sip::HeaderType::Contact))
        if (const auto target = sip::NameAddr::parse(sip::first_list_element(contact->value)))
            ack.uri = target->uri_text;
    // §12.1.2: the route set is the Record-Route of the response, reversed.
    for (const sip::Header& header : success.headers()) {
        if (header.type != sip::HeaderType::RecordRoute) continue;
        if (const auto elements = sip::parse_name_addr_list(header.value))
            for (const sip::NameAddr& element : *elements) ack.routes.emplace_back(element.whole);
    }
    std::reverse(ack.routes.begin(), ack.routes.end());
    auto hop = apply_routes(ack.uri, ack.routes);
    if (!hop) {  // the callee wrote nonsense: straight to its Contact then
        ack.routes.clear();
        hop = ack.uri;
    }
    if (auto next = hop_to(*hop)) ack.next_hop = std::move(*next);
    return ack;
}

std::string OwnRequest::write_ack(const Acknowledgement& ack, const sip::Message& success,
                                  const transport::ListenSocket& socket) const
{
    const sip::Header* to = success.first(sip::HeaderType::To);
    const std::string_view to_value = to != nullptr ? to->value : std::string_view(request_.to);
    const std::string branch =
        fmt::format("{}.ja{:016x}", sip::magic_cookie,
                    keyed_hash({*request_.cseq, 2}, request_.call_id + std::string(to_value)));
    std::string out =
        fmt::format("ACK {} SIP/2.0\r\nVia: {}\r\nTo: {}\r\nFrom: {}\r\nCSeq: {} ACK\r\nCall-ID: {}\r\n",
                    ack.uri, sip::via_value(transport::local_name(socket), branch, {}), to_value,
                    request_.from, *request_.cseq, request_.call_id);
    append_routes(out, ack.routes);
    out += fmt::format("Max-Forwards: {}\r\n", request_.max_forwards);
    if (!user_agent_line_.empty()) (out += user_agent_line_) += "\r\n";
    return out += "Content-Length: 0\r\n\r\n";
}

}  // namespace junctor::transaction
