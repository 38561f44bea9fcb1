#include "core/server/directories.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/log.h"

namespace junctor::server
{
namespace
{

// Anybody may make directories in `parent`, so that it must be seen who has made ours.
Result<void> make_private(const std::string& path)
{
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return fail(fmt::format("{}: {}", path, std::strerror(errno)));
    struct stat found {
    };
    if (lstat(path.c_str(), &found) != 0) return fail(fmt::format("{}: {}", path, std::strerror(errno)));
    if (!S_ISDIR(found.st_mode) || found.st_uid != geteuid() || (found.st_mode & 022) != 0)
        return fail(path + " is not a directory of this user's own");
    return {};
}

bool exists(const std::string& path)
{
    struct stat found {
    };
    return lstat(path.c_str(), &found) == 0;
}

std::string private_name(std::string_view script)
{
    std::string name = fmt::format("junctor-spool-{}{}", geteuid(), script);
    std::replace(name.begin(), name.end(), '/', '-');
    return name.substr(0, 200);
}

}  // namespace

std::string own_module_directory()
{
    std::error_code failed;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    const auto beside = program.parent_path().parent_path() / "lib" / "junctor" / "modules";
    return !failed && std::filesystem::exists(beside) ? beside.string() : JUNCTOR_MODULE_DIRECTORY;
}

Result<std::shared_ptr<db::LogFolder>> open_spool_folder(const std::string& beside, std::string_view script,
                                                         db::IfMissing what, const std::string& fallback)
{
    if (exists(beside)) return db::DiskFolder::open(beside);
    const std::string other = fallback + "/" + private_name(script);
    std::string why;
    if (!exists(other)) {
        if (what == db::IfMissing::Leave) return std::shared_ptr<db::LogFolder>();
        auto made = db::DiskFolder::open(beside);
        if (made) return made;
        why = made.error().text + ", and ";
    }
    if (auto made = make_private(other); !made) return fail(why + made.error().text);
    auto folder = db::DiskFolder::open(other);
    if (!folder) return fail(why + folder.error().text);
    log_notice("core", "journals are kept in {}; spool_dir names another place", other);
    return folder;
}

}  // namespace junctor::server
