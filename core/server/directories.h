// Where this program finds what belongs to it.
#pragma once

#include <string>

namespace junctor::server
{

// The directory of this program's modules: beside it in a build tree, else where it was installed.
std::string own_module_directory();

}  // namespace junctor::server
