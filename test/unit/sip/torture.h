// Messages in the manner of RFC 4475, written for these tests: what each of them strains is what the section
// it names strains. A line per string, without its CRLF.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "core/sip/check.h"
#include "core/sip/message.h"

namespace junctor::sip::torture
{

inline std::string lines(std::initializer_list<std::string_view> all, std::string_view body = {})
{
    std::string out;
    for (const std::string_view line : all) (out += line) += "\r\n";
    return (out += "\r\n") += body;
}

// The status of the answer that parsing and checking ask for; 0: a good message.
inline int verdict(std::string bytes)
{
    const auto message = Message::parse(std::move(bytes));
    if (!message) return message.error().status;
    const auto good = check_message(**message);
    return good ? 0 : good.error().status;
}

}  // namespace junctor::sip::torture
