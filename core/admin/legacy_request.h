// A datagram of the legacy command server, read line by line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace junctor::admin::legacy
{

class RequestText
{
public:
    explicit RequestText(std::string_view text) : rest_(text) {}

    // ":command:whatever"; empty: malformed.
    std::optional<std::string> command();
    // The next line without white space at its end; empty: there is none, or it is blank.
    std::optional<std::string> line();
    // Lines up to one that is only ".": header lines end in CR LF then, a body is taken as it is. Empty: the
    // dot is missing.
    std::optional<std::string> headers();
    std::optional<std::string> body();

private:
    std::optional<std::string_view> raw_line();
    std::string_view rest_;
};

}  // namespace junctor::admin::legacy
