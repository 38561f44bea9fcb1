// As much reading of a received message as a load generator needs: what it is, and single header lines.
#pragma once

#include <string>
#include <string_view>

namespace junctor::load
{

bool is_request(std::string_view message);
int status_of(std::string_view response);              // 0: unreadable
std::string_view method_of(std::string_view request);  // "INVITE"

// Calls `visit` with each header line, its CRLF included, until that returns false.
template <class Visit>
void for_each_header(std::string_view message, Visit visit)
{
    std::size_t start = message.find('\n');
    while (start != std::string_view::npos && ++start < message.size()) {
        const std::size_t end = message.find('\n', start);
        if (end == std::string_view::npos || end <= start + 1) return;
        if (!visit(message.substr(start, end + 1 - start))) return;
        start = end;
    }
}
bool is_header(std::string_view line, std::string_view name, char compact = '\0');
std::string_view value_of(std::string_view line);
// The first header of that name; empty: there is none.
std::string_view header_value(std::string_view message, std::string_view name, char compact = '\0');
// The URI between < and >, or the whole value without its parameters.
std::string_view uri_in(std::string_view value);

// The answer of a user agent server: its Vias, From, Call-ID, CSeq and Record-Routes are the request's (RFC
// 3261 §8.2.6.2, §12.1.1), the To gets `tag` where it has none.
void append_answer(std::string& out, std::string_view request, std::string_view status_line,
                   std::string_view tag, std::string_view further_headers);

}  // namespace junctor::load
