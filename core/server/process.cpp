#include "core/server/process.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/ascii.h"

namespace junctor::server
{
namespace
{

std::string system_error_text()
{
    return std::generic_category().message(errno);
}

int ready_pipe = -1;  // to the waiting parent of go_to_background()

Result<gid_t> group_id(const std::string& name)
{
    if (const auto number = parse_unsigned(name, 0xfffffffe)) return static_cast<gid_t>(*number);
    const group* entry = getgrnam(name.c_str());
    if (entry == nullptr)
        return fail(fmt::format("there is no group \"{}\"; name an existing one in `group`", name));
    return entry->gr_gid;
}

struct Identity {
    uid_t user = 0;
    gid_t group = 0;
    bool has_group = false;
};

Result<Identity> user_id(const std::string& name)
{
    if (const auto number = parse_unsigned(name, 0xfffffffe)) {
        const passwd* entry = getpwuid(static_cast<uid_t>(*number));
        if (entry == nullptr) return Identity{static_cast<uid_t>(*number), 0, false};
        return Identity{entry->pw_uid, entry->pw_gid, true};
    }
    const passwd* entry = getpwnam(name.c_str());
    if (entry == nullptr)
        return fail(fmt::format("there is no user \"{}\"; name an existing one in `user`", name));
    return Identity{entry->pw_uid, entry->pw_gid, true};
}

}  // namespace

PidFile::~PidFile()
{
    remove();
}

void PidFile::remove()
{
    if (!path_.empty()) unlink(path_.c_str());
    path_.clear();
}

Result<void> PidFile::check(const std::string& path)
{
    std::ifstream file(path);
    long id = 0;
    if (file >> id && id > 1 && kill(static_cast<pid_t>(id), 0) == 0)
        return fail(fmt::format(
            "{} names process {}, which is alive: another server runs, or remove the file", path, id));
    return {};
}

Result<void> PidFile::write(const std::string& path, int id)
{
    std::ofstream file(path, std::ios::trunc);
    file << id << '\n';
    if (!file.flush())
        return fail(fmt::format("cannot write the pid file {}: {}", path, system_error_text()));
    path_ = path;
    return {};
}

Result<void> apply_limits(const ProcessSettings& settings)
{
    rlimit core{};
    getrlimit(RLIMIT_CORE, &core);
    core.rlim_cur = settings.core_dumps ? core.rlim_max : 0;
    setrlimit(RLIMIT_CORE, &core);  // as far as possible; no reason to refuse the start

    if (settings.open_files <= 0) return {};
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    const auto wanted = static_cast<rlim_t>(settings.open_files);
    if (files.rlim_cur >= wanted) return {};
    files.rlim_cur = wanted;
    files.rlim_max = std::max(files.rlim_max, wanted);
    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
        return fail(fmt::format("open_files_limit={}: {}; start as root or raise the limit of the service",
                                wanted, system_error_text()));
    return {};
}

Result<void> enter_directories(const ProcessSettings& settings)
{
    if (!settings.chroot.empty() &&
        (chdir(settings.chroot.c_str()) != 0 || chroot(settings.chroot.c_str()) != 0))
        return fail(fmt::format("cannot change the root to {}: {}", settings.chroot, system_error_text()));
    if (!settings.workdir.empty() && chdir(settings.workdir.c_str()) != 0)
        return fail(fmt::format("cannot change to the working directory {}: {}", settings.workdir,
                                system_error_text()));
    return {};
}

Result<void> drop_privileges(const ProcessSettings& settings)
{
    if (settings.user.empty() && settings.group.empty()) return {};
    Identity identity{getuid(), getgid(), false};
    if (!settings.user.empty()) {
        const auto found = user_id(settings.user);
        if (!found) return fail(found.error());
        identity = *found;
    }
    if (!settings.group.empty()) {
        const auto found = group_id(settings.group);
        if (!found) return fail(found.error());
        identity.group = *found;
        identity.has_group = true;
    }
    const bool as_root = geteuid() == 0;
    if (identity.has_group && identity.group != getgid()) {
        if (as_root && setgroups(1, &identity.group) != 0)
            return fail("cannot drop groups: " + system_error_text());
        if (setgid(identity.group) != 0)
            return fail(fmt::format("cannot become group {}: {}", settings.group, system_error_text()));
    }
    if (identity.user != getuid() && setuid(identity.user) != 0)
        return fail(fmt::format("cannot become user {}: {}", settings.user, system_error_text()));
    return {};
}

Result<void> go_to_background()
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return fail("cannot make a pipe: " + system_error_text());
    const pid_t child = fork();
    if (child < 0) return fail("cannot go to the background: " + system_error_text());
    if (child > 0) {
        close(ends[1]);
        char answer = 0;
        const auto got = read(ends[0], &answer, 1);
        _exit(got == 1 ? 0 : 255);  // nothing: the child died, and its messages say why
    }
    close(ends[0]);
    ready_pipe = ends[1];
    setsid();
    return {};
}

void background_ready()
{
    if (ready_pipe < 0) return;
    const char answer = '+';
    [[maybe_unused]] const auto written = write(ready_pipe, &answer, 1);
    close(ready_pipe);
    ready_pipe = -1;
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0) return;
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);  // standard error stays: the log may go there
    close(nothing);
}

}  // namespace junctor::server
