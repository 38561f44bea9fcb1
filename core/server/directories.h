// Where this program finds what belongs to it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/db/log_folder.h"

namespace junctor::server
{

// The directory of this program's modules: beside it in a build tree, else where it was installed.
std::string own_module_directory();

// Where journals and spools go if the script does not say: `beside`, relative to the working directory. An
// OpenSER installation may have a working directory where nothing can be made: then a directory under
// `fallback`, of this user's and this script's own. One that is there is taken before one is made, for it may
// hold a journal. Null: none is there, and none was to be made.
Result<std::shared_ptr<db::LogFolder>> open_spool_folder(const std::string& beside, std::string_view script,
                                                         db::IfMissing what,
                                                         const std::string& fallback = "/var/tmp");

}  // namespace junctor::server
