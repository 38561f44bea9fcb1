#include "core/base/version.h"

#include <fmt/core.h>
#include <sys/utsname.h>

#include "core/base/ascii.h"

namespace junctor
{

std::string server_name()
{
    utsname machine{};
    uname(&machine);
    return fmt::format("Junctor ({} ({}/{}))", version, machine.machine, lower_copy(machine.sysname));
}

}  // namespace junctor
