// Base 64 (RFC 4648 section 4), with padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace junctor
{

std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);  // none: it is none

}  // namespace junctor
