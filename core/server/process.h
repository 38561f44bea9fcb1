// What the daemon does to its own process: pid files, limits, user, directory, background. At start only,
// before threads.
#pragma once

#include <string>

#include "core/base/result.h"

namespace junctor::server
{

// A file that holds a process id while it lives. Refused if it names a process that is alive.
class PidFile
{
public:
    PidFile() = default;
    ~PidFile();
    PidFile(const PidFile&) = delete;
    PidFile& operator=(const PidFile&) = delete;

    Result<void> check(const std::string& path);  // before anything is started
    Result<void> write(const std::string& path, int id);
    void remove();

private:
    std::string path_;
};

struct ProcessSettings {
    std::string user, group;  // names or numbers; a user brings its primary group unless one is given
    std::string chroot, workdir;
    bool core_dumps = true;
    long open_files = 0;  // 0: as it is
};

Result<void> apply_limits(const ProcessSettings& settings);       // core size, open files
Result<void> enter_directories(const ProcessSettings& settings);  // chroot, then workdir
Result<void> drop_privileges(const ProcessSettings& settings);    // after sockets are open

// Forks; the parent waits until the child calls background_ready() and exits with its answer. Called before
// threads start.
Result<void> go_to_background();
void background_ready();

}  // namespace junctor::server
