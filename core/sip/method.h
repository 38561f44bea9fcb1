// SIP methods, numbered as OpenSER's bit masks (`methods` column, integer value of $rm).
#pragma once

#include <cstdint>
#include <string_view>

namespace junctor::sip
{

enum class Method : std::uint32_t {
    Invite = 1,
    Cancel = 2,
    Ack = 4,
    Bye = 8,
    Info = 16,
    Options = 32,
    Update = 64,
    Register = 128,
    Message = 256,
    Subscribe = 512,
    Notify = 1024,
    Prack = 2048,
    Refer = 4096,
    Publish = 8192,
    Other = 16384,
};

Method method_from(std::string_view name);           // exact case: RFC 3261 §7.1
Method method_from_any_case(std::string_view name);  // as script functions and Allow lists compare
std::string_view to_text(Method method);             // "" for Other
constexpr std::uint32_t all_methods = 0xffffffffU;

}  // namespace junctor::sip
