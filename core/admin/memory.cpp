#include "core/admin/memory.h"

#include <fstream>

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

namespace junctor::admin
{

MemoryUse memory_use()
{
    MemoryUse use;
    const auto heap = mallinfo2();  // all arenas; hblk*: large pieces with a mapping of their own
    use.total_size = heap.arena + heap.hblkhd;
    use.used_size = heap.uordblks + heap.hblkhd;
    use.free_size = heap.fordblks;
    use.fragments = heap.ordblks;

    std::uint64_t pages = 0;
    std::uint64_t resident_pages = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident_pages;
    use.real_used_size = resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    // The kernel notes its peak now and then only.
    use.max_used_size =
        std::max<std::uint64_t>(static_cast<std::uint64_t>(usage.ru_maxrss) * 1024, use.real_used_size);
    return use;
}

}  // namespace junctor::admin
