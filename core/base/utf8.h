// Is this text UTF-8? For whoever must refuse what is none, as some databases do.
#pragma once

#include <string_view>

namespace junctor
{

// RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF. NUL is a character.
bool is_utf8(std::string_view text);

}  // namespace junctor
