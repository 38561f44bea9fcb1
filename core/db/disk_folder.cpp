#include <algorithm>
#include <cerrno>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/db/log_folder.h"

namespace junctor::db
{
namespace
{

constexpr std::string_view lock_name = "lock";

Error system_error(const std::string& what)
{
    return Error{500, fmt::format("{}: {}", what, std::strerror(errno))};
}

class DiskFile final : public LogFile
{
public:
    DiskFile(std::string name, Descriptor file) : name_(std::move(name)), file_(std::move(file)) {}

    Result<void> append(std::string_view bytes) override
    {
        while (!bytes.empty()) {
            const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return fail(system_error(name_));
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
        return {};
    }
    Result<void> sync() override
    {
        if (::fdatasync(file_.get()) != 0) return fail(system_error(name_));
        return {};
    }

private:
    std::string name_;
    Descriptor file_;
};

}  // namespace

Result<std::shared_ptr<LogFolder>> DiskFolder::open(const std::string& path)
{
    if (::mkdir(path.c_str(), 0750) != 0 && errno != EEXIST) return fail(system_error(path));
    Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return fail(system_error(path));
    Descriptor lock(::openat(directory.get(), lock_name.data(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
    if (!lock) return fail(system_error(path));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? fail(500, path + ": another server keeps its journals there")
                                    : fail(system_error(path));
    return std::shared_ptr<LogFolder>(new DiskFolder(path, std::move(directory), std::move(lock)));
}

Result<std::vector<std::string>> DiskFolder::names() const
{
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(path_.c_str()), ::closedir);
    if (!listing) return fail(system_error(path_));
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(listing.get()))
        if (entry->d_name[0] != '.' && entry->d_name != lock_name) names.emplace_back(entry->d_name);
    std::sort(names.begin(), names.end());
    return names;
}

Result<std::string> DiskFolder::read(const std::string& name) const
{
    const Descriptor file(::openat(directory_.get(), name.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return fail(system_error(path_ + "/" + name));
    std::string bytes;
    struct stat found {
    };
    if (::fstat(file.get(), &found) == 0) bytes.resize(static_cast<std::size_t>(found.st_size));
    std::size_t length = 0;
    while (length < bytes.size()) {
        const ssize_t part = ::read(file.get(), bytes.data() + length, bytes.size() - length);
        if (part < 0 && errno == EINTR) continue;
        if (part < 0) return fail(system_error(path_ + "/" + name));
        if (part == 0) break;
        length += static_cast<std::size_t>(part);
    }
    bytes.resize(length);
    return bytes;
}

Result<std::unique_ptr<LogFile>> DiskFolder::create(const std::string& name)
{
    const std::string full = path_ + "/" + name;
    Descriptor file(::openat(directory_.get(), name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (!file) return fail(system_error(full));
    std::unique_ptr<LogFile> made = std::make_unique<DiskFile>(full, std::move(file));
    if (::fsync(directory_.get()) != 0) return fail(system_error(path_));
    return made;
}

Result<void> DiskFolder::cut(const std::string& name, std::size_t size)
{
    const Descriptor file(::openat(directory_.get(), name.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file || ::ftruncate(file.get(), static_cast<off_t>(size)) != 0 || ::fsync(file.get()) != 0)
        return fail(system_error(path_ + "/" + name));
    return {};
}

Result<void> DiskFolder::remove(const std::string& name)
{
    if (::unlinkat(directory_.get(), name.c_str(), 0) != 0 && errno != ENOENT)
        return fail(system_error(path_ + "/" + name));
    return {};
}

}  // namespace junctor::db
