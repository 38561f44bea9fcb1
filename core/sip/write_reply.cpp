// Answers of our own: RFC 3261 §8.2.6, and where they go: §18.2.2, RFC 3581 §4.
#include <algorithm>

#include "core/sip/write.h"
#include "core/sip/write_parts.h"

namespace junctor::sip
{
namespace
{

// The line of the topmost Via, its first element saying where the request came from.
void append_top_via_line(std::string& out, const Header& line, const Via& via, const Reply& reply)
{
    out.append(line.line.data(), via.whole.data());
    append_via_with_source(out, via, reply.source, reply.force_rport);
    out.append(via.whole.data() + via.whole.size(), line.line.data() + line.line.size());
}

void append_to_line(std::string& out, const Message& request, const Header& to, const Reply& reply)
{
    const bool tagged = request.to() != nullptr && !request.to()->tag().empty();
    if (reply.status < 180 || reply.to_tag.empty() || tagged) {
        out += to.line;
        return;
    }
    out.append(to.line.data(), to.value.data() + to.value.size());
    ((out += ";tag=") += reply.to_tag) += crlf;
}

// What an answer repeats of its request, in the request's order.
void append_copied_headers(std::string& out, const Message& request, const Reply& reply)
{
    bool top = true;
    for (const Header& header : request.headers()) {
        switch (header.type) {
            case HeaderType::Via:
                if (top && request.top_via() != nullptr)
                    append_top_via_line(out, header, *request.top_via(), reply);
                else
                    out += header.line;
                top = false;
                break;
            case HeaderType::To: append_to_line(out, request, header, reply); break;
            case HeaderType::From:
            case HeaderType::CallId:
            case HeaderType::CSeq: out += header.line; break;
            case HeaderType::RecordRoute:
                if (reply.status >= 180 && reply.status < 300) out += header.line;
                break;
            case HeaderType::Timestamp:  // §8.2.6.1
                if (reply.status == 100) out += header.line;
                break;
            default: break;
        }
    }
}

}  // namespace

std::string write_reply(const Message& request, const Reply& reply)
{
    std::string out;
    out.reserve(request.headers_end() + reply.reason.size() + reply.to_tag.size() + reply.headers.size() +
                reply.body.size() + reply.server_line.size() + reply.warning_line.size() + 256);
    out += "SIP/2.0 ";
    append_number(out, static_cast<std::uint64_t>(std::clamp(reply.status, 100, 699)));
    ((out += ' ') += reply.reason) += crlf;
    append_copied_headers(out, request, reply);
    out += reply.headers;
    if (!reply.server_line.empty()) (out += reply.server_line) += crlf;
    out += "Content-Length: ";
    append_number(out, reply.body.size());
    out += crlf;
    if (!reply.warning_line.empty()) (out += reply.warning_line) += crlf;
    return (out += crlf) += reply.body;
}

Endpoint reply_destination(const Message& request, const Endpoint& source, bool force_rport)
{
    const Via* via = request.top_via();
    if (via == nullptr || via->has_rport || force_rport) return source;
    return {source.ip, via->port_or_default()};
}

}  // namespace junctor::sip
