// Requests that go hop by hop and are made from the one that was sent: ACK to a non-2xx (RFC 3261 §17.1.1.3)
// and CANCEL (§9.1). Both must look as the sent one does: same Request-URI, top Via, From, Call-ID and route.
#include "core/sip/write.h"
#include "core/sip/write_parts.h"

namespace junctor::sip
{
namespace
{

void append_line(std::string& out, const Message& message, HeaderType type)
{
    if (const Header* header = message.first(type)) out += header->line;
}

std::string write_hop_request(const Message& sent, std::string_view method, const Message& to_of,
                              std::string_view headers)
{
    std::string out;
    out.reserve(sent.headers_end() + headers.size() + 128);
    (((out += method) += ' ') += sent.request_uri()) += " SIP/2.0\r\n";
    if (const Header* via = sent.first(HeaderType::Via))
        ((out += "Via: ") += first_list_element(via->value)) += crlf;
    for (const Header& header : sent.headers())
        if (header.type == HeaderType::Route) out += header.line;
    out += "Max-Forwards: 70\r\n";
    append_line(out, sent, HeaderType::From);
    append_line(out, to_of, HeaderType::To);
    append_line(out, sent, HeaderType::CallId);
    out += "CSeq: ";
    append_number(out, sent.cseq() != nullptr ? sent.cseq()->number : 0);
    ((out += ' ') += method) += crlf;
    return (out += headers) += "Content-Length: 0\r\n\r\n";
}

}  // namespace

std::string write_ack(const Message& sent, const Message& response)
{
    return write_hop_request(sent, "ACK", response, {});
}

std::string write_cancel(const Message& sent, std::string_view headers)
{
    return write_hop_request(sent, "CANCEL", sent, headers);
}

}  // namespace junctor::sip
