// Text that an admin gives to an MI command, on its way into a SIP message: it must not bring lines of its
// own. Pure.
#pragma once

#include <string>
#include <string_view>

namespace junctor::tm
{

// Line ends become blanks.
inline std::string single_line(std::string_view text)
{
    std::string line(text);
    for (char& c : line)
        if (c == '\r' || c == '\n') c = ' ';
    return line;
}

// Lines that end in LF or CRLF, as whole header lines; empty ones are left out.
inline std::string header_lines(std::string_view text)
{
    std::string lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (!line.empty()) (lines += line) += "\r\n";
    }
    return lines;
}

}  // namespace junctor::tm
