#include "core/script/reply.h"

#include <fmt/format.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/transport/way_back.h"

namespace junctor::script
{
namespace
{

constexpr std::size_t max_contact_line = 512, max_warning_line = 256;

void append_contact(std::string& line, std::string_view uri, int q)
{
    if (!line.empty()) line += ", ";
    if (q < 0)
        line += uri;
    else
        line += fmt::format("<{}>;q={}", uri, q >= 1000 ? "1" : fmt::format("0.{:03}", q));
}

// For 3xx: where else the caller may try.
std::string contact_line(const Message& message)
{
    std::string contacts;
    if (message.is_uri_rewritten()) append_contact(contacts, message.uri(), message.target().q);
    for (const Target& branch : message.branches()) append_contact(contacts, branch.uri, branch.q);
    if (contacts.empty()) return {};
    std::string line = "Contact: " + contacts + "\r\n";
    if (line.size() <= max_contact_line) return line;
    log_error("script", "the Contact of a redirection exceeds {} bytes and is left out", max_contact_line);
    return {};
}

}  // namespace

transaction::LocalReply reply_to(const Message& message, int status, std::string_view reason)
{
    const Settings& settings = message.environment().settings;
    transaction::LocalReply reply;
    reply.status = status;
    reply.reason = reason;
    if (status >= 300 && status < 400) reply.headers = contact_line(message);
    reply.headers += message.reply_headers;
    reply.body = message.reply_body;
    if (settings.server_signature) reply.server_line = settings.server_header;
    if (settings.sip_warning) reply.warning_line = warning_line(message.sip(), message.flow(), message.uri());
    return reply;
}

std::string write_reply(const Message& message, const transaction::LocalReply& reply)
{
    sip::Reply text;
    text.status = reply.status;
    text.reason = reply.reason;
    text.to_tag = reply.to_tag;
    text.headers = reply.headers;
    text.body = reply.body;
    text.server_line = reply.server_line;
    text.warning_line = reply.warning_line;
    text.source = message.flow().remote;
    text.force_rport = message.force_rport;
    return sip::write_reply(message.sip(), text);
}

std::string warning_line(const sip::Message& request, const transport::Flow& from, std::string_view uri_out)
{
    const std::string here = from.socket != nullptr ? from.socket->address.text() : std::string("0.0.0.0:0");
    if (request.request_uri().find_first_of("\"\\") != std::string_view::npos) return {};
    if (uri_out.find_first_of("\"\\") != std::string_view::npos) return {};
    std::string line = fmt::format(
        "Warning: 392 {} \"Noisy feedback tells: pid={} req_src_ip={} req_src_port={} in_uri={} out_uri={} "
        "via_cnt=={}\"",
        here, ::getpid(), from.remote.ip.text(), from.remote.port, request.request_uri(), uri_out,
        request.vias().size());
    return line.size() <= max_warning_line ? line : std::string();
}

transport::Destination way_back(const Message& message)
{
    return transport::way_back(message.flow(), message.sip(), message.force_rport);
}

std::optional<transport::NextHop> reply_hop(const Message& message)
{
    const sip::Via* via = message.sip().top_via();
    // A stream answers over its connection (§18.2.2), whatever the Via says.
    if (!message.environment().settings.reply_to_via || via == nullptr || message.flow().connection != 0)
        return {};
    transport::NextHop hop;
    hop.host = via->host;
    hop.protocol = message.flow().protocol();
    if (via->has_rport || message.force_rport)
        hop.port = message.flow().remote.port;
    else
        hop.port = via->port;
    return hop;
}

ErrorReply error_reply(Failure failure, std::string_view module)
{
    const auto make = [&](int status, std::string_view text) {
        return ErrorReply{status, fmt::format("{} ({}/{})", text, -static_cast<int>(failure), module)};
    };
    switch (failure) {
        case Failure::Filtered: return make(473, "Filtered destination");
        case Failure::BadUri: return make(475, "Bad URI");
        case Failure::Unresolvable: return make(476, "Unresolvable destination");
        case Failure::SendFailed: return make(477, "Send failed");
        case Failure::BadRequest: return make(400, "Bad Request");
        case Failure::TupleIncomplete: return make(400, "Transaction tuple incomplete");
        case Failure::BadTo: return make(400, "Bad To");
        case Failure::ExternalLogic: return make(500, "Error in external logic");
        case Failure::TooManyBranches: return make(500, "Forking capacity exceeded");
        case Failure::QCharacter: return make(400, "Invalid character in q parameter");
        case Failure::QEmpty: return make(400, "Empty q parameter");
        case Failure::QTooBig: return make(400, "q parameter too big");
        case Failure::QDecimals: return make(400, "Decimal part missing in q");
        case Failure::None:
        case Failure::Unspecified:
        case Failure::OutOfMemory: break;
    }
    return make(500, "Server error occurred");
}

}  // namespace junctor::script
