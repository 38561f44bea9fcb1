#include "core/server/directories.h"

#include <filesystem>

namespace junctor::server
{

std::string own_module_directory()
{
    std::error_code failed;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    const auto beside = program.parent_path().parent_path() / "lib" / "junctor" / "modules";
    return !failed && std::filesystem::exists(beside) ? beside.string() : JUNCTOR_MODULE_DIRECTORY;
}

}  // namespace junctor::server
