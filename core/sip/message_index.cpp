// One pass over a received message: where its lines, names, values and body are. RFC 3261 §7.
//
// Lines are found with memchr, names are classified by length and first letter, nothing but the vector of
// headers allocates. Salvage goes the same way, with its eyes half closed.
#include <algorithm>
#include <cstring>

#include "core/base/ascii.h"
#include "core/sip/message.h"
#include "core/sip/scan.h"

namespace junctor::sip
{
namespace
{

constexpr std::string_view crlf = "\r\n";
constexpr std::size_t max_headers = 256;
constexpr std::size_t usual_headers = 12;  // room reserved at once; grows once for the INVITE of a phone

const char* find(const char* from, const char* end, char c)
{
    return static_cast<const char*>(std::memchr(from, c, static_cast<std::size_t>(end - from)));
}

// A line or why there is none. Not a Result: this is made for each header of each message.
struct Line {
    std::string_view text;
    const char* fault = nullptr;
};

// The line at the start of `text`, its CRLF included, continuation lines not.
Line take_line(std::string_view text)
{
    const char* const end = text.data() + text.size();
    const char* const feed = find(text.data(), end, '\n');
    if (feed == nullptr) return {{}, "no blank line after the headers"};
    if (feed == text.data() || feed[-1] != '\r') return {{}, "bare LF"};
    if (find(text.data(), feed - 1, '\r') != nullptr) return {{}, "bare CR"};
    return {{text.data(), static_cast<std::size_t>(feed + 1 - text.data())}};
}

// The header at the start of `text` with its continuation lines (§7.3.1), the last CRLF
// included; or the blank line.
Line take_folded_line(std::string_view text)
{
    Line line = take_line(text);
    if (line.text.size() == crlf.size()) return line;
    while (line.fault == nullptr && line.text.size() < text.size() && is_blank(text[line.text.size()])) {
        const Line more = take_line(text.substr(line.text.size()));
        line = {text.substr(0, line.text.size() + more.text.size()), more.fault};
    }
    return line;
}

// name *(SP / HTAB) ":" value; false if it is no header.
bool split_header(std::string_view line, Header& header)
{
    std::size_t length = 0, colon = 0;
    while (scan::is(line[length], scan::Token))
        ++length;  // the line ends with CRLF: no token reaches past it
    for (colon = length; is_blank(line[colon]);) ++colon;
    if (length == 0 || line[colon] != ':') return false;
    header.line = line;
    header.name = line.substr(0, length);
    // Not the final CRLF, so that an empty value still stands before it.
    header.value = trim(line.substr(colon + 1, line.size() - colon - 1 - crlf.size()));
    header.type = header_type(header.name);
    return true;
}

// SIP-Version: the name ignoring case (§7.1), digits for the numbers.
bool is_sip_version(std::string_view text)
{
    return istarts_with(text, "SIP/") && text.size() > 4 && is_digit(text[4]) && is_digit(text.back());
}

// Every line end of the header section becomes CRLF.
std::string mend_line_ends(std::string_view bytes)
{
    std::string out;
    out.reserve(bytes.size() + 64);
    while (!bytes.empty()) {
        const std::size_t end = bytes.find_first_of("\r\n");
        const std::string_view line = bytes.substr(0, end);
        (out += line) += crlf;
        if (end == std::string_view::npos) break;
        bytes.remove_prefix(bytes.substr(end).starts_with(crlf) ? end + crlf.size() : end + 1);
        if (line.empty() && out.size() > crlf.size()) break;
    }
    if (!out.ends_with("\r\n\r\n")) out += crlf;
    return out;
}

}  // namespace

Result<std::shared_ptr<Message>> Message::parse(std::string bytes)
{
    return take(bytes);
}

Result<std::shared_ptr<Message>> Message::take(std::string& bytes)
{
    if (bytes.size() > max_message_size) return fail(513, "message too large");
    std::size_t start = 0;
    while (bytes.compare(start, crlf.size(), crlf) == 0) start += crlf.size();
    if (start > 0) bytes.erase(0, start);

    const auto message = std::make_shared<Message>(Private{});
    message->bytes_ = std::move(bytes);
    if (auto done = message->index(Strictness::Strict); !done) {
        bytes = std::move(message->bytes_);
        return fail(std::move(done.error()));
    }
    message->cut_to_content_length();
    return message;
}

std::shared_ptr<Message> Message::salvage(std::string bytes)
{
    if (bytes.size() > max_message_size) bytes.resize(max_message_size);
    bytes.erase(0, std::min(bytes.find_first_not_of("\r\n"), bytes.size()));

    const auto message = std::make_shared<Message>(Private{});
    message->bytes_ = mend_line_ends(bytes);
    if (!message->index(Strictness::Salvage)) return nullptr;
    const bool answerable =
        message->is_request() && message->method_id_ != Method::Ack && message->top_via() != nullptr &&
        message->first(HeaderType::From) != nullptr && message->first(HeaderType::To) != nullptr &&
        message->first(HeaderType::CSeq) != nullptr && message->first(HeaderType::CallId) != nullptr;
    return answerable ? message : nullptr;
}

Result<void> Message::index(Strictness strictness)
{
    const Line line = take_line(bytes_);
    if (line.fault != nullptr) return fail(400, line.fault, 0);
    headers_offset_ = line.text.size();
    if (auto done = index_start_line(line.text.substr(0, headers_offset_ - crlf.size()), strictness); !done)
        return done;
    return index_headers(strictness);
}

Result<void> Message::index_start_line(std::string_view line, Strictness strictness)
{
    return istarts_with(line, "SIP/") ? index_status_line(line) : index_request_line(line, strictness);
}

// Method SP Request-URI SP SIP-Version: exactly one space each (RFC 4475 §3.1.2.10, 3.1.2.9).
Result<void> Message::index_request_line(std::string_view line, Strictness strictness)
{
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || last == first) return fail(400, "bad request line", 0);
    method_ = line.substr(0, first);
    method_id_ = method_from(method_);
    request_uri_ = line.substr(first + 1, last - first - 1);
    if (method_.empty() || !scan::all(method_, scan::Token)) return fail(400, "bad method", 0);
    if (strictness == Strictness::Salvage) return {};

    const std::string_view version = line.substr(last + 1);
    if (!iequals(version, "SIP/2.0")) {
        if (is_sip_version(version)) return fail(505, "Version Not Supported", last + 1);
        return fail(400, "bad request line", last + 1);
    }
    // find_first_of() calls memchr() for each character.
    const auto holds = [this](char c) { return request_uri_.find(c) != std::string_view::npos; };
    if (request_uri_.empty() || holds(' ') || holds('\t'))
        return fail(400, "white space in Request-URI", first + 1);
    return {};
}

// SIP-Version SP Status-Code SP Reason-Phrase; the last SP may be missing where the phrase is empty.
Result<void> Message::index_status_line(std::string_view line)
{
    if (!istarts_with(line, "SIP/2.0 ")) return fail(505, "Version Not Supported", 0);
    const std::string_view code = line.substr(8, 3);
    const auto status = parse_unsigned(code, 699);
    if (code.size() != 3 || !status || *status < 100) return fail(400, "bad status code", 8);
    if (line.size() > 11 && line[11] != ' ') return fail(400, "bad status code", 8);
    status_ = static_cast<int>(*status);
    reason_ = line.size() > 12 ? line.substr(12) : std::string_view{};
    return {};
}

Result<void> Message::index_headers(Strictness strictness)
{
    headers_.reserve(usual_headers);
    const std::string_view bytes = bytes_;
    std::size_t offset = headers_offset_;
    while (true) {
        const Line line = take_folded_line(bytes.substr(offset));
        if (line.fault != nullptr) return fail(400, line.fault, offset);
        if (line.text.size() == crlf.size()) break;

        Header header;
        const bool good = split_header(line.text, header);
        const bool room = headers_.size() < max_headers;
        if (good && room)
            headers_.push_back(header);
        else if (strictness == Strictness::Strict)
            return fail(400, good ? "too many headers" : "bad header line", offset);
        offset += line.text.size();
    }
    headers_end_ = offset;
    body_offset_ = offset + crlf.size();
    return {};
}

void Message::cut_to_content_length()
{
    const auto announced = content_length();
    if (announced && *announced < body().size()) bytes_.resize(body_offset_ + *announced);
}

}  // namespace junctor::sip
