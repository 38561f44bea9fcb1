#include "tools/sipload/reading.h"

#include <cstring>

#include "core/base/ascii.h"

namespace junctor::load
{

bool is_request(std::string_view message)
{
    return !message.starts_with("SIP/2.0 ");
}

int status_of(std::string_view response)
{
    constexpr std::size_t begin = std::string_view("SIP/2.0 ").size(), digits = 3;
    if (response.size() < begin + digits) return 0;
    return static_cast<int>(parse_unsigned(response.substr(begin, digits), 699).value_or(0));
}

std::string_view method_of(std::string_view request)
{
    return request.substr(0, request.find(' '));
}

bool is_header(std::string_view line, std::string_view name, char compact)
{
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view found = trim(line.substr(0, colon));
    return iequals(found, name) || (compact != '\0' && found.size() == 1 && to_lower(found[0]) == compact);
}

std::string_view value_of(std::string_view line)
{
    return trim(line.substr(line.find(':') + 1));
}

std::string_view header_value(std::string_view message, std::string_view name, char compact)
{
    std::string_view value;
    for_each_header(message, [&](std::string_view line) {
        if (!is_header(line, name, compact)) return true;
        value = value_of(line);
        return false;
    });
    return value;
}

std::string_view uri_in(std::string_view value)
{
    const std::size_t open = value.find('<');
    if (open == std::string_view::npos) return value.substr(0, value.find(';'));
    return value.substr(open + 1, value.find('>', open) - open - 1);
}

void append_answer(std::string& out, std::string_view request, std::string_view status_line,
                   std::string_view tag, std::string_view further_headers)
{
    out += status_line;
    for_each_header(request, [&](std::string_view line) {
        const char first = to_lower(line[0]);
        switch (first) {  // most lines are told by their first letter, and each costs
            case 'v':
            case 'f':
            case 'i':
            case 'c':
            case 'r':
                if (is_header(line, "Via", 'v') || is_header(line, "From", 'f') ||
                    is_header(line, "Call-ID", 'i') || is_header(line, "CSeq") ||
                    is_header(line, "Record-Route"))
                    out += line;
                break;
            case 't':
                if (!is_header(line, "To", 't')) break;
                if (line.find(";tag=") != std::string_view::npos) {
                    out += line;
                } else {
                    out += line.substr(0, line.find_last_not_of(" \t\r\n") + 1);
                    ((out += ";tag=") += tag) += "\r\n";
                }
                break;
            default: break;
        }
        return true;
    });
    (out += further_headers) += "Content-Length: 0\r\n\r\n";
}

}  // namespace junctor::load
