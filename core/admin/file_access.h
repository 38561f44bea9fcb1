// Who may use a socket or pipe that we make in the file system: its mode and owner.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

#include "core/base/result.h"

namespace junctor::admin
{

struct FileAccess {
    mode_t mode = 0600;
    std::optional<uid_t> user;  // empty: unchanged
    std::optional<gid_t> group;
};

// Names or numbers; empty: unchanged. A user's own group goes with the user unless `group` says otherwise.
Result<FileAccess> file_access(mode_t mode, const std::string& user, const std::string& group);

// An error names the path and what was refused.
Result<void> apply(const FileAccess& access, const std::string& path);

// Removes a file that we made, at the end, unless another one has taken its name meanwhile.
class OwnedFile
{
public:
    OwnedFile() = default;
    explicit OwnedFile(std::string path);  // exists already
    OwnedFile(OwnedFile&& other) noexcept
        : path_(std::exchange(other.path_, {})), inode_(std::move(other.inode_))
    {
    }
    OwnedFile& operator=(OwnedFile&& other) noexcept;
    ~OwnedFile();

    const std::string& path() const { return path_; }

private:
    void remove();

    std::string path_;
    std::pair<dev_t, ino_t> inode_{};
};

}  // namespace junctor::admin
