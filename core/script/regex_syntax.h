// From POSIX extended regular expressions to what RE2 (in its POSIX mode, over Latin-1) takes to mean the
// same.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace junctor::script
{

// `lines`: negated brackets and classes exclude the newline. Errors carry the offset in `pattern`.
Result<std::string> to_re2_syntax(std::string_view pattern, bool lines);

}  // namespace junctor::script
