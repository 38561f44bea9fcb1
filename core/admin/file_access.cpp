#include "core/admin/file_access.h"

#include <cerrno>
#include <cstring>

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/ascii.h"

namespace junctor::admin
{
namespace
{

Result<void> find_user(const std::string& name, FileAccess& access)
{
    if (const auto number = parse_unsigned(name, UINT32_MAX - 1)) {
        access.user = static_cast<uid_t>(*number);
        return {};
    }
    const passwd* entry = getpwnam(name.c_str());  // at start, on one thread
    if (entry == nullptr) return fail("there is no user \"" + name + "\" on this machine");
    access.user = entry->pw_uid;
    access.group = entry->pw_gid;
    return {};
}

Result<void> find_group(const std::string& name, FileAccess& access)
{
    if (const auto number = parse_unsigned(name, UINT32_MAX - 1)) {
        access.group = static_cast<gid_t>(*number);
        return {};
    }
    const group* entry = getgrnam(name.c_str());
    if (entry == nullptr) return fail("there is no group \"" + name + "\" on this machine");
    access.group = entry->gr_gid;
    return {};
}

}  // namespace

Result<FileAccess> file_access(mode_t mode, const std::string& user, const std::string& group)
{
    FileAccess access;
    access.mode = mode;
    if (!user.empty())
        if (auto found = find_user(user, access); !found) return fail(found.error());
    if (!group.empty())
        if (auto found = find_group(group, access); !found) return fail(found.error());
    return access;
}

Result<void> apply(const FileAccess& access, const std::string& path)
{
    constexpr auto unchanged_user = static_cast<uid_t>(-1);
    constexpr auto unchanged_group = static_cast<gid_t>(-1);
    if ((access.user || access.group) && chown(path.c_str(), access.user.value_or(unchanged_user),
                                               access.group.value_or(unchanged_group)) != 0)
        return fail(path + ": the owner cannot be changed: " + std::strerror(errno));
    if (chmod(path.c_str(), access.mode) != 0)
        return fail(path + ": the mode cannot be changed: " + std::strerror(errno));
    return {};
}

OwnedFile::OwnedFile(std::string path) : path_(std::move(path))
{
    struct stat status {
    };
    if (lstat(path_.c_str(), &status) == 0) inode_ = {status.st_dev, status.st_ino};
}

OwnedFile& OwnedFile::operator=(OwnedFile&& other) noexcept
{
    if (this != &other) {
        remove();
        path_ = std::exchange(other.path_, {});
        inode_ = other.inode_;
    }
    return *this;
}

OwnedFile::~OwnedFile()
{
    remove();
}

void OwnedFile::remove()
{
    struct stat status {
    };
    if (path_.empty() || lstat(path_.c_str(), &status) != 0) return;
    if (inode_ == std::pair{status.st_dev, status.st_ino}) unlink(path_.c_str());
    path_.clear();
}

}  // namespace junctor::admin
