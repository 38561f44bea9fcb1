// Who we say we are: in Server and User-Agent headers, to `version`, in logs.
#pragma once

#include <string>

namespace junctor
{

inline constexpr const char* version = JUNCTOR_VERSION;

// "Junctor (0.1.0 (x86_64/linux))", in the form of OpenSER's own.
std::string server_name();

}  // namespace junctor
